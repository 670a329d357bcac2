//! The pages: server-rendered from typed templates that escape everything, complete without scripts.

mod assets;
mod codes;
mod device;
mod docs;

use std::sync::Arc;

use askama::Template;
use doorward_app::{IssuedCodes, SignUpPolicy};
use doorward_domain::ports::LiveSession;
use doorward_domain::{Password, RecoveryCode, SessionId, User, UserAgent, Username};
use poem::endpoint::make;
use poem::http::{HeaderMap, HeaderValue, header};
use poem::web::Html;
use poem::{Endpoint, IntoResponse, Request, Response, Route, get};
use serde::Deserialize;

use crate::context::Context;
use crate::form::{AccountForm, AccountView, CodesView, EntryEcho, FormEcho, FormName};
use crate::origin::Origin;
use crate::request::credential::Credential;
use crate::request::return_to;
use crate::response::answer::found;
use crate::response::problem::{Problem, ProblemKind};
use crate::response::wire;
use crate::settings::HttpSettings;
use crate::texts::{Language, Message, Texts};

/// The paths of all that is no operation of the API; each has a GET.
pub(crate) const PATHS: [&str; 10] = [
    "/",
    "/login",
    "/signup",
    "/recover",
    "/docs",
    "/openapi.json",
    assets::STYLE_PATH,
    assets::SCRIPT_PATH,
    assets::ICON_PATH,
    assets::LOGO_PATH,
];

/// Renders pages with what the operator decided.
pub(crate) struct Pages {
    sign_up: SignUpPolicy,
    site_name: Option<String>,
    /// The language of every page; without one, each reader's own.
    language: Option<Language>,
    /// What people type to get here.
    public_origin: Origin,
    assets: assets::Assets,
}

impl Pages {
    pub(crate) fn new(settings: &HttpSettings) -> Self {
        Self {
            sign_up: settings.sign_up,
            site_name: settings.site.name.clone(),
            language: settings.language,
            public_origin: settings.public_origin.clone(),
            assets: assets::Assets::new(&settings.site),
        }
    }

    /// The language in which whoever sent these headers reads the pages.
    pub(crate) fn language(&self, headers: &HeaderMap) -> Language {
        self.language.unwrap_or_else(|| Language::preferred(headers))
    }

    /// The page for a problem: its form again where it belongs to one, else a page that says what is wrong.
    pub(crate) fn problem(&self, problem: &Problem, request_id: &str, language: Language) -> Response {
        let frame = self.frame(language);
        let t = frame.t;
        if let (Some(form), Some(messages)) = (&problem.form, Messages::of(problem, t)) {
            return match form {
                FormEcho::Entry(echo) => self.form(echo, messages, language),
                FormEcho::Account(form, view) => self.profile(view, messages.beside(*form), language, false),
            };
        }
        let code = problem.kind.code();
        html(
            frame,
            &ProblemPage {
                frame,
                title: t.problem(code),
                advice: problem.detail.as_ref().map_or_else(|| t.advice(code), |detail| t.message(detail)),
                request_id,
                is_ours: problem.kind == ProblemKind::Unknown,
                way_on: WayOn::new(problem, t),
            },
        )
    }

    /// The profile; `offers` is whether it may offer what somebody said they do not want now.
    fn profile(&self, view: &AccountView, messages: AccountMessages, language: Language, offers: bool) -> Response {
        let AccountView { signed_in, sessions, codes } = view;
        let frame = self.frame(language);
        html(
            frame,
            &ProfilePage {
                user_id: signed_in.user.id.as_str(),
                username: signed_in.user.username.as_str(),
                devices: sessions.iter().map(|live| Device::new(live, &signed_in.session.id, frame.t)).collect(),
                messages,
                password_hint: self.password_hint(frame.t),
                codes: Codes::new(codes, offers, frame.t),
                frame,
            },
        )
    }

    /// New recovery codes, on the only page that ever shows them.
    pub(crate) fn codes(&self, user: &User, issued: &IssuedCodes, language: Language) -> Response {
        let frame = self.frame(language);
        let sheet = codes::Sheet::new(user, issued, frame.site_name(), &self.public_origin, frame.t);
        html(frame, &CodesPage { file: sheet.file(), sheet, frame })
    }

    fn form(&self, echo: &EntryEcho, messages: Messages, language: Language) -> Response {
        let frame = self.frame(language);
        let form = FormView { username: &echo.username, next: echo.next.as_deref(), messages };
        match echo.name {
            FormName::SignUp if !self.sign_up.open => html(frame, &ClosedPage { next: form.next, frame }),
            FormName::SignUp => html(
                frame,
                &SignUpPage {
                    form,
                    username_hint: frame.t.message(
                        &Message::new("characters").with("min", Username::MIN_CHARS).with("max", Username::MAX_CHARS),
                    ),
                    password_hint: self.password_hint(frame.t),
                    frame,
                },
            ),
            FormName::Recover => html(
                frame,
                &RecoverPage {
                    form,
                    code_hint: frame.t.message(&Message::new("code-hint").with("count", RecoveryCode::CHARS)),
                    password_hint: self.password_hint(frame.t),
                    frame,
                },
            ),
            FormName::LogIn => html(frame, &LogInPage { form, sign_up_open: self.sign_up.open, frame }),
        }
    }

