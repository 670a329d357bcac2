//! `docs/lucia.md` names every function of Lucia's reference, and every route, use case and command in it exists.

use std::path::Path;

const TABLE: &str = include_str!("../docs/lucia.md");

/// The functions of `Auth`, `AuthRequest`, `lucia` and `lucia/utils`, and the codes of `LuciaError`. Source: Lucia's
/// reference for version 2.
const NAMES: [&str; 51] = [
    "createKey()",
    "createSession()",
    "createSessionCookie()",
    "createUser()",
    "deleteDeadUserSessions()",
    "deleteKey()",
    "deleteUser()",
    "getAllUserKeys()",
    "getAllUserSessions()",
    "getKey()",
    "getSession()",
    "getUser()",
    "handleRequest()",
    "invalidateAllUserSessions()",
    "invalidateSession()",
    "readBearerToken()",
    "readSessionCookie()",
    "transformDatabaseKey()",
    "transformDatabaseSession()",
    "transformDatabaseUser()",
    "updateKeyPassword()",
    "updateSessionAttributes()",
    "updateUserAttributes()",
    "useKey()",
    "validateRequestOrigin()",
    "validateSession()",
    "invalidate()",
    "renewBearerToken()",
    "setSession()",
    "validate()",
    "validateBearerToken()",
    "lucia()",
    "createKeyId()",
    "DEFAULT_SESSION_COOKIE_NAME",
    "LuciaError",
    "generateLuciaPasswordHash()",
    "generateRandomString()",
    "isWithinExpiration()",
    "joinAdapters()",
    "parseCookie()",
    "serializeCookie()",
    "validateLuciaPasswordHash()",
    "AUTH_INVALID_SESSION_ID",
    "AUTH_INVALID_PASSWORD",
    "AUTH_DUPLICATE_KEY_ID",
    "AUTH_INVALID_KEY_ID",
    "AUTH_INVALID_USER_ID",
    "AUTH_INVALID_REQUEST",
    "AUTH_NOT_AUTHENTICATED",
    "AUTH_OUTDATED_PASSWORD",
    "UNKNOWN_ERROR",
];

/// The cells of each row of the tables of functions: Lucia's name, HTTP, use case, command, what differs.
fn rows_of_functions() -> impl Iterator<Item = Vec<&'static str>> {
    let cells = |row: &'static str| row.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>();
    TABLE.lines().filter(|line| line.starts_with("| `")).map(cells).filter(|cells| cells.len() == 5)
}

/// The texts between backticks.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[test]
fn every_name_of_lucia_has_a_row() {
    for name in NAMES {
        let quoted_name = format!("`{name}`");
        let has_row = |line: &str| {
            line.starts_with("| `") && line.split(" | ").next().is_some_and(|cell| cell.contains(&quoted_name))
        };
        assert!(TABLE.lines().any(has_row), "{name}");
    }
}

#[test]
fn every_route_use_case_and_command_in_the_table_exists() {
    let app = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/app/src"));
    let documents = [include_str!("../docs/openapi.json"), include_str!("../docs/admin-openapi.json")];
    let commands = include_str!("../docs/configuration.md");
    let mut functions = 0;
    for cells in rows_of_functions() {
        let [lucia, http, use_cases, command, _] = cells[..] else { unreachable!("five cells") };
        functions += 1;
        assert!(quoted(use_cases).next().is_some(), "{lucia} has a use case");
        for use_case in quoted(use_cases) {
            assert!(is_in(app, use_case), "{lucia}: {use_case}");
        }
        for command in quoted(command) {
            assert!(commands.contains(&format!("| `{command}")), "{lucia}: {command}");
        }
        for route in quoted(http).filter_map(|route| route.split_once(" /").map(|(_, path)| path)) {
            let quoted = format!("\"/{route}\"");
            assert!(documents.iter().any(|document| document.contains(&quoted)), "{lucia}: /{route}");
        }
    }
    assert_eq!(functions, 18, "functions on users, keys and sessions");
}

/// Whether the crate `app` has this use case: a file of its name, or for `admin::Users::create` that function of the service.
fn is_in(app: &Path, use_case: &str) -> bool {
    match use_case.split("::").collect::<Vec<_>>()[..] {
        [file] => app.join(file).with_extension("rs").exists(),
        ["admin", service, function] => {
            let file = app.join("admin").join(service.to_lowercase()).with_extension("rs");
            std::fs::read_to_string(file).is_ok_and(|text| text.contains(&format!("pub async fn {function}(")))
        }
        _ => false,
    }
}
