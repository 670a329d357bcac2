//! Redirect targets: a `next` that person put into a link or a form.

use doorward_adapters_http::Origin;
use doorward_adapters_http::fuzzing::location;
use poem::http::HeaderValue;
use url::Url;

/// As much of a `next` is looked at (`adapters-http/src/return_to.rs`).
const MOST_BYTES: usize = 2_048;

pub fn check(input: &[u8]) {
    let Ok(next) = std::str::from_utf8(input) else { return };
    let public: Origin = "https://door.example".parse().expect("an origin");
    let listed: Origin = "https://app.example".parse().expect("an origin");
    let go = |next: &str| location(next, &public, std::slice::from_ref(&listed));
    let Some(kept) = go(next) else { return };

    assert!(next.len() <= MOST_BYTES);
    assert!(kept.bytes().all(|byte| (0x21..=0x7e).contains(&byte)), "{kept:?} is not plain ASCII");
    assert!(HeaderValue::try_from(kept.as_str()).is_ok());

    // It leads to one place from whatever page a browser is on, and that is a place where it may lead.
    let from = |page: &str| {
        let base = Url::parse(page).expect("a URL");
        Url::options().base_url(Some(&base)).parse(&kept).expect("a Location is a URL")
    };
    let destination = from("https://door.example/");
    assert_eq!(from("https://door.example/api/login?next=x#y"), destination);
    let origin: Origin = destination.origin().ascii_serialization().parse().expect("an http origin");
    assert!(origin == public || origin == listed, "{kept:?} leads to {origin}");
    assert!(destination.username().is_empty() && destination.password().is_none());
    assert_eq!(kept.starts_with('/'), origin == public, "{kept:?}");
    assert!(!kept.starts_with("//") && !kept.starts_with("/\\"), "{kept:?}");

    // Without the list it is kept only on this server, and what was kept once is kept as it is.
    assert_eq!(location(next, &public, &[]), (origin == public).then(|| kept.clone()));
    if kept.len() <= MOST_BYTES {
        assert_eq!(go(&kept).as_ref(), Some(&kept));
    }
}
