//! Redirect targets. Input: the value of `next` in a link or a form.

use doorward_adapters_http::fuzzing::location;
use doorward_adapters_http::{Origin, ReturnOrigin};
use poem::http::HeaderValue;
use url::Url;

/// The maximum length of a `next` (`adapters-http/src/request/return_to.rs`).
const MOST_BYTES: usize = 2_048;

pub fn check(input: &[u8]) {
    let Ok(next) = std::str::from_utf8(input) else { return };
    let public: Origin = "https://door.example".parse().expect("an origin");
    let listed: [ReturnOrigin; 2] =
        ["https://app.example", "https://*.apps.example"].map(|text| text.parse().expect("an origin"));
    let go = |next: &str| location(next, &public, &listed);
    let Some(kept) = go(next) else { return };

    assert!(next.len() <= MOST_BYTES);
    assert!(kept.bytes().all(|byte| (0x21..=0x7e).contains(&byte)), "{kept:?} is not plain ASCII");
    assert!(HeaderValue::try_from(kept.as_str()).is_ok());

    // It leads to the same place from every page, and that place is allowed.
    let from = |page: &str| {
        let base = Url::parse(page).expect("a URL");
        Url::options().base_url(Some(&base)).parse(&kept).expect("a Location is a URL")
    };
    let destination = from("https://door.example/");
    assert_eq!(from("https://door.example/api/login?next=x#y"), destination);
    let origin: Origin = destination.origin().ascii_serialization().parse().expect("an http origin");
    let is_listed = listed.iter().any(|listed| listed.matches(&origin));
    assert!(origin == public || is_listed, "{kept:?} leads to {origin}");
    assert!(destination.username().is_empty() && destination.password().is_none());
    assert_eq!(kept.starts_with('/'), origin == public, "{kept:?}");
    assert!(!kept.starts_with("//") && !kept.starts_with("/\\"), "{kept:?}");

    // Without listed origins only targets on this server are kept. An accepted target is kept unchanged.
    assert_eq!(location(next, &public, &[]), (origin == public).then(|| kept.clone()));
    assert_eq!(go(&kept).as_ref(), Some(&kept));
}
