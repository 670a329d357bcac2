//! Usernames that sign-up refuses, because their owner would seem to speak for the operator.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::text;
use crate::username::{InvalidUsername, Username};

/// Usernames that sign-up refuses, in any letter case and spelling. Operators can still create such users.
#[derive(Clone, Debug)]
pub struct ReservedUsernames(Arc<BTreeSet<String>>);

/// The mailbox names of RFC 2142 and the usual names of accounts with rights, where a username can be so short.
const DEFAULT_NAMES: [&str; 32] = [
    "abuse",
    "admin",
    "administrator",
    "anonymous",
    "contact",
    "daemon",
    "guest",
    "help",
    "helpdesk",
    "hostmaster",
    "info",
    "marketing",
    "moderator",
    "news",
    "nobody",
    "official",
    "operator",
    "owner",
    "postmaster",
    "root",
    "sales",
    "security",
    "staff",
    "superuser",
    "support",
    "sysadmin",
    "sysop",
    "system",
    "team",
    "usenet",
    "uucp",
    "webmaster",
];

impl ReservedUsernames {
    /// Reserves no username.
    #[must_use]
    pub fn none() -> Self {
        Self(Arc::default())
    }

    /// Returns the username of a sign-up unless it is reserved.
    ///
    /// # Errors
    /// [`InvalidUsername::Reserved`].
    pub fn check(&self, username: Username) -> Result<Username, InvalidUsername> {
        if self.0.contains(text::fold(username.as_str()).as_str()) {
            Err(InvalidUsername::Reserved)
        } else {
            Ok(username)
        }
    }

    /// The names, folded as keys are, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl Default for ReservedUsernames {
    /// Reserves the mailbox names of RFC 2142 and the usual names of accounts with rights.
    fn default() -> Self {
        DEFAULT_NAMES.map(|name| Username::restore(name.to_owned())).into_iter().collect()
    }
}

impl FromIterator<Username> for ReservedUsernames {
    fn from_iter<T: IntoIterator<Item = Username>>(names: T) -> Self {
        Self(Arc::new(names.into_iter().map(|name| text::fold(name.as_str()).to_string()).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::username::UsernameRules;

    fn username(raw: &str) -> Username {
        Username::parse(raw, UsernameRules::DEFAULT).expect("a good name")
    }

    #[test]
    fn a_reserved_username_is_refused_in_every_spelling() {
        let reserved = ReservedUsernames::default();
        for name in ["admin", "ADMIN", "ａｄｍｉｎ", "Ａdmin", "PostMaster", "𝓻𝓸𝓸𝓽"] {
            assert_eq!(reserved.check(username(name)), Err(InvalidUsername::Reserved), "{name}");
        }
        for name in ["alice", "admins", "admin2", "badmin"] {
            assert_eq!(reserved.check(username(name)), Ok(username(name)), "{name}");
        }
    }

    #[test]
    fn a_given_list_replaces_the_default() {
        let reserved: ReservedUsernames = [username("Straße")].into_iter().collect();
        assert_eq!(reserved.check(username("STRASSE")), Err(InvalidUsername::Reserved));
        assert!(reserved.check(username("admin")).is_ok());
        assert!(ReservedUsernames::none().check(username("admin")).is_ok());
    }

    #[test]
    fn every_reserved_name_could_be_a_username() {
        for name in DEFAULT_NAMES {
            assert_eq!(ReservedUsernames::default().check(username(name)), Err(InvalidUsername::Reserved), "{name}");
        }
        assert!(DEFAULT_NAMES.is_sorted());
    }
}
