//! The one place that knows the three ways of answering: JSON, a redirect, or a page.

use std::sync::Arc;

use poem::http::{StatusCode, header};
use poem::{IntoResponse, Response};
use poem_openapi::payload::Json;

use crate::context::Context;
use crate::pages::{self, Pages};
use crate::pipeline::problem_response;
use crate::pipeline::request_head::RequestHead;
use crate::request::response_mode::ResponseMode;
use crate::request::return_to;
use crate::request::state::RequestState;
use crate::response::landing::{Landing, Notice};
use crate::response::meta::found;
use crate::response::outcome::{Forgets, Leads, Outcome, Unrendered};
use crate::response::problem::Problem;
use crate::response::recovery_codes::RecoveryCodesBody;
use crate::response::session::{SessionAnswer, SessionBody};
use crate::response::transport::Transport;
use crate::route_table::RouteTable;
use crate::texts::Message;

/// The title of the page on the way to another origin: what was done.
fn title_on_the_way(landing: Landing) -> Message {
    match landing {
        Landing::Home | Landing::OfferOfCodes | Landing::Notice(Notice::Recovered | Notice::PasswordReset) => {
            Message::new("signed-in")
        }
        Landing::Notice(Notice::PasswordChanged) => Message::new("password-changed"),
        Landing::Notice(Notice::UsernameChanged) => Message::new("username-changed"),
        Landing::Notice(_) => Message::new("signed-out"),
    }
}

/// Turns outcomes and problems into answers.
pub(super) struct Renderer {
    context: Arc<Context>,
    pages: Arc<Pages>,
    route_table: RouteTable,
}

impl Renderer {
    pub(super) fn new(context: Arc<Context>, pages: Arc<Pages>, route_table: RouteTable) -> Self {
        Self { context, pages, route_table }
    }

    /// The response of an operation that succeeded. A response without an outcome passes unchanged.
    pub(super) fn outcome(&self, response: Response, state: &RequestState, head: &RequestHead<'_>) -> Response {
        let Some(Unrendered(outcome)) = response.extensions().get::<Unrendered>().cloned() else { return response };
        let is_json = state.mode() == ResponseMode::Json;
        let (mut response, cookies): (_, Vec<_>) = match &*outcome {
            Outcome::SignedIn { opened, transport, status, recovery_codes_left, leads } => {
                let response = if is_json {
                    let mut body = SessionBody::from(&opened.valid);
                    body.recovery_codes_left = *recovery_codes_left;
                    body.token = (*transport == Transport::Bearer).then(|| opened.token.expose().to_owned());
                    let mut response = SessionAnswer(body).into_response();
                    response.set_status(*status);
                    response
                } else {
                    let location = self.location(leads, state.mode());
                    // On the way, the sign-in page tells whether the browser kept the cookie.
                    let by_page = pages::sign_in::path_with_cookie_check(&location);
                    self.lead_on(&title_on_the_way(leads.landing), &location, &by_page, state.mode(), head)
                };
                // The session cookie first, for clients that look at the first one alone.
                let (context, now) = (&self.context, opened.valid.session.created_at);
                let session =
                    (*transport == Transport::Cookie).then(|| context.session_cookie.issue(&opened.token, now));
                let devices = session.is_some().then_some(opened.devices.as_ref()).flatten();
                let devices = devices.map(|devices| context.device_cookie.issue(devices, now));
                (response, session.into_iter().chain(devices).collect())
            }
            Outcome::Done { leads, forgets } => {
                let response = if is_json {
                    StatusCode::NO_CONTENT.into_response()
                } else {
                    let location = self.location(leads, state.mode());
                    self.lead_on(&title_on_the_way(leads.landing), &location, &location, state.mode(), head)
                };
                let session = (*forgets != Forgets::Nothing).then(|| self.context.session_cookie.blank());
                let devices = (*forgets == Forgets::SessionAndDevices).then(|| self.context.device_cookie.blank());
                (response, session.into_iter().chain(devices).flatten().collect())
            }
            // A redirect would lead away from the codes.
            Outcome::RecoveryCodes { user, issued, next } if state.mode() == ResponseMode::Page => {
                let language = self.pages.language(&head.languages);
                let page =
                    pages::account_recovery_codes::new_codes(&self.pages, user, issued, next.as_deref(), language);
                (page, vec![])
            }
            Outcome::RecoveryCodes { issued, .. } => {
                (Json(RecoveryCodesBody::from(issued.codes.as_slice())).into_response(), vec![])
            }
        };
        for cookie in cookies {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    /// Where a form leads.
    fn location(&self, Leads { next, landing }: &Leads, mode: ResponseMode) -> String {
        let is_page = mode == ResponseMode::Page;
        let target = next.as_deref().unwrap_or(self.context.home());
        match (landing, next) {
            (Landing::Notice(notice), None) if is_page => notice.location(),
            (Landing::Notice(notice), None) => notice.path().to_owned(),
            // The profile makes the offer itself.
            (Landing::OfferOfCodes, _) if is_page && !(target == "/" && self.pages.serves(target)) => {
                pages::account_recovery_codes::offer(target)
            }
            _ => target.to_owned(),
        }
    }

    /// The response to a form that leads to this location: a redirect, or to a page that is not Doorward's a page that goes on
    /// by itself to `by_page` and says what was done. An app's page may redirect on to anywhere.
    fn lead_on(
        &self,
        done: &Message,
        location: &str,
        by_page: &str,
        mode: ResponseMode,
        head: &RequestHead<'_>,
    ) -> Response {
        let origin = return_to::other_origin(location);
        let leads_to_app = origin.is_some() || (head.is_navigation && !self.pages.serves(location));
        if mode == ResponseMode::Page && leads_to_app {
            let language = self.pages.language(&head.languages);
            pages::continue_to::render(&self.pages, done, by_page, origin.as_ref(), language)
        } else {
            found(location)
        }
    }

    /// The response to a request that failed: JSON, the page of its form, or an error page.
    pub(super) fn problem(&self, problem: &Problem, state: Option<&RequestState>, head: &RequestHead<'_>) -> Response {
        let mode = state.map_or(head.mode, RequestState::mode);
        let mut response = if mode == ResponseMode::Page {
            let (input, language) = (state.and_then(RequestState::form), self.pages.language(&head.languages));
            if let Some(location) = pages::form::already_done(problem, head.uri.path(), input.as_ref()) {
                return found(&location);
            }
            let (path, id) = (head.uri.path(), head.id.to_string());
            pages::problem::render(&self.pages, problem, path, input.as_ref(), &id, language)
        } else {
            problem_response::json(problem, &self.context.settings, head)
        };
        problem_response::complete(&mut response, problem, head, &self.route_table);
        response
    }
}
