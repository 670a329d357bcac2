//! The extractors of operations. Each reads a request in the one order that is safe, so that no handler can get it wrong:
//! limit of the address, session, body, trusted devices. Each tells the pipeline how to answer and what a failed form shows
//! again.

use std::sync::Arc;

use doorward_app::{AttemptKind, TrustedDevices, ValidSession};
use doorward_domain::{Client, SessionToken};
use poem::{Request, RequestBody as RequestBodyBytes};
use poem_openapi::registry::{MetaRequest, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use crate::context::{Context, MAX_CANDIDATES};
use crate::request::body::{self, AccountFields, LogOutFields, RequestBody};
use crate::request::credential::Credential;
use crate::request::response_mode::ResponseMode;
use crate::request::state::{FormInput, RequestState};
use crate::response::problem::{Field, Problem, ProblemKind, Reason};
use crate::response::transport::Transport;
use crate::texts::Message;

/// A request that opens a session: a sign-up, a login or a recovery.
pub(crate) struct SignInAttempt<T> {
    pub(crate) body: T,
    /// The session tokens that came along. Their sessions are revoked when another is opened.
    pub(crate) presented: Vec<SessionToken>,
    pub(crate) client: Client,
    pub(crate) devices: TrustedDevices,
    pub(crate) transport: Transport,
    /// Where a form leads afterwards.
    pub(crate) next: Option<String>,
}

/// A request of a signed-in user who proves the current password.
pub(crate) struct PasswordAttempt<T> {
    pub(crate) session: ValidSession,
    pub(crate) body: T,
    pub(crate) client: Client,
    pub(crate) devices: TrustedDevices,
    pub(crate) transport: Transport,
    /// Where a form leads afterwards.
    pub(crate) next: Option<String>,
}

/// A request of a signed-in user that changes something and needs no password.
pub(crate) struct SignedInRequest {
    pub(crate) session: ValidSession,
}

/// A request to sign out. It ends every session that it presents, also where they are of several users.
pub(crate) struct LogOutAttempt {
    pub(crate) presented: Vec<SessionToken>,
    /// The live sessions among the first tokens.
    pub(crate) sessions: Vec<ValidSession>,
    /// Where a form leads afterwards.
    pub(crate) next: Option<String>,
}

/// What the limit of an address counts for the operation with this body.
pub(crate) trait Limited {
    const ATTEMPT: AttemptKind = AttemptKind::Password;
}

impl<T: RequestBody + Limited> SignInAttempt<T> {
    async fn read(request: &Request, body: &mut RequestBodyBytes) -> Result<Self, Problem> {
        let (context, state) = (context(request)?, RequestState::of(request));
        let client = limited_client(context, request, &state, T::ATTEMPT).await?;
        let presented = Credential::of(request).tokens(&context.session_cookie);
        let body: T = body::read(request, body).await?;
        let next = body.next().and_then(|next| context.return_target(next));
        let username = body.username().unwrap_or_default().to_owned();
        let code = body.code().map(|code| code.to_owned().into());
        state.keep_form(FormInput { username, next: next.clone(), user_id: None, code });
        let client = client?;
        let transport = transport(&body, &state, Transport::Cookie)?;
        let devices = trusted_devices(context, request, transport);
        Ok(Self { body, presented, client, devices, transport, next })
    }
}

impl<T: RequestBody + Limited> PasswordAttempt<T> {
    async fn read(request: &Request, body: &mut RequestBodyBytes) -> Result<Self, Problem> {
        let (context, state, credential) = (context(request)?, RequestState::of(request), Credential::of(request));
        let client = limited_client(context, request, &state, T::ATTEMPT).await?;
        let session = context.require_session(credential).await?;
        let body: T = body::read(request, body).await?;
        check_user(&body, [&session])?;
        let next = body.next().and_then(|next| context.return_target(next));
        let form = FormInput::of(&session.user);
        let username = body.username().map_or_else(|| form.username.clone(), ToOwned::to_owned);
        state.keep_form(FormInput { username, next: next.clone(), ..form });
        let client = client?;
        let transport = transport(&body, &state, own_transport(credential))?;
        // Where no session is opened, the browser keeps the devices that it has.
        let kept = if body.transport().is_some() { transport } else { Transport::Bearer };
        let devices = trusted_devices(context, request, kept);
        Ok(Self { session, body, client, devices, transport, next })
    }
}

impl SignedInRequest {
    async fn read(request: &Request, body: &mut RequestBodyBytes) -> Result<Self, Problem> {
        let (context, state, credential) = (context(request)?, RequestState::of(request), Credential::of(request));
        let session = context.require_session(credential).await?;
        let body: AccountFields = body::read(request, body).await?;
        check_user(&body, [&session])?;
        transport(&body, &state, own_transport(credential))?;
        Ok(Self { session })
    }
}

impl LogOutAttempt {
    async fn read(request: &Request, body: &mut RequestBodyBytes) -> Result<Self, Problem> {
        let (context, state, credential) = (context(request)?, RequestState::of(request), Credential::of(request));
        let presented = credential.tokens(&context.session_cookie);
        let sessions = context.live_sessions(&presented).await?;
        // Tokens beyond those that were validated are left to the store.
        if sessions.is_empty() && presented.len() <= MAX_CANDIDATES {
            if state.mode() == ResponseMode::Page {
                // A form whose session has ended leads on as if it had signed out.
                let body: LogOutFields = body::read(request, body).await?;
                let next = body.next().and_then(|next| context.return_target(next));
                state.keep_form(FormInput { next, ..FormInput::default() });
            }
            return Err(Problem::new(ProblemKind::Unauthenticated));
        }
        let body: LogOutFields = body::read(request, body).await?;
        check_user(&body, &sessions)?;
        transport(&body, &state, own_transport(credential))?;
        let next = body.next().and_then(|next| context.return_target(next));
        Ok(Self { presented, sessions, next })
    }
}

/// Refuses a form of a page that was opened by another user: in another tab, another user may have signed in since.
fn check_user<'a>(
    body: &impl RequestBody,
    sessions: impl IntoIterator<Item = &'a ValidSession>,
) -> Result<(), Problem> {
    let Some(user_id) = body.user_id() else { return Ok(()) };
    if sessions.into_iter().any(|session| session.user.id.as_str() == user_id) {
        Ok(())
    } else {
        Err(Problem::new(ProblemKind::Unauthenticated).detail(Message::new("another-user")))
    }
}

