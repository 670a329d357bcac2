//! The operations of the JSON API, which plain forms use as well: one file each, with its request type and its handler.

pub(crate) mod change_password;
pub(crate) mod change_username;
pub(crate) mod config;
pub(crate) mod delete_account;
pub(crate) mod download_data;
mod extract;
pub(crate) mod get_session;
pub(crate) mod health;
pub(crate) mod list_sessions;
pub(crate) mod log_in;
pub(crate) mod log_out;
pub(crate) mod recover_account;
pub(crate) mod recovery_codes;
pub(crate) mod reset_password;
pub(crate) mod revoke_other_sessions;
pub(crate) mod revoke_session;
pub(crate) mod sign_up;
mod tag;
pub(crate) mod verify;