    fn password_hint(&self, t: &Texts) -> String {
        let min = self.sign_up.passwords.min_chars;
        t.message(&Message::new("password-hint").with("min", min).with("max", Password::MAX_CHARS))
    }

    fn frame(&self, language: Language) -> Frame<'_> {
        let site_name = self.site_name.as_deref();
        Frame { t: language.texts(), site_name, assets: &self.assets, follows_reader: self.language.is_none() }
    }
}

/// What every page has.
#[derive(Clone, Copy)]
struct Frame<'a> {
    /// What it says.
    t: &'static Texts,
    /// What the operator calls the site.
    site_name: Option<&'a str>,
    assets: &'a assets::Assets,
    /// Whether another reader would get it in another language.
    follows_reader: bool,
}

impl Frame<'_> {
    /// What the site is called where the operator does not say.
    fn site_name(&self) -> &str {
        self.site_name.unwrap_or("Doorward")
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
    fn of(problem: &Problem, t: &Texts) -> Option<Self> {
        let sentence = t.problem(problem.kind.code());
        let message = Some(match &problem.detail {
            Some(detail) => format!("{sentence}. {}", t.message(detail)),
            None => format!("{sentence}."),
        });
        match problem.kind {
            ProblemKind::InvalidUsername | ProblemKind::UsernameTaken => {
                Some(Self { username: message, ..Self::default() })
            }
            ProblemKind::InvalidPassword | ProblemKind::IncorrectPassword => {
                Some(Self { password: message, ..Self::default() })
            }
            ProblemKind::IncorrectCredentials | ProblemKind::IncorrectRecoveryCode => {
                Some(Self { form: message, ..Self::default() })
            }
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
            AccountForm::RecoveryCodes => AccountMessages { codes: message, ..AccountMessages::default() },
            AccountForm::Deletion => AccountMessages { deletion: message, ..AccountMessages::default() },
        }
    }
}

/// What to say beside which field of the profile page.
#[derive(Default)]
struct AccountMessages {
    current: Option<String>,
    new: Option<String>,
    codes: Option<String>,
    deletion: Option<String>,
}

impl AccountMessages {
    fn any(&self) -> bool {
        [&self.current, &self.new, &self.codes, &self.deletion].into_iter().any(Option::is_some)
    }
}

/// A session as people see it: a device on which they are signed in.
struct Device<'a> {
    session_id: &'a str,
    name: String,
    /// What the browser called itself.
    user_agent: Option<&'a str>,
    /// Since when, and from where.
    since: String,
    /// What its button does, for whoever does not see beside what it stands.
    end: String,
    is_this_one: bool,
}

impl<'a> Device<'a> {
    fn new(live: &'a LiveSession, current: &SessionId, t: &Texts) -> Self {
        let LiveSession { session, client } = live;
        let (name, when) = (device::name(client.user_agent.as_ref(), t), wire::minute(session.created_at));
        let since = match client.address {
            Some(address) => Message::new("since-from").with("address", address.to_string()),
            None => Message::new("since"),
        };
        Self {
            session_id: session.id.as_str(),
            user_agent: client.user_agent.as_ref().map(UserAgent::as_str),
            since: t.message(&since.with("when", when.clone())),
            end: t.message(&Message::new("end-device").with("device", name.clone()).with("when", when)),
            name,
            is_this_one: session.id == *current,
        }
    }
}

/// The recovery codes as the profile shows them.
struct Codes {
    /// Whether to offer them to somebody who has none.
    offered: bool,
    /// Whether the session alone makes them.
    need_no_password: bool,
    /// How many are left, where that is worth to be said before all else.
    notice: Option<String>,
    /// The same in a line of its own.
    summary: String,
    /// When they were made; `None` where there are none.
    made: Option<String>,
}

impl Codes {
    /// From how few on they are about to run out.
    const FEW: usize = 3;

