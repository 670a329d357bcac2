//! What every page has: the operator's site, the reader's language, and the frame around the content.

use askama::Template;
use doorward_app::SignUpPolicy;
use doorward_domain::{Password, Username};
use poem::http::{HeaderMap, HeaderValue, header};
use poem::web::Html;
use poem::{IntoResponse, Response};

use super::assets::Assets;
use super::paths::PATHS;
use crate::origin::Origin;
use crate::settings::{App, HttpSettings};
use crate::texts::{Language, Message, Texts};

/// What pages need to be rendered.
pub(crate) struct Pages {
    pub(super) sign_up: SignUpPolicy,
    /// The public URL.
    pub(super) public_origin: Origin,
    pub(super) assets: Assets,
    site_name: Option<String>,
    app: Option<App>,
    /// The language of every page; without one, each reader's own.
    language: Option<Language>,
}

impl Pages {
    pub(crate) fn new(settings: &HttpSettings) -> Self {
        Self {
            sign_up: settings.sign_up.clone(),
            public_origin: settings.public_origin.clone(),
            assets: Assets::new(&settings.site),
            site_name: settings.site.name.clone(),
            app: settings.app.clone(),
            language: settings.language,
        }
    }

    /// The language of a page for a request with these headers.
    pub(crate) fn language(&self, headers: &HeaderMap) -> Language {
        self.language.unwrap_or_else(|| Language::preferred(headers))
    }

    /// The frame of a page in this language.
    pub(super) fn frame(&self, language: Language) -> Frame<'_> {
        let site_name = self.site_name.as_deref();
        let (assets, app) = (&self.assets, self.app.as_ref());
        Frame { t: language.texts(), site_name, app, assets, follows_reader: self.language.is_none() }
    }

    /// Whether a path of this server, perhaps with a query, is a page of Doorward. `/` is the app's where the operator says
    /// so.
    pub(crate) fn serves(&self, location: &str) -> bool {
        let path = location.split(['?', '#']).next().unwrap_or_default();
        let is_app = self.app.as_ref().is_some_and(|app| app.location == path);
        PATHS.contains(&path) && !is_app
    }

    /// Where a user goes who is done here: the app, or the profile.
    pub(super) fn home(&self) -> &str {
        self.app.as_ref().map_or("/", |app| &app.location)
    }

    /// The rule for a new username, for the hint beside its field.
    pub(super) fn username_hint(&self, t: &Texts) -> String {
        let (min, max) = (Username::MIN_CHARS, self.sign_up.usernames.max_chars);
        t.message(&Message::new("characters").with("min", min).with("max", max))
    }

    /// The rule for a new password, for the hint beside its field.
    pub(super) fn password_hint(&self, t: &Texts) -> String {
        let min = self.sign_up.passwords.min_chars;
        t.message(&Message::new("password-hint").with("min", min).with("max", Password::MAX_CHARS))
    }
}

/// What every page has.
#[derive(Clone, Copy)]
pub(super) struct Frame<'a> {
    /// The texts in the page's language.
    pub(super) t: &'static Texts,
    pub(super) assets: &'a Assets,
    /// The operator's name for the site.
    pub(super) site_name: Option<&'a str>,
    /// The app that users come from.
    pub(super) app: Option<&'a App>,
    /// Whether another reader may get the page in another language.
    follows_reader: bool,
}

impl Frame<'_> {
    /// The name of the site.
    pub(super) fn site_name(&self) -> &str {
        self.site_name.unwrap_or("Doorward")
    }

    /// Renders a page in this frame.
    pub(super) fn render(self, page: &impl Template) -> Response {
        let html = page.render().expect("templates fail only where a value's Display does");
        let mut response = Html(html).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(self.t.tag()));
        if self.follows_reader {
            headers.insert(header::VARY, HeaderValue::from_static("Accept-Language"));
        }
        response
    }
}
