//! Sessions and their states: active, then idle, then dead.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::attributes::Attributes;
use crate::ids::{SessionId, UserId};
use crate::time::Timestamp;
use crate::token::TokenHash;

/// How long sessions live, and how many of them a user has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionPolicy {
    /// How long a session is active after it was opened or renewed; Lucia's default is 1 day.
    pub active: Duration,
    /// How long it is idle after that; Lucia's default is 14 days.
    pub idle: Duration,
    /// The longest life, however often it is renewed; `None` for no such limit.
    pub longest: Option<Duration>,
    /// The most that a user has at once; the oldest is revoked when one more is opened. `None` for no such limit.
    pub per_user: Option<NonZeroU32>,
}

impl SessionPolicy {
    /// Lucia's periods, no longest life, and as many sessions as a list of them shows.
    pub const DEFAULT: Self = Self {
        active: Duration::from_hours(24),
        idle: Duration::from_hours(14 * 24),
        longest: None,
        per_user: NonZeroU32::new(1_000),
    };

    fn end_of_life(&self, created_at: Timestamp) -> Timestamp {
        self.longest.map_or(Timestamp::MAX, |longest| created_at.plus(longest))
    }
}

/// The state of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// Valid, and nothing needs to be written.
    Active,
    /// Valid, and renewed by the next validation.
    Idle,
    /// Refused, and removed by the next validation or sweep.
    Dead,
}

/// A proof that a user signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id, which is no credential.
    pub id: SessionId,
    /// The hash of its token.
    pub token_hash: TokenHash,
    /// The user who signed in.
    pub user_id: UserId,
    /// When it was opened.
    pub created_at: Timestamp,
    /// The first instant at which it is no longer active.
    pub active_expires_at: Timestamp,
    /// The first instant at which it is dead.
    pub idle_expires_at: Timestamp,
    /// When it was last presented, to within [`Session::USE_KEPT_TO`].
    pub last_used_at: Timestamp,
    /// What else the operator keeps of it.
    pub attributes: Attributes,
}

/// By how much the clocks of nodes may differ, or one may step back, without a session being renewed for it.
const CLOCK_DIFFERENCE: Duration = Duration::from_mins(1);

impl Session {
    /// A session that starts now, without attributes.
    #[must_use]
    pub fn open(id: SessionId, token_hash: TokenHash, user_id: UserId, now: Timestamp, policy: &SessionPolicy) -> Self {
        let attributes = Attributes::default();
        let (created_at, active_expires_at, idle_expires_at, last_used_at) = (now, now, now, now);
        Self { id, token_hash, user_id, created_at, active_expires_at, idle_expires_at, last_used_at, attributes }
            .renewed(now, policy)
    }

    /// The same session with both periods started again, neither reaching past the longest life. That of a session which a
    /// clock that was ahead opened counts from now.
    #[must_use]
    pub fn renewed(&self, now: Timestamp, policy: &SessionPolicy) -> Self {
        let created_at = self.created_at.min(now);
        let end = policy.end_of_life(created_at);
        let active_expires_at = now.plus(policy.active).min(end);
        let idle_expires_at = now.plus(policy.active).plus(policy.idle).min(end);
        Self { created_at, active_expires_at, idle_expires_at, last_used_at: now, ..self.clone() }
    }

    /// How exactly the last use is kept: a user tells a lost phone from one in use by it, and a validation writes nothing
    /// in between.
    pub const USE_KEPT_TO: Duration = Duration::from_hours(1);

    /// Whether a use at this instant is to be kept. An instant in the future was written by a clock that was ahead.
    #[must_use]
    pub fn last_use_is_old(&self, now: Timestamp) -> bool {
        now >= self.last_used_at.plus(Self::USE_KEPT_TO) || self.last_used_at > now.plus(CLOCK_DIFFERENCE)
    }

