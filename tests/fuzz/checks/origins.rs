//! Origins. Input: a text that may be an origin.

use doorward_adapters_http::Origin;
use url::Url;

pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(origin) = text.parse::<Origin>() else { return };

    let written = origin.to_string();
    assert_eq!(written.parse::<Origin>().as_ref(), Ok(&origin), "{written:?} reads as another origin");
    assert!(written.is_ascii());
    assert_eq!(written, written.to_ascii_lowercase());
    assert_eq!(origin.is_https(), written.starts_with("https://"));
    assert!(origin.is_https() || written.starts_with("http://"), "{written:?}");

    // A browser reads the same origin from the text, and the text holds no other part of a URL.
    let url = Url::parse(text).expect("an origin is a URL");
    assert_eq!(url.origin().ascii_serialization(), written);
    assert!(url.username().is_empty() && url.password().is_none());
    assert_eq!((url.path(), url.query(), url.fragment()), ("/", None, None));

    // Texts that share only the beginning or the end are other origins, or none.
    for other in [format!("{written}.evil.example"), format!("{written}:1"), format!("http://evil.{}", &written[7..])] {
        assert_ne!(other.parse::<Origin>().as_ref(), Ok(&origin), "{other:?}");
    }
    for url in [format!("{written}/path"), format!("{written}?x"), format!("{written}#x"), format!("{written}@evil")] {
        assert!(url.parse::<Origin>().is_err(), "{url:?}");
    }

    // A domain may be written with a dot in front, so a host that is only a dot counts as no domain.
    if let Some(host) = url.domain().filter(|host| *host != ".") {
        assert!(origin.is_within(host), "a host is not within itself");
        assert!(!origin.is_within(&format!("x.{host}")), "a host is within its subdomain");
        // A host is not within its own text without the first letter, unless a label ends there.
        assert!(host.starts_with('.') || host[1..].starts_with('.') || !origin.is_within(&host[1..]));
        assert!(!origin.is_within("") && !origin.is_within("."), "a host is within no domain at all");
    }
}
