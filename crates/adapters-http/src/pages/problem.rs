//! The page for a problem: its form again where a field is wrong, else an error page.

use askama::Template;
use poem::Response;

use super::form::FormPage;
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
    path: &'static str,
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
        title: frame.t.problem(code),
        advice: problem.detail.as_ref().map_or_else(|| frame.t.advice(code), |detail| frame.t.message(detail)),
        request_id,
        is_unknown: problem.kind == ProblemKind::Unknown,
        way_on: way_on(problem, form, frame.t),
    })
}

fn way_on<'a>(problem: &Problem, form: Option<(FormPage, &'a FormInput)>, t: &Texts) -> WayOn<'a> {
    let next = form.and_then(|(_, input)| input.next.as_deref());
    let (path, text) = match (problem.kind, form) {
        (ProblemKind::Unauthenticated | ProblemKind::SignupClosed, _) => ("/login", t.say("sign-in")),
        (_, Some((form, _))) => {
            let (path, text) = form.link();
            (path, t.message(&text))
        }
        (_, None) => ("/", t.say("start-page")),
    };
    WayOn { path, next, text }
}
