//! The audit lines of commands: one for each change, on standard error, in the format of the log.

use std::net::IpAddr;

use doorward_domain::{InvitationId, UserId};

/// Logs a change that a command made, with the user that it is about where the command knows the user.
pub(super) fn note(event: &'static str, user: Option<&UserId>) {
    tracing::info!(target: "doorward::audit", event, user_id = user.map(UserId::as_str), actor = actor());
}

/// Logs that an invitation was made or revoked.
pub(super) fn note_invitation(event: &'static str, invitation: &InvitationId) {
    tracing::info!(target: "doorward::audit", event, invitation_id = invitation.as_str(), actor = actor());
}

/// Logs that counted attempts were cleared, at the account of a user, from an address or both.
pub(super) fn note_throttle_reset(user: Option<&UserId>, address: Option<IpAddr>) {
    let address = address.map(|address| address.to_string());
    let user_id = user.map(UserId::as_str);
    tracing::info!(target: "doorward::audit", event = "throttle_reset", user_id, address, actor = actor());
}

/// Logs that accounts were imported, with their number.
pub(super) fn note_import(users: u64) {
    tracing::info!(target: "doorward::audit", event = "accounts_imported", users, actor = actor());
}

/// The account of the system that runs the command, as `cli:alice`; its number where it has no name.
fn actor() -> String {
    let uid = rustix::process::getuid().as_raw();
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    format!("cli:{}", name_of(uid, &accounts).map_or_else(|| uid.to_string(), str::to_owned))
}

/// The name of an account in a text like `/etc/passwd` (passwd(5)).
fn name_of(uid: u32, accounts: &str) -> Option<&str> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        (fields.nth(1)?.parse() == Ok(uid)).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_the_name_of_its_number() {
        let accounts = "root:x:0:0:root:/root:/bin/sh\n\nrubbish\n:x:7:7::/:\nalice:x:1000:1000::/home/alice:/bin/sh\n";
        assert_eq!(name_of(0, accounts), Some("root"));
        assert_eq!(name_of(1_000, accounts), Some("alice"));
        assert_eq!(name_of(7, accounts), None);
        assert_eq!(name_of(1, accounts), None);
    }
}
