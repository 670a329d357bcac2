//! What a command has to show: names and values, the same in both ways of writing them.

use std::time::UNIX_EPOCH;

use doorward_domain::ports::LiveSession;
use doorward_domain::{Attributes, Invitation, Key, Session, SessionState, Timestamp, User, UserAgent, Username};
use serde_json::Value;

/// Names and values in the order in which people want to read them.
pub(super) struct Record(Vec<(&'static str, Value)>);

impl Record {
    pub(super) fn new(members: impl Into<Vec<(&'static str, Value)>>) -> Self {
        Self(members.into())
    }

    pub(super) fn of_user(user: &User) -> Self {
        Self::new([
            ("userId", user.id.as_str().into()),
            ("username", user.username.as_str().into()),
            ("createdAt", instant(user.created_at)),
            ("disabled", user.disabled.into()),
            ("attributes", object(&user.attributes)),
        ])
    }

    pub(super) fn of_invitation(invitation: &Invitation) -> Self {
        Self::new([
            ("invitationId", invitation.id.as_str().into()),
            ("username", invitation.username.as_ref().map(Username::as_str).into()),
            ("usesLeft", invitation.uses_left.into()),
            ("createdAt", instant(invitation.created_at)),
            ("expiresAt", instant(invitation.expires_at)),
            ("attributes", object(&invitation.attributes)),
        ])
    }

    pub(super) fn of_key(key: &Key) -> Self {
        Self::new([
            ("keyId", key.id.as_str().into()),
            ("userId", key.user_id.as_str().into()),
            ("hasPassword", key.password_hash.is_some().into()),
            ("createdAt", instant(key.created_at)),
        ])
    }

    pub(super) fn of_session(session: &Session, state: SessionState) -> Self {
        let state = match state {
            SessionState::Active => "active",
            SessionState::Idle => "idle",
            SessionState::Dead => "dead",
        };
        Self::new([
            ("sessionId", session.id.as_str().into()),
            ("userId", session.user_id.as_str().into()),
            ("state", state.into()),
            ("createdAt", instant(session.created_at)),
            ("lastUsedAt", instant(session.last_used_at)),
            ("activePeriodExpiresAt", instant(session.active_expires_at)),
            ("idlePeriodExpiresAt", instant(session.idle_expires_at)),
            ("attributes", object(&session.attributes)),
        ])
    }

    pub(super) fn of_live_session(LiveSession { session, client }: &LiveSession, state: SessionState) -> Self {
        Self::of_session(session, state)
            .with("userAgent", client.user_agent.as_ref().map(UserAgent::as_str))
            .with("address", client.address.map(|address| address.to_string()))
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    pub(super) fn with_attributes(self, attributes: &Attributes) -> Self {
        self.with("attributes", object(attributes))
    }

    /// One object in one line. `serde_json` leaves the control characters from U+007F to U+009F as they are.
    pub(super) fn json(&self) -> String {
        let object: Value = self.0.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        without_controls(&object.to_string(), |c| format!("\\u{:04x}", u32::from(c)))
    }

    /// A line `name: value` for each value.
    pub(super) fn text(&self) -> String {
        let line = |(name, value): &(&str, Value)| format!("{name}: {}", plain(value)).trim_end().to_owned() + "\n";
        self.0.iter().map(line).collect()
    }

    /// The value of this name, for a table.
    pub(super) fn cell(&self, name: &str) -> String {
        let found = self.0.iter().find(|(other, _)| *other == name);
        debug_assert!(found.is_some(), "no value is called {name}");
        found.map(|(_, value)| plain(value)).unwrap_or_default()
    }
}

/// A value for people. Nothing that a user chose reaches a terminal as a control character.
fn plain(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    escaped(&text)
}

/// A text for people, with its control characters escaped.
pub(super) fn escaped(text: &str) -> String {
    without_controls(text, |c| c.escape_unicode().to_string())
}

fn without_controls(text: &str, escape: impl Fn(char) -> String) -> String {
    text.chars().map(|c| if c.is_control() { escape(c) } else { c.into() }).collect()
}

/// An instant with milliseconds (RFC 3339, UTC), as the API writes it.
pub(super) fn instant(instant: Timestamp) -> Value {
    rfc_3339(instant).into()
}

pub(super) fn rfc_3339(instant: Timestamp) -> String {
    humantime::format_rfc3339_millis(UNIX_EPOCH + instant.since(Timestamp::MIN)).to_string()
}

/// The instant that [`rfc_3339`] writes so; `None` for another text.
pub(super) fn parse_instant(text: &str) -> Option<Timestamp> {
    let since_epoch = humantime::parse_rfc3339(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::MIN.plus(since_epoch))
}

fn object(attributes: &Attributes) -> Value {
    // What the store answers with was read as an object before.
    serde_json::from_str(attributes.as_json()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_a_line_for_each_value_or_one_object() {
        let record = Record::new([("ended", 3.into()), ("userAgent", Value::Null), ("name", "a\u{9b}31m".into())]);
        assert_eq!(record.text(), "ended: 3\nuserAgent:\nname: a\\u{9b}31m\n");
        assert_eq!(record.json(), r#"{"ended":3,"name":"a\u009b31m","userAgent":null}"#);
    }
}
