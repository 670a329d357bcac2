//! The session cookie: read leniently, since other apps' cookies come in the same header, and written strictly.

use doorward_domain::SessionToken;
use poem::http::{HeaderMap, HeaderValue, header};

use crate::settings::CookieSettings;

/// A year, in seconds: the guide's `expires: false`. The server alone decides when the session ends.
const LIFETIME_SECS: u32 = 365 * 24 * 60 * 60;
/// How many cookies of the session's name are looked at; browsers send more than one where domains overlap.
const MAX_CANDIDATES: usize = 4;

/// Reads and writes the session cookie.
#[derive(Clone, Debug)]
pub(crate) struct SessionCookie {
    settings: CookieSettings,
    secure: bool,
}

impl SessionCookie {
    /// `secure` is whether people reach this server by https.
    pub(crate) fn new(settings: CookieSettings, secure: bool) -> Self {
        Self { settings, secure }
    }

    /// The tokens that the request's cookies carry, those of the session's name and a token's shape.
    pub(crate) fn tokens(&self, headers: &HeaderMap) -> Vec<SessionToken> {
        let pairs = headers.get_all(header::COOKIE).iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
        pairs
            .filter_map(|pair| {
                let value = pair.trim_ascii().strip_prefix(self.settings.name.as_bytes())?.strip_prefix(b"=")?;
                SessionToken::parse(std::str::from_utf8(value).ok()?)
            })
            .take(MAX_CANDIDATES)
            .collect()
    }

    /// The `Set-Cookie` that hands a token to the browser.
    pub(crate) fn issue(&self, token: &SessionToken) -> HeaderValue {
        self.set_cookie(token.expose(), &format!("Max-Age={LIFETIME_SECS}"))
    }

    /// The `Set-Cookie` that takes it away again.
    pub(crate) fn blank(&self) -> HeaderValue {
        self.set_cookie("", "Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
    }

    fn set_cookie(&self, value: &str, lifetime: &str) -> HeaderValue {
        let CookieSettings { name, domain } = &self.settings;
        let domain = domain.as_ref().map_or(String::new(), |domain| format!("; Domain={domain}"));
        let secure = if self.secure { "; Secure" } else { "" };
        let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; {lifetime}{domain}{secure}");
        let mut header = HeaderValue::try_from(cookie).expect("name and domain were checked when the server started");
        header.set_sensitive(true);
        header
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cookie() -> SessionCookie {
        SessionCookie::new(CookieSettings { name: "auth_session".into(), domain: None }, false)
    }

    fn token(letter: &str) -> SessionToken {
        SessionToken::parse(&letter.repeat(SessionToken::CHARS)).expect("a token's shape")
    }

    fn read(lines: &[&[u8]]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, HeaderValue::from_bytes(line).expect("a header value"));
        }
        cookie().tokens(&headers).iter().map(|token| token.expose().to_owned()).collect()
    }

    #[test]
    fn foreign_and_malformed_cookies_beside_it_harm_nothing() {
        let good = token("a");
        for beside in ["x=\u{fc}", "y=%ff", "=", ";;", "auth_session", "auth_session=", "AUTH_SESSION=x", "z=\"a;b\""] {
            for line in [
                format!("{beside}; auth_session={}", good.expose()),
                format!("auth_session={};{beside}", good.expose()),
            ] {
                assert_eq!(read(&[line.as_bytes()]), [good.expose()], "{line}");
            }
        }
        let line = format!("auth_session={}", good.expose());
        assert_eq!(read(&[b"x=\xff\xfe", line.as_bytes()]), [good.expose()]);
    }

    #[test]
    fn of_repeated_cookies_each_is_a_candidate_up_to_a_bound() {
        let (a, b) = (token("a"), token("b"));
        let line = format!("auth_session={}; auth_session={}", a.expose(), b.expose());
        assert_eq!(read(&[line.as_bytes()]), [a.expose(), b.expose()]);
        let many = vec![line.as_str(); 50].join("; ");
        assert_eq!(read(&[many.as_bytes()]).len(), MAX_CANDIDATES);
    }

    #[test]
    fn cookies_with_longer_names_are_others() {
        let line = format!("my_auth_session={0}; auth_session2={0}; xauth_session={0}", token("a").expose());
        assert!(read(&[line.as_bytes()]).is_empty());
    }

    #[test]
    fn attributes_are_those_of_the_contract() {
        let issued = cookie().issue(&token("a"));
        let expected =
            format!("auth_session={}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000", token("a").expose());
        assert_eq!(issued, expected);
        assert!(issued.is_sensitive());
        let blank = "auth_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
        assert_eq!(cookie().blank(), blank);
    }

    #[test]
    fn https_makes_it_secure_and_a_domain_shares_it() {
        let settings = CookieSettings { name: "s".into(), domain: Some("example.com".into()) };
        let blank = SessionCookie::new(settings, true).blank();
        assert!(blank.to_str().expect("ASCII").ends_with("; Domain=example.com; Secure"), "{blank:?}");
    }

    proptest! {
        #[test]
        fn no_cookie_header_panics_or_yields_what_is_no_token(line in proptest::collection::vec(0x20u8..=0xff, 0..300)) {
            if let Ok(value) = HeaderValue::from_bytes(&line) {
                let headers = HeaderMap::from_iter([(header::COOKIE, value)]);
                prop_assert!(cookie().tokens(&headers).len() <= MAX_CANDIDATES);
            }
        }
    }
}
