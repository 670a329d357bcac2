//! The files that pages need: one stylesheet, one script, one icon, all served from the binary.

use std::hash::{DefaultHasher, Hash, Hasher};

use poem::endpoint::make_sync;
use poem::http::header;
use poem::{Endpoint, Response};

pub(super) const STYLE_PATH: &str = "/assets/doorward.css";
pub(super) const SCRIPT_PATH: &str = "/assets/doorward.js";
pub(super) const ICON_PATH: &str = "/assets/doorward.svg";

const STYLE: &str = include_str!("../../assets/doorward.css");
const SCRIPT: &str = include_str!("../../assets/doorward.js");
const ICON: &str = include_str!("../../assets/doorward.svg");

/// The addresses that pages link to. They change with the content, so that a browser may keep a file for ever.
pub(super) struct Links {
    pub(super) style: String,
    pub(super) script: String,
    pub(super) icon: String,
}

impl Links {
    pub(super) fn new() -> Self {
        let versioned = |path: &str, content: &str| {
            let mut hasher = DefaultHasher::new();
            content.hash(&mut hasher);
            format!("{path}?v={:016x}", hasher.finish())
        };
        Self {
            style: versioned(STYLE_PATH, STYLE),
            script: versioned(SCRIPT_PATH, SCRIPT),
            icon: versioned(ICON_PATH, ICON),
        }
    }
}

pub(super) fn style() -> impl Endpoint<Output = Response> {
    file(STYLE, "text/css; charset=utf-8")
}

pub(super) fn script() -> impl Endpoint<Output = Response> {
    file(SCRIPT, "text/javascript; charset=utf-8")
}

pub(super) fn icon() -> impl Endpoint<Output = Response> {
    file(ICON, "image/svg+xml; charset=utf-8")
}

/// A file that a browser may keep for a year.
fn file(content: &'static str, content_type: &'static str) -> impl Endpoint<Output = Response> {
    make_sync(move |_| {
        Response::builder()
            .content_type(content_type)
            .header(header::CACHE_CONTROL, "public, max-age=31536000, immutable")
            .body(content)
    })
}
