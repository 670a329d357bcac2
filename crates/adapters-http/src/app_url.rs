//! The address of the app that users come from and go back to.

use std::str::FromStr;

use thiserror::Error;
use url::{Position, Url};

use crate::origin::Origin;

/// The address of an app: an http or https URL, or a path on the public URL's host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppUrl {
    /// A whole URL.
    Url(Url),
    /// A path from the root, perhaps with a query, in ASCII.
    Path(String),
}

/// The text is no address of an app.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("the address of an app is an http or https URL or a path from the root")]
pub struct InvalidAppUrl;

impl AppUrl {
    /// The origin; `None` for a path.
    #[must_use]
    pub fn origin(&self) -> Option<Origin> {
        match self {
            Self::Url(url) => Origin::of(url),
            Self::Path(_) => None,
        }
    }

    /// The host where it is named; `None` for a path.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        match self {
            Self::Url(url) => url.host_str(),
            Self::Path(_) => None,
        }
    }

    /// The address as a `Location` or a link: a path where it is on the public origin.
    #[must_use]
    pub fn location(&self, public_origin: &Origin) -> String {
        match self {
            Self::Url(url) if Origin::of(url).as_ref() == Some(public_origin) => url[Position::BeforePath..].to_owned(),
            Self::Url(url) => url.to_string(),
            Self::Path(path) => path.clone(),
        }
    }
}

impl FromStr for AppUrl {
    type Err = InvalidAppUrl;

    fn from_str(text: &str) -> Result<Self, InvalidAppUrl> {
        let is_path = text.starts_with('/');
        let base = is_path.then(|| Url::parse("http://localhost").ok()).flatten();
        let url = Url::options().base_url(base.as_ref()).parse(text).map_err(|_| InvalidAppUrl)?;
        let has_password = !url.username().is_empty() || url.password().is_some();
        // Browsers take `//host` and `/\host` for another host.
        let leads_elsewhere = is_path && Some(url.origin()) != base.as_ref().map(Url::origin);
        let path = &url[Position::BeforePath..];
        if Origin::of(&url).is_none() || has_password || leads_elsewhere || path.starts_with("//") {
            Err(InvalidAppUrl)
        } else if is_path {
            Ok(Self::Path(path.to_owned()))
        } else {
            Ok(Self::Url(url))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(text: &str) -> Option<String> {
        let public = "https://login.example.com".parse().expect("an origin");
        text.parse::<AppUrl>().ok().map(|url| url.location(&public))
    }

    #[test]
    fn a_url_and_a_path_are_addresses_of_apps() {
        for (text, expected) in [
            ("https://app.example.com", "https://app.example.com/"),
            ("https://app.example.com/start?a=b#c", "https://app.example.com/start?a=b#c"),
            ("http://localhost:3000/", "http://localhost:3000/"),
            ("https://login.example.com/app", "/app"),
            ("https://LOGIN.example.com:443", "/"),
            ("/", "/"),
            ("/ä/../app?x", "/app?x"),
        ] {
            assert_eq!(location(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_texts_are_not() {
        for text in [
            "",
            "app",
            "app.example.com",
            "//evil.example",
            "/\\evil.example",
            "/.//evil.example",
            "https://login.example.com//evil.example",
            "javascript:alert(1)",
            "ftp://app.example.com",
            "https://user:pass@app.example.com",
            "https://",
        ] {
            assert_eq!(text.parse::<AppUrl>(), Err(InvalidAppUrl), "{text}");
        }
    }
}
