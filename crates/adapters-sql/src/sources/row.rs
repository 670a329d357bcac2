//! A row of a plan's query. It comes as one value, since what a row costs on its way is a cost for each value: the kind of
//! the row as a digit, then the user and the values, each as the number of its bytes, a colon and the bytes. What is NULL
//! has no number.

use std::ops::Range;

use doorward_domain::ports::SourceInstant;

/// The kinds of rows. The user's comes before what belongs to the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    User = 0,
    Key = 1,
    OAuthKey = 2,
    Session = 3,
}

impl Kind {
    const ALL: [Self; 4] = [Self::User, Self::Key, Self::OAuthKey, Self::Session];

    /// The kind of a digit.
    fn of(digit: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.digit() == char::from(digit))
    }

    /// How a row says its kind.
    pub(super) fn digit(self) -> char {
        char::from(b'0' + self as u8)
    }
}

/// A row of one table.
#[derive(Default)]
pub(super) struct Row {
    bytes: Vec<u8>,
    /// The user, then the values.
    places: Vec<Option<Range<usize>>>,
}

impl Row {
    /// Finds the values in a row; `None` where it is not of that form.
    pub(super) fn parse(bytes: Vec<u8>) -> Option<(Kind, Self)> {
        let kind = Kind::of(*bytes.first()?)?;
        let mut places = Vec::with_capacity(8);
        let mut at = 1;
        while at < bytes.len() {
            let digits = bytes[at..].iter().position(|byte| *byte == b':')?;
            let start = at + digits + 1;
            if digits == 0 {
                places.push(None);
                at = start;
            } else {
                let length: usize = std::str::from_utf8(&bytes[at..start - 1]).ok()?.parse().ok()?;
                at = start.checked_add(length).filter(|end| *end <= bytes.len())?;
                places.push(Some(start..at));
            }
        }
        (!places.is_empty()).then_some((kind, Self { bytes, places }))
    }

    /// The bytes of the id of the user.
    pub(super) fn user(&self) -> Option<&[u8]> {
        self.bytes_at(0)
    }

    /// The text of a value. What is no UTF-8 has a U+0000, which no name, id, hash or token may have.
    pub(super) fn text(&self, value: usize) -> Option<String> {
        let text = std::str::from_utf8(self.bytes_at(value + 1)?);
        Some(text.unwrap_or("\0").to_owned())
    }

    /// A text that is not empty.
    pub(super) fn filled(&self, value: usize) -> Option<String> {
        self.text(value).filter(|text| !text.is_empty())
    }

    pub(super) fn instant(&self, value: usize) -> SourceInstant {
        self.filled(value).map_or(SourceInstant::Absent, SourceInstant::Text)
    }

    /// Whether a value is true, in any form that databases have for it.
    pub(super) fn flag(&self, value: usize) -> bool {
        self.filled(value).is_some_and(|text| !matches!(text.as_str(), "0" | "0.0" | "false" | "f"))
    }

    fn bytes_at(&self, place: usize) -> Option<&[u8]> {
        Some(&self.bytes[self.places.get(place)?.clone()?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_its_kind_its_user_and_its_values() {
        let (kind, row) = Row::parse(b"34:u:\xff1:0:2:\xc3\xa92:\xff:".to_vec()).unwrap();
        assert_eq!(kind, Kind::Session);
        assert_eq!(row.user(), Some(b"u:\xff1".as_slice()));
        let texts: Vec<_> = (0..5).map(|value| row.text(value)).collect();
        assert_eq!(texts, [None, Some(String::new()), Some("é".to_owned()), Some("\0".to_owned()), None]);
        assert_eq!(row.filled(1), None);
    }

    #[test]
    fn what_is_not_of_the_form_is_no_row() {
        for bytes in ["", "0", "91:u", "0u", "05:u", "0-1:u", "01:uv", "018446744073709551615:u"] {
            assert!(Row::parse(bytes.into()).is_none(), "{bytes}");
        }
    }
}
