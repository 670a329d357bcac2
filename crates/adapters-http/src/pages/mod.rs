//! The pages: server-rendered from typed templates that escape everything, complete without scripts.

mod assets;
mod docs;

use std::sync::Arc;

use askama::Template;
use doorward_app::SignUpPolicy;
use doorward_domain::ports::LiveSession;
use doorward_domain::{Password, SessionId, UserAgent, Username};
use poem::endpoint::make;
use poem::web::Html;
use poem::{Endpoint, IntoResponse, Request, Response, Route, get};
use serde::Deserialize;

use crate::answer::found;
use crate::context::Context;
use crate::credential::Credential;
use crate::form::{AccountForm, AccountView, EntryEcho, FormEcho, FormName};
use crate::problem::{Problem, ProblemKind};
use crate::return_to;
use crate::settings::HttpSettings;
use crate::wire;

/// The paths of all that is no operation of the API; each has a GET.
pub(crate) const PATHS: [&str; 8] =
    ["/", "/login", "/signup", "/docs", "/openapi.json", assets::STYLE_PATH, assets::SCRIPT_PATH, assets::ICON_PATH];

/// Renders pages with what the operator decided.
pub(crate) struct Pages {
    sign_up: SignUpPolicy,
    assets: assets::Links,
}

impl Pages {
    pub(crate) fn new(settings: &HttpSettings) -> Self {
        Self { sign_up: settings.sign_up, assets: assets::Links::new() }
    }

    /// The page for a problem: its form again where it belongs to one, else a page that says what is wrong.
    pub(crate) fn problem(&self, problem: &Problem, request_id: &str) -> Response {
        if let (Some(form), Some(messages)) = (&problem.form, Messages::of(problem)) {
            return match form {
                FormEcho::Entry(echo) => self.form(echo, messages),
                FormEcho::Account(form, view) => self.profile(view, messages.beside(*form)),
            };
        }
        html(&ProblemPage {
            assets: &self.assets,
            title: problem.kind.sentence(),
            advice: problem.detail.as_deref().unwrap_or(problem.kind.advice()),
            request_id,
            is_ours: problem.kind == ProblemKind::Unknown,
            way_on: WayOn::from(problem),
        })
    }

    fn profile(&self, view: &AccountView, messages: AccountMessages) -> Response {
        let AccountView { signed_in, sessions } = view;
        html(&ProfilePage {
            assets: &self.assets,
            user_id: signed_in.user.id.as_str(),
            username: signed_in.user.username.as_str(),
            devices: sessions.iter().map(|live| Device::new(live, &signed_in.session.id)).collect(),
            messages,
            password_bounds: self.password_bounds(),
        })
    }

    fn password_bounds(&self) -> Bounds {
        Bounds { min: self.sign_up.passwords.min_chars, max: Password::MAX_CHARS }
    }

    fn form(&self, echo: &EntryEcho, messages: Messages) -> Response {
        let assets = &self.assets;
        let form = FormView { username: &echo.username, next: echo.next.as_deref(), messages };
        match echo.name {
            FormName::SignUp if !self.sign_up.open => html(&ClosedPage { assets, next: form.next }),
            FormName::SignUp => html(&SignUpPage {
                assets,
                form,
                username_bounds: Bounds { min: Username::MIN_CHARS, max: Username::MAX_CHARS },
                password_bounds: self.password_bounds(),
            }),
            FormName::LogIn => html(&LogInPage { assets, form, sign_up_open: self.sign_up.open }),
        }
    }
}

/// What to say beside which field.
#[derive(Default)]
struct Messages {
    form: Option<String>,
    username: Option<String>,
    password: Option<String>,
}

impl Messages {
    /// `None` for a problem that is no matter of what was typed.
    fn of(problem: &Problem) -> Option<Self> {
        let sentence = problem.kind.sentence();
        let message = Some(match &problem.detail {
            Some(detail) => format!("{sentence}. {detail}"),
            None => format!("{sentence}."),
        });
        match problem.kind {
            ProblemKind::InvalidUsername | ProblemKind::UsernameTaken => {
                Some(Self { username: message, ..Self::default() })
            }
            ProblemKind::InvalidPassword | ProblemKind::IncorrectPassword => {
                Some(Self { password: message, ..Self::default() })
            }
            ProblemKind::IncorrectCredentials => Some(Self { form: message, ..Self::default() }),
            _ => None,
        }
    }

    fn any(&self) -> bool {
        self.form.is_some() || self.username.is_some() || self.password.is_some()
    }

    /// The same beside a field of the profile page, all of which are passwords.
    fn beside(self, form: AccountForm) -> AccountMessages {
        let message = self.password;
        match form {
            AccountForm::CurrentPassword => AccountMessages { current: message, ..AccountMessages::default() },
            AccountForm::NewPassword => AccountMessages { new: message, ..AccountMessages::default() },
            AccountForm::Deletion => AccountMessages { deletion: message, ..AccountMessages::default() },
        }
    }
}

/// What to say beside which field of the profile page.
#[derive(Default)]
struct AccountMessages {
    current: Option<String>,
    new: Option<String>,
    deletion: Option<String>,
}

impl AccountMessages {
    fn any(&self) -> bool {
        self.current.is_some() || self.new.is_some() || self.deletion.is_some()
    }
}

/// A session as people see it: a device on which they are signed in.
struct Device<'a> {
    session_id: &'a str,
    /// What the browser called itself.
    name: &'a str,
    address: Option<String>,
    since: String,
    is_this_one: bool,
}