    fn new(view: &CodesView, offers: bool, t: &Texts) -> Self {
        let CodesView { left, created_at, just_signed_in } = *view;
        let count = |message: Message| t.message(&message.with("left", left).with("of", RecoveryCode::PER_USER));
        let few = (1..=Self::FEW).contains(&left);
        // Whoever just used one is told so, and so is whoever did not: somebody else has their codes.
        let just_used = just_signed_in && (1..RecoveryCode::PER_USER).contains(&left);
        Self {
            offered: offers && view.need_no_password(),
            need_no_password: view.need_no_password(),
            notice: match (few, just_used) {
                (true, _) => Some(count(Message::new("codes-few"))),
                (false, true) => Some(count(Message::new("codes-left"))),
                (false, false) => None,
            },
            summary: if left == 0 { t.say("codes-none") } else { count(Message::new("codes-of")) },
            made: created_at.map(|instant| t.with("codes-made", "when", wire::minute(instant))),
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
    frame: Frame<'a>,
    form: FormView<'a>,
    sign_up_open: bool,
}

#[derive(Template)]
#[template(path = "signup.html")]
struct SignUpPage<'a> {
    frame: Frame<'a>,
    form: FormView<'a>,
    username_hint: String,
    password_hint: String,
}

#[derive(Template)]
#[template(path = "recover.html")]
struct RecoverPage<'a> {
    frame: Frame<'a>,
    form: FormView<'a>,
    code_hint: String,
    password_hint: String,
}

#[derive(Template)]
#[template(path = "codes.html")]
struct CodesPage<'a> {
    frame: Frame<'a>,
    sheet: codes::Sheet<'a>,
    /// The address that a browser takes for a file with the sheet.
    file: String,
}

#[derive(Template)]
#[template(path = "closed.html")]
struct ClosedPage<'a> {
    frame: Frame<'a>,
    next: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "profile.html")]
struct ProfilePage<'a> {
    frame: Frame<'a>,
    user_id: &'a str,
    username: &'a str,
    devices: Vec<Device<'a>>,
    messages: AccountMessages,
    password_hint: String,
    codes: Codes,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    frame: Frame<'a>,
    title: String,
    advice: String,
    request_id: &'a str,
    /// Whether its cause is in the log, worth telling the operator.
    is_ours: bool,
    way_on: WayOn<'a>,
}

/// The link of a problem's page: where a person goes on from there.
struct WayOn<'a> {
    path: &'static str,
    next: Option<&'a str>,
    text: String,
}

impl<'a> WayOn<'a> {
    fn new(problem: &'a Problem, t: &Texts) -> Self {
        let entry = match &problem.form {
            Some(FormEcho::Entry(echo)) => Some(echo),
            Some(FormEcho::Account(..)) | None => None,
        };
        let next = entry.and_then(|echo| echo.next.as_deref());
        let (path, text) = match (problem.kind, entry.map(|echo| echo.name)) {
            (ProblemKind::Unauthenticated | ProblemKind::SignupClosed, _) => ("/login", t.say("sign-in")),
            (_, Some(FormName::LogIn)) => ("/login", t.say("back-to-sign-in")),
            (_, Some(FormName::SignUp)) => ("/signup", t.say("back-to-sign-up")),
            (_, Some(FormName::Recover)) => ("/recover", t.say("back-to-recovery")),
            (_, None) => ("/", t.say("start-page")),
        };
        Self { path, next, text }
    }
}

fn html(frame: Frame<'_>, page: &impl Template) -> Response {
    let mut response = Html(page.render().expect("templates fail only where a value's Display does")).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(frame.t.tag()));
    if frame.follows_reader {
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    }
    response
}

/// The query of the profile for whoever wants no offer now.
const LATER: &str = "later";

/// What a page's query may say.
#[derive(Deserialize)]
struct PageQuery {
    next: Option<String>,
}

/// The pages and their files.
pub(crate) fn routes(context: &Arc<Context>, pages: &Arc<Pages>, spec: &Arc<str>) -> Route {
    let documentation: Arc<str> = docs::render(pages.frame(Language::English), spec).into();
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
        .at("/recover", form_page(FormName::Recover))
        .at("/docs", get(text(documentation, "text/html; charset=utf-8")))
        .at("/openapi.json", get(text(spec, "application/json; charset=utf-8")))
        .at(assets::STYLE_PATH, get(pages.assets.style.endpoint()))
        .at(assets::SCRIPT_PATH, get(pages.assets.script.endpoint()))
        .at(assets::ICON_PATH, get(pages.assets.icon.endpoint()))
        .at(assets::LOGO_PATH, get(pages.assets.mark.endpoint()))
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
    // Who is signed in may have forgotten the password all the same.
    if name != FormName::Recover && context.session(Credential::of(request)).await?.is_some() {
        return Ok(found(next.as_deref().unwrap_or("/")));
    }
    let echo = EntryEcho { name, username: String::new(), next };
    Ok(pages.form(&echo, Messages::default(), pages.language(request.headers())))
}

async fn show_profile(context: &Context, pages: &Pages, request: &Request) -> Result<Response, Problem> {
    let Some(signed_in) = context.session(Credential::of(request)).await? else { return Ok(found("/login")) };
    let view = context.account_view(signed_in).await?;
    let offers = request.uri().query() != Some(LATER);
    Ok(pages.profile(&view, AccountMessages::default(), pages.language(request.headers()), offers))
}
