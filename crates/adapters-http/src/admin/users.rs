//! `GET` and `POST /admin/users`

use std::sync::Arc;

use doorward_app::admin::FirstKey;
use doorward_domain::{LoginName, UserId};
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use serde::Deserialize;

use super::actor::Actor;
use super::answer::Created;
use super::bodies::{UserBody, UserListBody};
use super::context::AdminContext;
use super::extract::Body;
use super::tag::Tag;
use crate::audit::AuditEvent;
use crate::request::body::RequestBody;
use crate::request::json_object::JsonObject;
use crate::request::text::{NewPassword, NewUsername, Nullable, Text, UserIdText};
use crate::response::problem::{Problem, ProblemKind, Reason};

/// The most ids that are looked up at once.
const MAX_IDS: usize = 100;

/// The fields of a new user.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "CreateUser", rename_all = "camelCase")]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct CreateUserRequest {
    /// 4 to 31 characters. A reserved username is allowed.
    username: Text<NewUsername>,
    /// 6 to 255 characters, unless the operator asks for more; not one of the most common ones. Without one nothing signs in
    /// with the username until it is given a password.
    password: Text<Nullable<NewPassword>, false>,
    /// The id to keep, where the user had one elsewhere.
    user_id: Text<Nullable<UserIdText>, false>,
    /// A JSON object of at most 4 KiB and 8 levels.
    attributes: JsonObject,
}

impl RequestBody for CreateUserRequest {}

pub(super) struct UsersApi(pub(super) Arc<AdminContext>);

#[OpenApi]
impl UsersApi {
    /// Find users
    ///
    /// Looks users up by username or by id; give one of the two. Unknown ones are left out.
    #[oai(path = "/admin/users", method = "get", operation_id = "findUsers", tag = "Tag::Users")]
    async fn find_users(
        &self,
        _actor: Actor,
        /// A username, in any spelling.
        username: Query<Option<String>>,
        /// At most 100 ids of users, separated by commas.
        ids: Query<Option<String>>,
    ) -> Result<Json<UserListBody>, Problem> {
        let users = &self.0.admin.users;
        let mut found = Vec::new();
        match (username.0, ids.0) {
            (Some(username), None) => {
                if let Ok(name) = LoginName::parse(&username) {
                    found.extend(users.by_key(&name.key_id()).await?);
                }
            }
            (None, Some(ids)) => {
                for id in parse_ids(&ids)? {
                    found.extend(users.by_id(&id).await?);
                }
            }
            _ => return Err(Problem::new(ProblemKind::MalformedRequest).caused_by("neither username nor ids alone")),
        }
        Ok(Json(found.iter().collect()))
    }

    /// Create a user
    ///
    /// Creates a user with the key of the username, whether or not sign-up is open.
    #[oai(path = "/admin/users", method = "post", operation_id = "createUser", tag = "Tag::Users")]
    async fn create_user(&self, actor: Actor, body: Body<CreateUserRequest>) -> Result<Created<UserBody>, Problem> {
        let CreateUserRequest { username, password, user_id, attributes } = body.0;
        let id = match user_id.into_given_or_null() {
            Some(id) => Some(UserId::parse(&id).ok_or_else(invalid_user_id)?),
            None => None,
        };
        let attributes = attributes.attributes().map_err(Problem::of_attributes)?.unwrap_or_default();
        let key = password.into_given_or_null().map_or(FirstKey::WithoutPassword, FirstKey::WithPassword);
        let username = username.into_text().unwrap_or_default();
        let created = self.0.admin.users.create(id, &username, key, attributes).await;
        let user = created.map_err(|error| Problem::of_create_user(error, self.0.sign_up()))?;
        self.0.note(&actor, AuditEvent::AccountCreated, Some(&user.id));
        Ok(Created(UserBody::from(&user)))
    }
}

/// The ids in a list, each once. A text that is no id names no user.
fn parse_ids(list: &str) -> Result<Vec<UserId>, Problem> {
    if list.split(',').count() > MAX_IDS {
        return Err(Problem::new(ProblemKind::MalformedRequest).caused_by("too many ids"));
    }
    let mut ids = Vec::new();
    for id in list.split(',').filter_map(UserId::parse) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

fn invalid_user_id() -> Problem {
    Problem::new(ProblemKind::InvalidUserId).reason(Reason::Malformed)
}
