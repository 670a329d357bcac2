//! The fields of a request's body in JSON, urlencoded or multipart.

mod deserialize;
mod json;
mod multipart;
mod named;
mod urlencoded;

use crate::request::response_mode::media_type;

pub(crate) use named::{Fields, Malformed, Value};

/// The body types that carry fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BodyType {
    Json,
    Urlencoded,
    Multipart { boundary: Option<String> },
}

impl BodyType {
    /// Reads a `Content-Type`; `None` for a type that carries no fields.
    pub(crate) fn parse(content_type: &str) -> Option<Self> {
        let mime = media_type(content_type)?;
        match mime.essence_str() {
            "application/json" => Some(Self::Json),
            "application/x-www-form-urlencoded" => Some(Self::Urlencoded),
            "multipart/form-data" => {
                let boundary = mime.get_param(mime::BOUNDARY).map(|boundary| boundary.as_str().to_owned());
                Some(Self::Multipart { boundary })
            }
            _ => None,
        }
    }
}

/// UTF-8's byte order mark. A reader of JSON may skip it (RFC 8259, 8.1).
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a body. An empty body of any type has no fields, and a byte order mark at its start is skipped.
pub(crate) fn parse(body_type: &BodyType, body: &[u8]) -> Result<Fields, Malformed> {
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    if body.is_empty() {
        return Ok(Fields::default());
    }
    match body_type {
        BodyType::Json => json::parse(body),
        BodyType::Urlencoded => urlencoded::parse(body),
        BodyType::Multipart { boundary: Some(boundary) } => multipart::parse(body, boundary),
        BodyType::Multipart { boundary: None } => Err(Malformed("no boundary")),
    }
}

#[cfg(test)]
mod tests {
    use super::named::{MAX_FIELDS, MAX_NAME_BYTES};
    use super::*;
    use proptest::prelude::*;

    fn parse(content_type: &str, body: &[u8]) -> Result<Fields, Malformed> {
        super::parse(&BodyType::parse(content_type).expect("a type that carries fields"), body)
    }

    fn text(fields: &Fields, name: &str) -> Option<String> {
        fields.text(name).map(|text| text.to_string())
    }

    const JSON: &str = "application/json";
    const FORM: &str = "application/x-www-form-urlencoded";
    const MULTIPART: &str = "multipart/form-data; boundary=frontier";

    #[test]
    fn three_types_carry_fields_with_any_parameters() {
        assert_eq!(BodyType::parse("Application/JSON; charset=utf-8"), Some(BodyType::Json));
        assert_eq!(BodyType::parse("application/x-www-form-urlencoded;charset=UTF-8"), Some(BodyType::Urlencoded));
        let multipart = BodyType::Multipart { boundary: Some("a b".into()) };
        assert_eq!(BodyType::parse("multipart/form-data; boundary=\"a b\""), Some(multipart));
        for other in
            ["text/plain", "", "application/jsonp", "multipart/mixed; boundary=x", "json", "application/json, x"]
        {
            assert_eq!(BodyType::parse(other), None, "{other}");
        }
    }