    /// The state at this instant. At the very instant of expiry the next state holds.
    #[must_use]
    pub fn state(&self, now: Timestamp, policy: &SessionPolicy) -> SessionState {
        if now >= self.idle_expires_at || now >= policy.end_of_life(self.created_at) {
            SessionState::Dead
        } else if now >= self.active_expires_at
            || self.active_expires_at > now.plus(policy.active).plus(CLOCK_DIFFERENCE)
        {
            // Active for longer than any session is: another clock wrote it, or a policy of longer periods. It is renewed.
            SessionState::Idle
        } else {
            SessionState::Active
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp::from_unix_millis(1_700_000_000_000);

    fn policy(active: u64, idle: u64, longest: Option<u64>) -> SessionPolicy {
        SessionPolicy {
            active: Duration::from_millis(active),
            idle: Duration::from_millis(idle),
            longest: longest.map(Duration::from_millis),
            per_user: None,
        }
    }

    fn opened(policy: &SessionPolicy) -> Session {
        let id = SessionId::restore("s".into());
        Session::open(id, TokenHash::restore([0; 32]), UserId::restore("u".into()), START, policy)
    }

    fn after(millis: u64) -> Timestamp {
        START.plus(Duration::from_millis(millis))
    }

    #[test]
    fn a_use_is_kept_to_the_hour_and_one_in_the_future_is_replaced() {
        let session = opened(&SessionPolicy::DEFAULT);
        assert!(!session.last_use_is_old(START.plus(Session::USE_KEPT_TO).minus(Duration::from_millis(1))));
        assert!(session.last_use_is_old(START.plus(Session::USE_KEPT_TO)));
        assert!(!session.last_use_is_old(START.minus(CLOCK_DIFFERENCE)));
        assert!(session.last_use_is_old(START.minus(CLOCK_DIFFERENCE).minus(Duration::from_millis(1))));
    }

    #[test]
    fn a_session_that_is_active_for_too_long_is_renewed() {
        let session = opened(&SessionPolicy::DEFAULT);
        let state = |back: Duration| session.state(START.minus(back), &SessionPolicy::DEFAULT);
        assert_eq!(state(CLOCK_DIFFERENCE), SessionState::Active);
        assert_eq!(state(CLOCK_DIFFERENCE + Duration::from_millis(1)), SessionState::Idle);
        assert_eq!(state(Duration::from_hours(365 * 24)), SessionState::Idle);
    }

    #[test]
    fn the_default_is_a_day_active_and_fourteen_idle() {
        let session = opened(&SessionPolicy::DEFAULT);
        assert_eq!(session.active_expires_at, after(86_400_000));
        assert_eq!(session.idle_expires_at, after(15 * 86_400_000));
    }

    #[test]
    fn each_period_ends_at_its_exact_instant() {
        let policy = policy(100, 50, None);
        let session = opened(&policy);
        let states = [(0, SessionState::Active), (99, SessionState::Active), (100, SessionState::Idle)]
            .into_iter()
            .chain([(149, SessionState::Idle), (150, SessionState::Dead), (1_000, SessionState::Dead)]);
        for (millis, state) in states {
            assert_eq!(session.state(after(millis), &policy), state, "after {millis} ms");
        }
    }

    #[test]
    fn a_clock_that_steps_back_harms_nothing() {
        let policy = policy(100, 50, None);
        let session = opened(&policy);
        assert_eq!(session.state(Timestamp::MIN, &policy), SessionState::Idle, "it is renewed");
        let renewed = session.renewed(Timestamp::MIN, &policy);
        assert_eq!(renewed.state(Timestamp::MIN, &policy), SessionState::Active);
        assert_eq!(renewed.idle_expires_at, Timestamp::MIN.plus(Duration::from_millis(150)));
    }

    #[test]
    fn the_longest_life_of_a_session_from_a_clock_ahead_counts_from_its_first_renewal() {
        let policy = policy(100, 50, Some(200));
        let session = opened(&policy);
        let year = Duration::from_hours(365 * 24);
        let before = START.minus(year);
        assert_eq!(session.state(before, &policy), SessionState::Idle);
        let renewed = session.renewed(before, &policy);
        assert_eq!(renewed.created_at, before);
        assert_eq!(renewed.state(before.plus(Duration::from_millis(200)), &policy), SessionState::Dead);
        assert_eq!(renewed.renewed(before.plus(Duration::from_millis(80)), &policy).created_at, before);
    }

    #[test]
    fn the_longest_life_counts_for_sessions_opened_before_it_was_set() {
        let session = opened(&policy(100, 50, None));
        assert_eq!(session.state(after(20), &policy(100, 50, Some(20))), SessionState::Dead);
    }

    proptest! {
        #[test]
        fn states_only_ever_advance(active in 0u64..1_000, idle in 0u64..1_000, longest in proptest::option::of(0u64..3_000),
                                    mut instants in proptest::collection::vec(0u64..3_000, 1..20)) {
            let policy = policy(active, idle, longest);
            let session = opened(&policy);
            instants.sort_unstable();
            let rank = |state| match state { SessionState::Active => 0, SessionState::Idle => 1, SessionState::Dead => 2 };
            let ranks: Vec<_> = instants.iter().map(|at| rank(session.state(after(*at), &policy))).collect();
            prop_assert!(ranks.is_sorted(), "{ranks:?}");
        }

        #[test]
        fn renewal_never_shortens_a_life_nor_outlives_the_longest(active in 1u64..1_000, idle in 1u64..1_000,
                                                                  longest in 1u64..5_000, waits in proptest::collection::vec(0u64..1_500, 1..20)) {
            let policy = policy(active, idle, Some(longest));
            let mut session = opened(&policy);
            let mut now = 0;
            for wait in waits {
                now += wait;
                if session.state(after(now), &policy) == SessionState::Dead { break; }
                let renewed = session.renewed(after(now), &policy);
                prop_assert!(renewed.idle_expires_at >= session.idle_expires_at);
                prop_assert!(renewed.active_expires_at <= renewed.idle_expires_at);
                prop_assert!(renewed.idle_expires_at <= after(longest));
                prop_assert_eq!(renewed.state(after(now), &policy), SessionState::Active);
                session = renewed;
            }
        }
    }
}
