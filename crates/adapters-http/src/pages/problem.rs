//! The page for a problem: its form again where a field is wrong, else an error page.

use std::borrow::Cow;

use askama::Template;
use poem::Response;

use super::form::{FormPage, page_of_action};
use super::layout::{Frame, Pages};
use crate::request::state::FormInput;
use crate::response::problem::{Problem, ProblemKind};
use crate::texts::{Language, Texts};

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    frame: Frame<'a>,
    title: String,
    advice: String,
    request_id: &'a str,
    /// Whether the log has the cause, so that the reader should tell the operator the request's id.
    is_unknown: bool,
    way_on: WayOn<'a>,
}

/// The link that leads on from the page.
struct WayOn<'a> {
    path: Cow<'a, str>,
    next: Option<&'a str>,
    text: String,
}

/// Renders the page of a problem of a request for this path, with what its form held where that was read.
pub(crate) fn render(
    pages: &Pages,
    problem: &Problem,
    path: &str,
    input: Option<&FormInput>,
    request_id: &str,
    language: Language,
) -> Response {
    let form = FormPage::of_action(path).zip(input);
    if let Some(again) = form.and_then(|(form, input)| form.again(pages, problem, input, language)) {
        return again;
    }
    let frame = pages.frame(language);
    let code = problem.kind.code();
    frame.render(&ProblemPage {
        frame,
        title: frame.t.title(code),
        advice: problem.detail.as_ref().map_or_else(|| frame.t.advice(code), |detail| frame.t.message(detail)),
        request_id,
        is_unknown: problem.kind == ProblemKind::Unknown,
        way_on: way_on(problem, path, form, pages, frame.t),
    })
}

fn way_on<'a>(
    problem: &Problem,
    path: &str,
    form: Option<(FormPage, &'a FormInput)>,
    pages: &'a Pages,
    t: &Texts,
) -> WayOn<'a> {
    let next = form.and_then(|(_, input)| input.next.as_deref());
    let account_page = page_of_action(path).filter(|page| page.starts_with("/account"));
    match (problem.kind, form) {
        // Another user is signed in by now.
        (ProblemKind::Unauthenticated, _) if problem.detail.is_some() => {
            WayOn { path: account_page.unwrap_or("/account").into(), next: None, text: t.say("back-to-account") }
        }
        // After the sign-in, the form can be filled in again.
        (ProblemKind::Unauthenticated, _) => {
            WayOn { path: "/login".into(), next: account_page, text: t.say("sign-in") }
        }
        (ProblemKind::SignupClosed, _) => WayOn { path: "/login".into(), next, text: t.say("sign-in") },
        // It may have been opened at an address that cannot work.
        (ProblemKind::CrossOrigin, _) => {
            WayOn { path: pages.public_origin.url().to_string().into(), next: None, text: t.say("start-page") }
        }
        (_, Some((form, _))) => {
            let (path, text) = form.link();
            WayOn { path: path.into(), next, text: t.message(&text) }
        }
        (_, None) => WayOn { path: pages.home().into(), next: None, text: t.say("start-page") },
    }
}
