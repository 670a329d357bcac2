//! `GET` and `POST /admin/users`

use std::sync::Arc;

use doorward_app::admin::{FirstKey, UserWithoutPassword};
use doorward_domain::ports::UserQuery;
use doorward_domain::{LinkPolicy, LoginName, User, UserId, Username};
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use serde::Deserialize;

use super::actor::Actor;
use super::answer::Created;
use super::bodies::{PasswordLinkBody, UserBody, UserListBody};
use super::context::AdminContext;
use super::extract::Body;
use super::tag::Tag;
use crate::audit::AuditEvent;
use crate::request::body::RequestBody;
use crate::request::json_field::{AnyObject, Flag, JsonField};
use crate::request::text::{NewPassword, NewUsername, Nullable, Text, UserIdText};
use crate::response::problem::{Field, Problem, ProblemKind, Reason};

/// The most ids that are looked up at once.
const MAX_IDS: usize = 100;

/// How many users a page has unless the program says otherwise.
const DEFAULT_LIMIT: u32 = 100;

/// The fields of a new user.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "CreateUser", rename_all = "camelCase")]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct CreateUserRequest {
    /// 4 to 31 characters; the operator may allow up to 254. A reserved username is allowed.
    username: Text<NewUsername>,
    /// 6 to 255 characters, unless the operator asks for more; not one of the most common ones. Without one nothing signs in
    /// with the username until it is given a password.
    password: Text<Nullable<NewPassword>, false>,
    /// Whether to answer with a link by which the user chooses a password, in place of one.
    password_link: JsonField<Flag>,
    /// The id to keep, where the user had one elsewhere: printable ASCII without space, `"`, `\` and `,`.
    user_id: Text<Nullable<UserIdText>, false>,
    /// A JSON object of at most 4 KiB and 8 levels.
    attributes: JsonField<AnyObject>,
}

impl RequestBody for CreateUserRequest {}

pub(super) struct UsersApi(pub(super) Arc<AdminContext>);

#[OpenApi]
impl UsersApi {
    /// List or find users
    ///
    /// Lists users in the order of their ids, page by page; or looks users up by username or by id, where unknown ones are
    /// left out.
    #[oai(path = "/admin/users", method = "get", operation_id = "listUsers", tag = "Tag::Users")]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the query")]
    async fn list_users(
        &self,
        _actor: Actor,
        /// Those that come after this id.
        after: Query<Option<String>>,
        /// How many at most; 100 unless given.
        #[oai(validator(minimum(value = "1"), maximum(value = "1000")))]
        limit: Query<Option<u32>>,
        /// Those who are disabled, or those who are not.
        disabled: Query<Option<bool>>,
        /// Those whose username starts like this, in any spelling.
        prefix: Query<Option<String>>,
        /// The user with this username, in any spelling; alone.
        username: Query<Option<String>>,
        /// The users with these ids, at most 100, separated by commas; alone.
        ids: Query<Option<String>>,
    ) -> Result<Json<UserListBody>, Problem> {
        let is_list = after.is_some() || limit.is_some() || disabled.is_some() || prefix.is_some();
        let users = match (username.0, ids.0) {
            (None, None) => return self.page(after.0, limit.0, disabled.0, prefix.0).await,
            (Some(username), None) if !is_list => self.by_username(&username).await?,
            (None, Some(ids)) if !is_list => self.by_ids(&ids).await?,
            _ => return Err(Problem::new(ProblemKind::MalformedRequest).caused_by("neither a list nor a look-up")),
        };
        Ok(Json(UserListBody { users: users.iter().map(UserBody::from).collect(), more: false }))
    }

    /// Create a user
    ///
    /// Creates a user with the key of the username, whether or not sign-up is open.
    #[oai(path = "/admin/users", method = "post", operation_id = "createUser", tag = "Tag::Users")]
    async fn create_user(&self, actor: Actor, body: Body<CreateUserRequest>) -> Result<Created<UserBody>, Problem> {
        let CreateUserRequest { username, password, password_link, user_id, attributes } = body.0;
        let id = match user_id.into_given_or_null() {
            Some(id) => Some(UserId::parse(&id).ok_or_else(invalid_user_id)?),
            None => None,
        };
        let attributes = attributes.attributes().map_err(Problem::of_attributes)?.unwrap_or_default();
        let with_link = password_link.flag(Field::PasswordLink)? == Some(true);
        let password = password.into_given_or_null();
        if with_link && password.is_some() {
            let either = Problem::new(ProblemKind::MalformedRequest).field(Field::PasswordLink);
            return Err(either.reason(Reason::Malformed).caused_by("a password and a password link"));
        }
        let username = username.into_text().unwrap_or_default();
        let body = if with_link {
            let user = UserWithoutPassword { id, username: username.as_str().to_owned(), attributes };
            self.create_with_link(user).await?
        } else {
            let key = password.map_or(FirstKey::WithoutPassword, FirstKey::WithPassword);
            let created = self.0.admin.users.create(id, &username, key, attributes).await;
            UserBody::from(&created.map_err(|error| Problem::of_create_user(error, self.0.sign_up()))?)
        };
        self.0.note(&actor, AuditEvent::AccountCreated, Some(&body.id()));
        Ok(Created(body))
    }
}

impl UsersApi {
    async fn page(
        &self,
        after: Option<String>,
        limit: Option<u32>,
        disabled: Option<bool>,
        prefix: Option<String>,
    ) -> Result<Json<UserListBody>, Problem> {
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        let key_prefix = match prefix.filter(|prefix| !prefix.is_empty()) {
            None => None,
            // No username starts like this.
            Some(prefix) => match LoginName::parse(&prefix, Username::MOST_CHARS) {
                Ok(name) => Some(name.key_id()),
                Err(_) => return Ok(Json(UserListBody { users: vec![], more: false })),
            },
        };
        let after = after.filter(|after| !after.is_empty()).map(|after| {
            UserId::parse(&after).ok_or(Problem::new(ProblemKind::MalformedRequest).caused_by("`after` is no id"))
        });
        let after = after.transpose()?;
        let query = UserQuery { after, disabled, created_since: None, key_prefix };
        // One beyond the page tells whether there are more.
        let mut users = self.0.admin.users.list(&query, limit + 1).await?;
        let more = users.len() > limit as usize;
        users.truncate(limit as usize);
        Ok(Json(UserListBody { users: users.iter().map(UserBody::from).collect(), more }))
    }

    async fn by_username(&self, username: &str) -> Result<Vec<User>, Problem> {
        let Ok(name) = LoginName::parse(username, Username::MOST_CHARS) else { return Ok(vec![]) };
        Ok(self.0.admin.users.by_key(&name.key_id()).await?.into_iter().collect())
    }

    async fn by_ids(&self, ids: &str) -> Result<Vec<User>, Problem> {
        let mut found = Vec::new();
        for id in parse_ids(ids)? {
            found.extend(self.0.admin.users.by_id(&id).await?);
        }
        Ok(found)
    }

    async fn create_with_link(&self, user: UserWithoutPassword) -> Result<UserBody, Problem> {
        let created = self.0.admin.users.create_with_links(vec![user], LinkPolicy::PASSWORD_LINK).await;
        let created = created.map_err(|error| Problem::of_create_users(error, self.0.sign_up()))?;
        let (user, link) = created.first().ok_or(Problem::new(ProblemKind::Unknown).caused_by("no user"))?;
        Ok(UserBody::with_link(user, PasswordLinkBody::new(self.0.public_origin(), link)))
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
