//! The admin API, black-box: the real server with its admin listener on a free port, and the program with its settings, signals
//! and log.

mod documents;
mod keys;
mod links;
mod listener;
mod program;
mod sessions;
mod users;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use reqwest::Method;
use serde_json::Value;

use crate::http::on_every_store;
use crate::storage::places::{self, Place};
use crate::support::client::{Client, Reply, send};
use crate::support::server::TestServer;

pub const TOKEN: &str = "the-token-of-the-backend-in-these-tests";

/// Writes a file of tokens that only its owner may read.
pub fn write_tokens(path: &Path, content: &str) {
    std::fs::write(path, content).expect("a file");
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).expect("our file");
}

/// A server with an admin listener, and a client that sends the token.
pub struct AdminServer {
    pub server: TestServer,
    pub client: Client,
}

impl AdminServer {
    /// Starts on SQLite.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts on SQLite with these flags.
    pub async fn start_with(flags: &[&str]) -> Self {
        Self::start_on(places::sqlite().await.expect("SQLite is everywhere"), flags).await
    }

    pub async fn start_on(place: Place, flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("tokens");
        write_tokens(&file, &format!("backend {TOKEN}\n"));
        let tokens = format!("--admin-tokens-file={}", file.display());
        let flags = [&["--admin-listen=127.0.0.1:0", &tokens], flags].concat();
        let server = TestServer::start_with(place, &flags).await;
        let client = server.admin_client();
        Self { server, client }
    }

    pub async fn ask(&self, method: Method, path: &str) -> Reply {
        send(self.client.request(method, path).bearer_auth(TOKEN)).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.ask(Method::DELETE, path).await
    }

    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Reply {
        send(self.client.request(method, path).bearer_auth(TOKEN).json(body)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, body).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PATCH, path, body).await
    }

    /// Creates a user with a password and returns the id.
    pub async fn create_user(&self, username: &str, password: &str) -> String {
        let body = serde_json::json!({ "username": username, "password": password });
        let reply = self.post("/admin/users", &body).await;
        assert_eq!(reply.status.as_u16(), 201, "{}", reply.body);
        reply.json()["userId"].as_str().expect("an id").to_owned()
    }

    /// Asserts that this is a success with this status and no body.
    #[track_caller]
    pub fn assert_done(reply: &Reply) {
        assert_eq!((reply.status.as_u16(), reply.body.as_str()), (204, ""));
    }
}

on_every_store! {
    links:
        a_program_creates_a_user_who_chooses_the_password_by_a_link,
        a_password_link_is_made_replaced_and_revoked,
        a_disabled_user_gets_neither_session_nor_link_until_enabled,
        a_user_is_changed_as_a_whole_or_not_at_all,
        users_are_listed_page_by_page,
        invitations_are_made_listed_used_and_revoked;
    users:
        a_created_user_signs_in_with_the_password,
        a_user_without_a_password_takes_the_username_and_nothing_signs_in,
        users_are_found_by_username_in_any_spelling_and_by_up_to_100_ids,
        a_user_of_another_system_is_found_by_the_id_from_there,
        changed_attributes_are_in_the_very_next_validation,
        a_deleted_user_is_gone_with_keys_and_sessions,
        what_cannot_be_created_is_refused_with_its_code_and_field;
    keys:
        keys_are_created_listed_shown_and_deleted,
        an_id_of_a_key_may_have_any_visible_characters,
        a_key_is_verified_by_its_password_and_one_without_by_none,
        a_password_that_is_set_or_taken_away_revokes_every_session,
        a_key_that_cannot_be_created_is_refused_with_its_code;
    sessions:
        an_opened_session_is_validated_with_its_token,
        sessions_of_a_user_are_listed_with_their_state,
        attributes_of_a_session_are_in_the_very_next_validation,
        a_revoked_session_is_refused_at_the_next_request,
        all_sessions_of_a_user_are_revoked_at_once;
}