    #[test]
    fn the_three_types_carry_the_same_fields() {
        let bodies: [(&str, &[u8]); 3] = [
            (JSON, r#"{"username": "Zoë & co", "password": "a+b=c%"}"#.as_bytes()),
            (FORM, b"username=Zo%C3%AB+%26+co&password=a%2Bb%3Dc%25"),
            (
                MULTIPART,
                "--frontier\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\nZoë & co\r\n--frontier\r\n\
                 Content-Disposition: form-data; name=\"password\"\r\n\r\na+b=c%\r\n--frontier--\r\n"
                    .as_bytes(),
            ),
        ];
        for (content_type, body) in bodies {
            let fields = parse(content_type, body).expect("a good body");
            assert_eq!(text(&fields, "username").as_deref(), Some("Zoë & co"), "{content_type}");
            assert_eq!(text(&fields, "password").as_deref(), Some("a+b=c%"), "{content_type}");
            assert!(!fields.has("next"));
        }
    }

    #[test]
    fn an_empty_body_of_any_type_has_no_fields() {
        for content_type in [JSON, FORM, MULTIPART, "multipart/form-data"] {
            assert!(parse(content_type, b"").expect("no fields").0.is_empty(), "{content_type}");
        }
    }

    #[test]
    fn a_name_without_a_value_has_an_empty_one_beside_others() {
        let fields = parse(FORM, b"username=alice&password").expect("a good body");
        assert_eq!(text(&fields, "password").as_deref(), Some(""));
    }

    #[test]
    fn an_empty_form_data_is_only_its_closing_delimiter() {
        for body in ["--frontier--\r\n", "--frontier--"] {
            assert!(parse(MULTIPART, body.as_bytes()).expect("no fields").0.is_empty(), "{body}");
        }
    }

    #[test]
    fn a_value_of_another_type_exists_without_a_text() {
        for value in ["1", "true", "[]", r#"["a"]"#, r#"{"a": {"b": []}}"#, "1e99"] {
            let fields = parse(JSON, format!(r#"{{"username": {value}}}"#).as_bytes()).expect("a good body");
            assert!(fields.has("username"), "{value}");
            assert_eq!(fields.text("username"), None, "{value}");
        }
        for file in [r#"filename="a.txt""#, r#"filename="""#, "filename*=utf-8''a.txt"] {
            let body = format!(
                "--frontier\r\nContent-Disposition: form-data; name=\"username\"; {file}\r\n\r\nalice\r\n--frontier--\r\n"
            );
            let fields = parse(MULTIPART, body.as_bytes()).expect("a good body");
            assert!(fields.has("username"), "{file}");
            assert_eq!(fields.text("username"), None, "{file}");
        }
    }

    #[test]
    fn null_is_a_missing_field_and_a_body_of_null_has_none() {
        for body in [r#"{"username": null}"#, "null", " null\n"] {
            assert!(!parse(JSON, body.as_bytes()).expect("a good body").has("username"), "{body}");
        }
        assert!(parse(JSON, br#"{"a": null, "a": "1"}"#).is_err(), "still named twice");
    }

    #[test]
    fn a_byte_order_mark_before_a_body_is_skipped() {
        for (content_type, body) in [(JSON, "{\"username\": \"alice\"}"), (FORM, "username=alice"), (JSON, "")] {
            let fields = parse(content_type, format!("\u{feff}{body}").as_bytes()).expect("a good body");
            assert_eq!(fields.text("username").is_some(), !body.is_empty(), "{body}");
        }
        assert!(parse(JSON, "\u{feff}\u{feff}{}".as_bytes()).is_err(), "only one is");
    }

    #[test]
    fn a_field_that_is_named_twice_is_malformed() {
        let part = "--frontier\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n";
        let multipart = format!("{part}{part}--frontier--\r\n");
        for (content_type, body) in [
            (JSON, r#"{"a": "1", "a": "2"}"#),
            (JSON, r#"{"a": 1, "\u0061": 1}"#),
            (FORM, "a=1&%61=1"),
            (MULTIPART, &multipart),
        ] {
            assert!(parse(content_type, body.as_bytes()).is_err(), "{body}");
        }
    }

    #[test]
    fn unparsable_bodies_are_malformed() {
        let unparsable: [(&str, &[u8]); 18] = [
            (JSON, b"{"),
            (JSON, b"[]"),
            (JSON, b"\"text\""),
            (JSON, b" "),
            (JSON, b"{} {}"),
            (JSON, br#"{"a": "\ud800"}"#),
            (JSON, b"{\"a\": \"\xff\"}"),
            (JSON, b"{\"a\": 1,}"),
            (FORM, b"[]"),
            (FORM, br#"{"username": "alice"}"#),
            (FORM, b"a=%f"),
            (FORM, b"a=%zz"),
            (FORM, b"a=%ff"),
            (FORM, b"a=\xff"),
            (MULTIPART, b"no delimiter"),
            (MULTIPART, b"--frontier\r\nContent-Disposition: form-data\r\n\r\nno name\r\n--frontier--\r\n"),
            (MULTIPART, b"--frontier\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xff\r\n--frontier--\r\n"),
            (MULTIPART, b"--frontier\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\ncut off"),
        ];
        for (content_type, body) in unparsable {
            assert!(parse(content_type, body).is_err(), "{}", String::from_utf8_lossy(body));
        }
        assert!(parse("multipart/form-data", b"--x--").is_err(), "no boundary");
    }

    #[test]
    fn bodies_are_bounded_in_fields_names_and_depth() {
        let many = |n: usize| (0..n).map(|i| format!("f{i}=x")).collect::<Vec<_>>().join("&");
        assert!(parse(FORM, many(MAX_FIELDS).as_bytes()).is_ok());
        assert!(parse(FORM, many(MAX_FIELDS + 1).as_bytes()).is_err());
        let named = |n: usize| format!("{}=x", "n".repeat(n));
        assert!(parse(FORM, named(MAX_NAME_BYTES).as_bytes()).is_ok());
        assert!(parse(FORM, named(MAX_NAME_BYTES + 1).as_bytes()).is_err());
        let nested = |n: usize| format!(r#"{{"a": {}{}}}"#, "[".repeat(n - 1), "]".repeat(n - 1));
        assert!(parse(JSON, nested(json::MAX_DEPTH).as_bytes()).is_ok());
        assert!(parse(JSON, nested(json::MAX_DEPTH + 1).as_bytes()).is_err());
        assert!(parse(JSON, nested(30_000).as_bytes()).is_err());
        let brackets_in_a_text = format!(r#"{{"a": "{}\"["}}"#, "[".repeat(99));
        assert!(parse(JSON, brackets_in_a_text.as_bytes()).is_ok());
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_parser_panic(body in proptest::collection::vec(any::<u8>(), 0..200), kind in 0..3) {
            let content_type = [JSON, FORM, MULTIPART][usize::try_from(kind).expect("small")];
            let _ = parse(content_type, &body);
        }

        #[test]
        fn any_text_survives_urlencoding(name in ".{1,20}", value in ".{0,40}") {
            let body = url::form_urlencoded::Serializer::new(String::new()).append_pair(&name, &value).finish();
            let fields = parse(FORM, body.as_bytes()).expect("a good body");
            prop_assert_eq!(text(&fields, &name), Some(value));
        }

        #[test]
        fn any_text_survives_json(name in ".{1,20}", value in ".{0,40}") {
            let body = serde_json::json!({ name.clone(): value }).to_string();
            let fields = parse(JSON, body.as_bytes()).expect("a good body");
            prop_assert_eq!(text(&fields, &name), Some(value));
        }
    }
}