impl<'a> Device<'a> {
    fn new(live: &'a LiveSession, current: &SessionId) -> Self {
        let LiveSession { session, client } = live;
        Self {
            session_id: session.id.as_str(),
            name: client.user_agent.as_ref().map_or("A device that did not say what it is", UserAgent::as_str),
            address: client.address.map(|address| address.to_string()),
            since: wire::minute(session.created_at),
            is_this_one: session.id == *current,
        }
    }
}

struct FormView<'a> {
    username: &'a str,
    next: Option<&'a str>,
    messages: Messages,
}

#[derive(Template)]
#[template(path = "login.html")]
struct LogInPage<'a> {
    assets: &'a assets::Links,
    form: FormView<'a>,
    sign_up_open: bool,
}

#[derive(Template)]
#[template(path = "signup.html")]
struct SignUpPage<'a> {
    assets: &'a assets::Links,
    form: FormView<'a>,
    username_bounds: Bounds,
    password_bounds: Bounds,
}

/// How many characters a field may have.
struct Bounds {
    min: usize,
    max: usize,
}

#[derive(Template)]
#[template(path = "closed.html")]
struct ClosedPage<'a> {
    assets: &'a assets::Links,
    next: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "profile.html")]
struct ProfilePage<'a> {
    assets: &'a assets::Links,
    user_id: &'a str,
    username: &'a str,
    devices: Vec<Device<'a>>,
    messages: AccountMessages,
    password_bounds: Bounds,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    assets: &'a assets::Links,
    title: &'a str,
    advice: &'a str,
    request_id: &'a str,
    /// Whether its cause is in the log, worth telling the operator.
    is_ours: bool,
    way_on: WayOn<'a>,
}

/// The link of a problem's page: where a person goes on from there.
struct WayOn<'a> {
    path: &'static str,
    next: Option<&'a str>,
    text: &'static str,
}

impl<'a> WayOn<'a> {
    fn from(problem: &'a Problem) -> Self {
        let entry = match &problem.form {
            Some(FormEcho::Entry(echo)) => Some(echo),
            Some(FormEcho::Account(..)) | None => None,
        };
        let next = entry.and_then(|echo| echo.next.as_deref());
        let (path, text) = match (problem.kind, entry.map(|echo| echo.name)) {
            (ProblemKind::Unauthenticated | ProblemKind::SignupClosed, _) => ("/login", "Sign in"),
            (_, Some(FormName::LogIn)) => ("/login", "Back to the sign-in page"),
            (_, Some(FormName::SignUp)) => ("/signup", "Back to the sign-up page"),
            (_, None) => ("/", "Go to the start page"),
        };
        Self { path, next, text }
    }
}

fn html(page: &impl Template) -> Response {
    Html(page.render().expect("templates fail only where a value's Display does")).into_response()
}

/// What a page's query may say.
#[derive(Deserialize)]
struct PageQuery {
    next: Option<String>,
}

/// The pages and their files.
pub(crate) fn routes(context: &Arc<Context>, pages: &Arc<Pages>, spec: &Arc<str>) -> Route {
    let documentation: Arc<str> = docs::render(&pages.assets, spec).into();
    let form_page = |name| {
        let (context, pages) = (Arc::clone(context), Arc::clone(pages));
        get(make(move |request| {
            let (context, pages) = (Arc::clone(&context), Arc::clone(&pages));
            async move { show_form(&context, &pages, name, &request).await }
        }))
    };
    let profile = {
        let (context, pages) = (Arc::clone(context), Arc::clone(pages));
        make(move |request: Request| {
            let (context, pages) = (Arc::clone(&context), Arc::clone(&pages));
            async move { show_profile(&context, &pages, &request).await }
        })
    };
    let spec = Arc::clone(spec);
    Route::new()
        .at("/", get(profile))
        .at("/login", form_page(FormName::LogIn))
        .at("/signup", form_page(FormName::SignUp))
        .at("/docs", get(text(documentation, "text/html; charset=utf-8")))
        .at("/openapi.json", get(text(spec, "application/json; charset=utf-8")))
        .at(assets::STYLE_PATH, get(assets::style()))
        .at(assets::SCRIPT_PATH, get(assets::script()))
        .at(assets::ICON_PATH, get(assets::icon()))
}

/// An endpoint that always answers the same text.
fn text(text: Arc<str>, content_type: &'static str) -> impl Endpoint<Output = Response> {
    poem::endpoint::make_sync(move |_| Response::builder().content_type(content_type).body(text.to_string()))
}

async fn show_form(context: &Context, pages: &Pages, name: FormName, request: &Request) -> Result<Response, Problem> {
    // A query that cannot be read names no `next`.
    let query = request.params::<PageQuery>().unwrap_or(PageQuery { next: None });
    let settings = &context.settings;
    let next =
        query.next.and_then(|next| return_to::location(&next, &settings.public_origin, &settings.return_origins));
    if context.session(Credential::of(request)).await?.is_some() {
        return Ok(found(next.as_deref().unwrap_or("/")));
    }
    Ok(pages.form(&EntryEcho { name, username: String::new(), next }, Messages::default()))
}

async fn show_profile(context: &Context, pages: &Pages, request: &Request) -> Result<Response, Problem> {
    let Some(signed_in) = context.session(Credential::of(request)).await? else { return Ok(found("/login")) };
    Ok(pages.profile(&context.account_view(signed_in).await?, AccountMessages::default()))
}
