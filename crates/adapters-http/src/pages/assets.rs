//! The files that pages need: one stylesheet, one script, one icon, and the operator's logo where there is one. All are
//! served from memory.

use std::hash::{DefaultHasher, Hash, Hasher};

use poem::endpoint::make_sync;
use poem::http::header;
use poem::{Endpoint, Response};

use crate::site::{Color, Site};

pub(super) const STYLE_PATH: &str = "/assets/doorward.css";
pub(super) const SCRIPT_PATH: &str = "/assets/doorward.js";
pub(super) const ICON_PATH: &str = "/assets/doorward.svg";
pub(super) const LOGO_PATH: &str = "/assets/logo";

const STYLE: &str = include_str!("../../assets/doorward.css");
const SCRIPT: &str = include_str!("../../assets/doorward.js");
const ICON: &str = include_str!("../../assets/doorward.svg");

/// The files, each under an address that changes with its content, so that a browser may keep it for ever.
pub(super) struct Assets {
    pub(super) style: File,
    pub(super) script: File,
    /// The operator's logo, else Doorward's icon.
    pub(super) mark: File,
    /// Served whether or not a page shows it.
    pub(super) icon: File,
}

impl Assets {
    pub(super) fn new(site: &Site) -> Self {
        let style = format!("{STYLE}{}", site.color.map(Color::style).unwrap_or_default());
        let icon = File::new(ICON_PATH, ICON.into(), "image/svg+xml; charset=utf-8");
        let logo = site.logo.as_ref().map(|logo| File::new(LOGO_PATH, logo.bytes().to_vec(), logo.content_type()));
        Self {
            style: File::new(STYLE_PATH, style.into(), "text/css; charset=utf-8"),
            script: File::new(SCRIPT_PATH, SCRIPT.into(), "text/javascript; charset=utf-8"),
            mark: logo.unwrap_or_else(|| icon.clone()),
            icon,
        }
    }
}

/// A file of the pages.
#[derive(Clone)]
pub(super) struct File {
    /// What pages link to.
    pub(super) link: String,
    content: Vec<u8>,
    pub(super) content_type: &'static str,
}

impl File {
    fn new(path: &str, content: Vec<u8>, content_type: &'static str) -> Self {
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        Self { link: format!("{path}?v={:016x}", hasher.finish()), content, content_type }
    }

    /// Serves it, for a browser to keep for a year.
    pub(super) fn endpoint(&self) -> impl Endpoint<Output = Response> + use<> {
        let Self { content, content_type, .. } = self.clone();
        make_sync(move |_| {
            Response::builder()
                .content_type(content_type)
                .header(header::CACHE_CONTROL, "public, max-age=31536000, immutable")
                .body(content.clone())
        })
    }
}
