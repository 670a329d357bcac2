//! The paths of the pages and of their files.

use super::assets;

/// The address by which password managers find the page that changes a password (W3C, "A Well-Known URL for Changing
/// Passwords").
pub(super) const CHANGE_PASSWORD: &str = "/.well-known/change-password";

/// The pages of links.
const INVITATION: &str = "/invite/{code}";
const PASSWORD_LINK: &str = "/reset/{code}";

/// The paths of pages and files. Each has a GET.
pub(crate) const PATHS: [&str; 21] = [
    "/",
    "/login",
    "/signup",
    "/recover",
    INVITATION,
    "/reset",
    PASSWORD_LINK,
    "/logout",
    "/account",
    "/account/password",
    "/account/username",
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
