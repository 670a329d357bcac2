//! A sheet with recovery codes, for the screen, the printer and a text file.

use std::iter;

use doorward_app::IssuedCodes;
use doorward_domain::{OneTimeCode, User};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::origin::Origin;
use crate::response::time::minute;
use crate::texts::{Message, Texts};

/// The content of the sheet.
pub(super) struct Sheet<'a> {
    /// The user, the site and the time of creation.
    pub(super) title: String,
    pub(super) codes: Vec<&'a str>,
    /// Where to use the codes.
    pub(super) place: String,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(user: &User, issued: &'a IssuedCodes, site: &str, origin: &Origin, t: &Texts) -> Self {
        let title = Message::new("sheet-title")
            .with("name", user.username.as_str())
            .with("site", site)
            .with("when", minute(issued.created_at));
        Self {
            title: t.message(&title),
            codes: issued.codes.iter().map(OneTimeCode::expose).collect(),
            place: t.with("sheet-place", "url", format!("{origin}/recover")),
        }
    }

    /// The sheet as a text file in a `data:` URL (RFC 2397), so that the codes are in no second response. Lines end in CRLF,
    /// which editors of all systems read.
    pub(super) fn file(&self) -> String {
        let codes = self.codes.iter().zip(1..).map(|(code, number)| format!("{number:2}. {code}"));
        let lines: Vec<String> = iter::once(self.title.clone())
            .chain(iter::once(String::new()))
            .chain(codes)
            .chain([String::new(), self.place.clone(), String::new()])
            .collect();
        format!("data:text/plain;charset=utf-8,{}", utf8_percent_encode(&lines.join("\r\n"), NON_ALPHANUMERIC))
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::{Timestamp, UserId, Username};

    use super::*;
    use crate::texts::Language;

    #[test]
    fn the_file_has_the_username_and_every_code() {
        let username = Username::restore("a\"<b>&,;% Zoë".into());
        let id = UserId::restore("user-1".into());
        let user = User {
            id,
            username,
            created_at: Timestamp::MIN,
            disabled: false,
            attributes: doorward_domain::Attributes::default(),
        };
        let codes = (0..10).map(|byte| OneTimeCode::of_random(&[byte; OneTimeCode::BYTES])).collect();
        let issued = IssuedCodes { codes, created_at: Timestamp::from_unix_millis(1_795_504_860_000) };
        let origin = "https://door.example".parse().expect("an origin");
        let file = Sheet::new(&user, &issued, "Doorward", &origin, Language::English.texts()).file();

        let encoded = file.strip_prefix("data:text/plain;charset=utf-8,").expect("a text file");
        assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'%'), "{encoded}");
        let text = percent_encoding::percent_decode_str(encoded).decode_utf8().expect("UTF-8");
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(lines[0], "Recovery codes of a\"<b>&,;% Zoë for Doorward, created 2026-11-24 07:21 UTC");
        assert_eq!((lines[2], lines.len()), (" 1. 0000-0000-0000-0000", 15));
        assert_eq!(lines[13], "To use one, open https://door.example/recover");
        for (line, code) in lines[2..].iter().zip(&issued.codes) {
            assert!(line.ends_with(code.expose()), "{line}");
        }
    }
}
