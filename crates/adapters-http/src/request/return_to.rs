//! The targets that `next` may name: a path on this server or a URL of a return origin.

use url::Url;

use crate::origin::Origin;
use crate::return_origin::ReturnOrigin;

/// The longest accepted `next`, in bytes, as it is read and as it is written again.
const MAX_BYTES: usize = 2_048;

/// The `Location` for a `next`; `None` for a target that is not allowed. The text is parsed as a browser parses it (WHATWG
/// URL: tabs and line ends are dropped, `\` is `/`), and the parsed URL is written out again.
pub(crate) fn location(next: &str, public_origin: &Origin, return_origins: &[ReturnOrigin]) -> Option<String> {
    if next.len() > MAX_BYTES || !is_target(next) {
        return None;
    }
    let url = Url::options().base_url(Some(&public_origin.url())).parse(next).ok()?;
    if !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let origin = Origin::of(&url)?;
    let location: String = if origin == *public_origin {
        let path = &url[url::Position::BeforePath..];
        // A browser would take a second slash for the start of a host.
        (!path.starts_with("//")).then(|| path.to_owned())?
    } else {
        return_origins.iter().any(|listed| listed.matches(&origin)).then(|| url.into())?
    };
    // It may be read again as the `next` of another page.
    (location.len() <= MAX_BYTES).then_some(location)
}

/// The origin that a [`location`] leads to; `None` for this server's.
pub(crate) fn other_origin(location: &str) -> Option<Origin> {
    Url::parse(location).ok().as_ref().and_then(Origin::of)
}

/// Whether a text is a path from the root or a whole URL. Others, such as `undefined`, would lead to a page of that name.
fn is_target(next: &str) -> bool {
    let has_scheme = |scheme: &str| next.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    next.starts_with('/') || has_scheme("http://") || has_scheme("https://")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn public() -> Origin {
        "https://door.example".parse().expect("an origin")
    }

    fn listed() -> [ReturnOrigin; 2] {
        ["https://app.example", "https://*.apps.example"].map(|text| text.parse().expect("an origin"))
    }

    fn go(next: &str) -> Option<String> {
        location(next, &public(), &listed())
    }

    #[test]
    fn a_path_on_this_server_is_kept() {
        for (next, expected) in [
            ("/", "/"),
            ("/a/b?c=d#e", "/a/b?c=d#e"),
            ("https://door.example/a", "/a"),
            ("https://DOOR.example:443", "/"),
            ("/a/../b", "/b"),
            ("/ü x", "/%C3%BC%20x"),
        ] {
            assert_eq!(go(next).as_deref(), Some(expected), "{next}");
        }
    }

    #[test]
    fn a_url_of_a_return_origin_is_kept_whole() {
        assert_eq!(go("https://app.example/x?y").as_deref(), Some("https://app.example/x?y"));
        assert_eq!(go("//app.example/x").as_deref(), Some("https://app.example/x"));
        assert_eq!(go("https://a.b.apps.example/x").as_deref(), Some("https://a.b.apps.example/x"));
    }

    #[test]
    fn other_targets_are_ignored() {
        let vectors = [
            "",
            "?x",
            "#x",
            "evil.test",
            "undefined",
            "null",
            "a/b",
            " /a",
            "https:evil.example",
            "https:/evil.example",
            "https:/door.example",
            "//evil.example",
            "///evil.example",
            "////evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "\\/evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "https://evil.example",
            "https:\\\\evil.example",
            "HTTPS://EVIL.EXAMPLE",
            "http://door.example",
            "https://door.example.evil.example",
            "https://door.example@evil.example",
            "https://user@door.example/",
            "https://door.example:444/",
            "https://evil.example/door.example",
            "https://evil.example\\@door.example",
            "https://evil.example#@door.example",
            "//evil.example/%2f..",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "blob:https://door.example/x",
            "about:blank",
            "mailto:a@b",
            "ftp://door.example/",
            "http://app.example/",
            "https://app.example:8443/",
            "https://app.example.evil.example/",
            "https://[::1]/",
            "https://door.example//evil.example",
            "/.//evil.example",
            "/x/..//evil.example",
            "https://%64oor.example:1/",
            "https://doorexample",
            "https:///evil.example",
            "ws://door.example/",
            "https://door。evil.example",
            "https://apps.example/",
            "https://evilapps.example/",
            "http://a.apps.example/",
            "https://a.apps.example:8443/",
            "https://a@b.apps.example/",
            "https://a.apps.example@evil.example/",
            "https://evil.example/.apps.example",
        ];
        assert!(vectors.len() >= 40);
        for next in vectors {
            assert_eq!(go(next), None, "{next:?}");
        }
        for (character, bytes) in [("x", 1), ("ü", "%C3%BC".len())] {
            let longest = (MAX_BYTES - 1) / bytes;
            assert!(go(&format!("/{}", character.repeat(longest))).is_some(), "{character}");
            assert_eq!(go(&format!("/{}", character.repeat(longest + 1))), None, "{character}");
        }
    }

    #[test]
    fn a_location_leads_to_this_server_or_names_the_other_one() {
        assert_eq!(other_origin(&go("/a?b=https://app.example").expect("a location")), None);
        assert_eq!(other_origin(&go("https://door.example/a").expect("a location")), None);
        assert_eq!(other_origin(&go("//app.example/x").expect("a location")), "https://app.example".parse().ok());
    }

    proptest! {
        #[test]
        fn every_location_is_an_allowed_target(next in "[/\\\\:@?#.a-z\\t\\n %]{0,30}|.{0,40}") {
            if let Some(location) = go(&next) {
                prop_assert_eq!(go(&location), Some(location.clone()));
                let read = Url::options().base_url(Some(&public().url())).parse(&location).expect("a URL");
                let origin = Origin::of(&read).expect("http or https");
                let is_listed = listed().iter().any(|listed| listed.matches(&origin));
                prop_assert!(origin == public() || is_listed, "{next:?} led to {location:?}");
                prop_assert!(location.bytes().all(|byte| (0x21..=0x7e).contains(&byte)), "{location:?}");
            }
        }
    }
}
