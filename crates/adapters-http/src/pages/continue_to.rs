//! The page that a form leads to before a page that is not Doorward's. It goes on by itself.
//!
//! A redirect would not do: browsers hold every redirect that follows a form against the `form-action` of the form's page
//! (CSP 3, 6.4.1), also those that the app sends.

use askama::Template;
use poem::Response;

use super::layout::{Frame, Pages};
use crate::origin::Origin;
use crate::texts::{Language, Message};

#[derive(Template)]
#[template(path = "continue.html")]
struct ContinuePage<'a> {
    frame: Frame<'a>,
    title: String,
    url: &'a str,
    link: String,
}

/// Renders the page that says what was done and leads by this URL to `origin`, or to an app of this server's origin.
pub(crate) fn render(
    pages: &Pages,
    done: &Message,
    url: &str,
    origin: Option<&Origin>,
    language: Language,
) -> Response {
    let frame = pages.frame(language);
    let link = match origin {
        Some(origin) => frame.t.message(&Message::new("continue-to").with("site", origin.to_string())),
        None => frame.t.say("continue"),
    };
    frame.render(&ContinuePage { frame, title: frame.t.message(done), url, link })
}