fn context(request: &Request) -> Result<&Context, Problem> {
    let context = request.extensions().get::<Arc<Context>>().map(AsRef::as_ref);
    context.ok_or_else(|| Problem::new(ProblemKind::Unknown).caused_by("the routes carry no context"))
}

/// The client, unless its address is over its limit. A browser that presents a trusted device, true or not, is counted
/// once it is known for which account.
///
/// A program is refused at once. The page of a refused form keeps what was typed, so the inner error waits until the body is
/// read.
async fn limited_client(
    context: &Context,
    request: &Request,
    state: &RequestState,
    attempt: AttemptKind,
) -> Result<Result<Client, Problem>, Problem> {
    let client = context.client(request);
    let may_be_trusted =
        attempt == AttemptKind::Password && !context.device_cookie.tokens(request.headers()).is_empty();
    if may_be_trusted {
        return Ok(Ok(client));
    }
    match context.use_cases.throttle.check_address(attempt, &client).await {
        Ok(()) => Ok(Ok(client)),
        Err(fault) if state.mode() == ResponseMode::Page => Ok(Err(fault.into())),
        Err(fault) => Err(fault.into()),
    }
}

/// How a signed-in client keeps its token, by the credential that it sent.
fn own_transport(credential: Credential<'_>) -> Transport {
    if credential.bearer().is_some() { Transport::Bearer } else { Transport::Cookie }
}

/// How the client keeps its token. One that keeps it by itself is a program, and is answered in JSON.
fn transport<T: RequestBody>(body: &T, state: &RequestState, default: Transport) -> Result<Transport, Problem> {
    let given = body.transport().filter(|field| field.is_given());
    let transport = match given {
        None => default,
        Some(field) => field.as_text().and_then(Transport::parse).ok_or_else(|| {
            Problem::new(ProblemKind::MalformedRequest)
                .field(Field::Transport)
                .reason(Reason::Malformed)
                .detail(Message::new("transport"))
        })?,
    };
    if transport == Transport::Bearer {
        state.answer_in_json();
    }
    Ok(transport)
}

/// The trusted devices that the request presents. A client with a cookie keeps the one that it is given.
fn trusted_devices(context: &Context, request: &Request, transport: Transport) -> TrustedDevices {
    let presented = context.device_cookie.tokens(request.headers());
    TrustedDevices { presented, keeps_cookies: transport == Transport::Cookie }
}

/// Makes a request type an extractor with its part of the document, which poem-openapi asks of each type by itself. The
/// arguments: the type, that of its body, and whether the document asks for a session.
macro_rules! extractor {
    ($request:ident $(<$generic:ident>)?, $body:ty, $is_signed_in:literal) => {
        impl<'a $(, $generic: RequestBody + Limited)?> ApiExtractor<'a> for $request $(<$generic>)? {
            const TYPES: &'static [ApiExtractorType] = if $is_signed_in {
                &[ApiExtractorType::RequestObject, ApiExtractorType::SecurityScheme]
            } else {
                &[ApiExtractorType::RequestObject]
            };
            const PARAM_IS_REQUIRED: bool = true;

            type ParamType = ();
            type ParamRawType = ();

            fn register(registry: &mut Registry) {
                <$body>::register(registry);
                if $is_signed_in {
                    Credential::register(registry);
                }
            }

            fn request_meta() -> Option<MetaRequest> {
                Some(body::request_meta::<$body>())
            }

            fn security_schemes() -> Vec<&'static str> {
                if $is_signed_in { Credential::security_schemes() } else { vec![] }
            }

            async fn from_request(
                request: &'a Request,
                body: &mut RequestBodyBytes,
                _: ExtractParamOptions<()>,
            ) -> poem::Result<Self> {
                Ok(Self::read(request, body).await?)
            }
        }
    };
}

extractor!(SignInAttempt<T>, T, false);
extractor!(PasswordAttempt<T>, T, true);
extractor!(SignedInRequest, AccountFields, true);
extractor!(LogOutAttempt, LogOutFields, true);
