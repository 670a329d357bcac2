//! Origins: a text that may be one.

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

    // It is what a browser takes the text for, and no more of a URL is in it than an origin.
    let url = Url::parse(text).expect("an origin is a URL");
    assert_eq!(url.origin().ascii_serialization(), written);
    assert!(url.username().is_empty() && url.password().is_none());
    assert_eq!((url.path(), url.query(), url.fragment()), ("/", None, None));

    // Those that only look like it at one end are others, or none.
    for other in [format!("{written}.evil.example"), format!("{written}:1"), format!("http://evil.{}", &written[7..])] {
        assert_ne!(other.parse::<Origin>().as_ref(), Ok(&origin), "{other:?}");
    }
    for url in [format!("{written}/path"), format!("{written}?x"), format!("{written}#x"), format!("{written}@evil")] {
        assert!(url.parse::<Origin>().is_err(), "{url:?}");
    }

    // A domain may be written with a dot in front, so a host that is but a dot is the same as no domain.
    if let Some(host) = url.domain().filter(|host| *host != ".") {
        assert!(origin.is_within(host), "a host is not within itself");
        assert!(!origin.is_within(&format!("x.{host}")), "a host is within its subdomain");
        // Without its first letter a host is another, unless a label ends there.
        assert!(host.starts_with('.') || host[1..].starts_with('.') || !origin.is_within(&host[1..]));
        assert!(!origin.is_within("") && !origin.is_within("."), "a host is within no domain at all");
    }
}
