//! The state of a request that the pipeline and the extractors share until it is answered.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use doorward_domain::User;
use poem::Request;
use zeroize::Zeroizing;

use super::response_mode::ResponseMode;

/// The values that a failed form shows again. No password, and nothing that a store has as a hash but the code of a link, which
/// the address of the form's page had in it as well.
#[derive(Clone, Default)]
pub(crate) struct FormInput {
    /// The username that was typed, or that of the user who is signed in.
    pub(crate) username: String,
    /// The user's id, where one is signed in.
    pub(crate) user_id: Option<String>,
    /// Where the form leads afterwards, already checked.
    pub(crate) next: Option<String>,
    /// The code of a link, as it was sent.
    pub(crate) code: Option<Zeroizing<String>>,
}

impl FormInput {
    /// The id of the user whose account the form is about; empty where none is signed in.
    pub(crate) fn user_id(&self) -> &str {
        self.user_id.as_deref().unwrap_or_default()
    }

    /// What the forms of a user's account hold.
    pub(crate) fn of(user: &User) -> Self {
        Self {
            username: user.username.as_str().to_owned(),
            user_id: Some(user.id.as_str().to_owned()),
            ..Self::default()
        }
    }
}

/// The state of one request. Clones are the same state.
#[derive(Clone)]
pub(crate) struct RequestState(Arc<Mutex<State>>);

struct State {
    mode: ResponseMode,
    form: Option<FormInput>,
}

impl RequestState {
    /// The state of a request whose head asks for this way of answering.
    pub(crate) fn new(mode: ResponseMode) -> Self {
        Self(Arc::new(Mutex::new(State { mode, form: None })))
    }

    /// The state that the pipeline attached to the request, or a new one without a pipeline.
    pub(crate) fn of(request: &Request) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or_else(|| Self::new(ResponseMode::of(request)))
    }

    /// Answers in JSON, in place of the mode of the head: the client keeps a bearer token.
    pub(crate) fn answer_in_json(&self) {
        self.lock().mode = ResponseMode::Json;
    }

    /// Keeps what a failed form shows again.
    pub(crate) fn keep_form(&self, form: FormInput) {
        self.lock().form = Some(form);
    }

    /// The response mode.
    pub(crate) fn mode(&self) -> ResponseMode {
        self.lock().mode
    }

    /// What a failed form shows again; `None` where the request failed before its body was read.
    pub(crate) fn form(&self) -> Option<FormInput> {
        self.lock().form.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
