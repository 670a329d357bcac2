//! `GET /api/config`: the rules that a form can tell its reader before they submit it.

use std::sync::Arc;

use doorward_app::SignUpMode;
use doorward_domain::{Password, Username, UsernamePolicy};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi};

use super::tag::Tag;
use crate::context::Context;
use crate::response::problem::Problem;
use crate::texts::Language;

/// How long a client may keep the answer, in seconds. The rules change only with a restart.
const CACHE_CONTROL: &str = "public, max-age=300";

/// The rules of this server.
#[derive(Object)]
#[oai(rename = "Config", rename_all = "camelCase")]
pub(crate) struct ConfigBody {
    /// Whether people may sign up without an invitation.
    sign_up_open: bool,
    sign_up: SignUpModeName,
    username: UsernameRulesBody,
    password: PasswordRulesBody,
    /// The languages of the pages and of `detail` (RFC 5646).
    languages: Vec<String>,
}

/// Who may sign up; `DOORWARD_SIGNUP`.
#[derive(Enum)]
#[oai(rename = "SignUpMode", rename_all = "lowercase")]
enum SignUpModeName {
    /// Anyone.
    Open,
    /// Persons with an invitation.
    Invite,
    /// No one.
    Closed,
}

/// The rules for a new username.
#[derive(Object)]
#[oai(rename = "UsernameRules", rename_all = "camelCase")]
struct UsernameRulesBody {
    policy: UsernamePolicyName,
    /// The fewest characters (Unicode code points).
    min_length: usize,
    /// The most characters (Unicode code points).
    max_length: usize,
}

/// Which characters a new username may have; `DOORWARD_USERNAMES`.
#[derive(Enum)]
#[oai(rename = "UsernamePolicy", rename_all = "lowercase")]
enum UsernamePolicyName {
    Unicode,
    Precis,
    Ascii,
}

/// The rules for a new password.
#[derive(Object)]
#[oai(rename = "PasswordRules", rename_all = "camelCase")]
struct PasswordRulesBody {
    /// The fewest characters (Unicode code points).
    min_length: usize,
    /// The most characters (Unicode code points).
    max_length: usize,
    /// Whether common passwords and the username are refused.
    blocklist: bool,
}

/// The rules, which a client may keep for a while.
#[derive(ApiResponse)]
pub(crate) enum ConfigAnswer {
    /// The rules
    #[oai(status = 200)]
    Ok(
        Json<ConfigBody>,
        /// For how long the rules may be kept
        #[oai(header = "Cache-Control")]
        String,
    ),
}

pub(crate) struct ConfigApi(pub(crate) Arc<Context>);

#[expect(clippy::unused_async, reason = "operations are async functions, whether or not they wait")]
#[OpenApi]
impl ConfigApi {
    /// The rules
    ///
    /// What a sign-up form can say before it is sent: whether sign-up is open, and the rules for names and passwords.
    #[oai(path = "/api/config", method = "get", operation_id = "getConfig", tag = "Tag::Accounts")]
    async fn get_config(&self) -> Result<ConfigAnswer, Problem> {
        let policy = &self.0.settings.sign_up;
        let languages = self.0.settings.language.map_or(Language::ALL.to_vec(), |only| vec![only]);
        let body = ConfigBody {
            sign_up_open: policy.mode == SignUpMode::Open,
            sign_up: match policy.mode {
                SignUpMode::Open => SignUpModeName::Open,
                SignUpMode::Invite => SignUpModeName::Invite,
                SignUpMode::Closed => SignUpModeName::Closed,
            },
            username: UsernameRulesBody {
                policy: match policy.usernames.policy {
                    UsernamePolicy::Unicode => UsernamePolicyName::Unicode,
                    UsernamePolicy::Precis => UsernamePolicyName::Precis,
                    UsernamePolicy::Ascii => UsernamePolicyName::Ascii,
                },
                min_length: Username::MIN_CHARS,
                max_length: policy.usernames.max_chars,
            },
            password: PasswordRulesBody {
                min_length: policy.passwords.min_chars,
                max_length: Password::MAX_CHARS,
                blocklist: policy.passwords.blocklist,
            },
            languages: languages.into_iter().map(|language| language.tag().to_owned()).collect(),
        };
        Ok(ConfigAnswer::Ok(Json(body), CACHE_CONTROL.to_owned()))
    }
}
