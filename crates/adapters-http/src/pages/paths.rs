//! The paths of the pages and of their files.

use super::assets;

/// The address by which password managers find the page that changes a password (W3C, "A Well-Known URL for Changing
/// Passwords").
pub(super) const CHANGE_PASSWORD: &str = "/.well-known/change-password";

/// The paths of pages and files. Each has a GET.
pub(crate) const PATHS: [&str; 17] = [
    "/",
    "/login",
    "/signup",
    "/recover",
    "/logout",
    "/account",
    "/account/password",
    "/account/recovery-codes",
    "/account/sessions",
    "/account/delete",
    CHANGE_PASSWORD,
    "/docs",
    "/openapi.json",
    assets::STYLE_PATH,
    assets::SCRIPT_PATH,
    assets::ICON_PATH,
    assets::LOGO_PATH,
];
