//! From an account as another system keeps it to an account of a store, with a finding for each part that cannot be kept.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use doorward_domain::ports::{
    Account, HashReader, LiveSession, RandomnessError, SourceAccount, SourceId, SourceInstant, SourceKey,
    SourceSession, SourceToken, TokenGenerator,
};
use doorward_domain::{
    Attributes, Client, ImportReason, InvalidUsername, Key, KeyId, PasswordLink, Session, SessionId, SessionToken,
    SignInEvent, Timestamp, TokenHash, User, UserAgent, UserId, Username, UsernameRules, digest_from_hex,
};

use super::finding::Part;
use super::instant::{self, NoInstant};

/// How long ago an imported session was opened at least. A session that is fresher may create recovery codes without the
/// password.
const LEAST_AGE: Duration = Duration::from_hours(1);

/// What an operator decides about an import.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// The rules for usernames here.
    pub usernames: UsernameRules,
    /// New usernames by the ids of users.
    pub new_usernames: HashMap<String, String>,
    /// Whether users of a second factor are imported without it.
    pub drop_second_factors: bool,
    /// Whether sessions are imported.
    pub sessions: bool,
    /// How long before its end a session is idle, where the source knows its end alone.
    pub idle_period: Duration,
}

/// An account that was read.
pub(super) struct Converted {
    /// The account, unless the user as a whole is refused.
    pub(super) account: Option<Account>,
    /// Each part that is not imported as it is. Parts that are refused are not in the account.
    pub(super) findings: Vec<(Part, ImportReason)>,
}

/// Converts accounts.
pub(super) struct Converter {
    hashes: Arc<dyn HashReader>,
    tokens: Arc<dyn TokenGenerator>,
    options: ImportOptions,
    now: Timestamp,
    ids: SessionIds,
}

impl Converter {
    pub(super) fn new(
        hashes: Arc<dyn HashReader>,
        tokens: Arc<dyn TokenGenerator>,
        options: ImportOptions,
        now: Timestamp,
    ) -> Self {
        Self { hashes, tokens, options, now, ids: SessionIds::default() }
    }

    /// Converts an account. Session ids that the source does not have are random.
    ///
    /// # Errors
    /// There was no randomness.
    pub(super) fn convert(&self, source: SourceAccount) -> Result<Converted, RandomnessError> {
        let mut findings = Findings::default();
        if let Some(reason) = source.unreadable {
            findings.add(Part::User, reason);
            return Ok(findings.without_account());
        }
        let name = self.name(&source);
        let username = findings.take(Part::User, self.username(name));
        let id = findings.take(Part::User, self.user_id(&source.user_id, username.as_ref())).flatten();
        let created_at = findings.take(Part::User, self.instant_or_now(&source.created_at));
        let disabled = findings.take(Part::User, self.is_disabled(&source));
        let attributes = findings.take(Part::Attributes, attributes(source.attributes.as_deref()));
        if source.second_factor {
            let dropped = self.options.drop_second_factors;
            let reason = if dropped { ImportReason::SecondFactorDropped } else { ImportReason::SecondFactor };
            findings.add(Part::User, reason);
        }
        let (Some(username), Some(id), Some(created_at), Some(disabled), Some(attributes), true) =
            (username, id, created_at, disabled, attributes, findings.allow_user())
        else {
            return Ok(findings.without_account());
        };
        self.remark_username(name.is_some_and(|(_, differs)| differs), &username, &mut findings);
        let user = User { id, username, created_at, disabled, attributes };
        let keys = self.keys(&user, source.username_key, source.keys, &mut findings);
        let sessions = self.sessions(&user, source.sessions, &mut findings)?;
        let password_link = source.password_link.filter(|(_, _, expires_at)| *expires_at > self.now);
        let password_link = password_link.map(|(code, created_at, expires_at)| PasswordLink {
            user_id: user.id.clone(),
            code,
            created_at,
            expires_at,
        });
        let codes = source.recovery_codes.into_iter().map(|code| (*code.hash.as_bytes(), code));
        let recovery_codes = codes.collect::<BTreeMap<_, _>>().into_values().collect();
        let sign_ins = in_order(source.sign_ins);
        let account = Account { user, keys, sessions, recovery_codes, password_link, sign_ins };
        Ok(Converted { account: Some(account), findings: findings.0 })
    }

    fn username(&self, name: Option<(&str, bool)>) -> Result<Username, ImportReason> {
        let (name, _) = name.ok_or(ImportReason::UsernameMissing)?;
        Username::imported(name, self.options.usernames.max_chars).map_err(|error| match error {
            InvalidUsername::Missing => ImportReason::UsernameMissing,
            InvalidUsername::TooLong => ImportReason::UsernameTooLong,
            _ => ImportReason::UsernameInvalid,
        })
    }

    /// The name that the user signs in with, and whether the source shows another one.
    fn name<'a>(&'a self, source: &'a SourceAccount) -> Option<(&'a str, bool)> {
        if let SourceId::Text(id) = &source.user_id
            && let Some(new) = self.options.new_usernames.get(id)
        {
            return Some((new, false));
        }
        match (source.username.as_deref(), source.login_name.as_deref()) {
            (Some(shown), Some(typed)) if shown != typed && key_of(shown) != key_of(typed) => Some((typed, true)),
            (Some(shown), _) => Some((shown, false)),
            (None, typed) => typed.map(|typed| (typed, false)),
        }
    }

    fn remark_username(&self, differs: bool, username: &Username, findings: &mut Findings) {
        if differs {
            findings.add(Part::User, ImportReason::UsernameDiffers);
        }
        if Username::parse(username.as_str(), self.options.usernames).is_err() {
            findings.add(Part::User, ImportReason::UsernameNotAllowedToday);
        }
    }

    /// The id; `None` for a new one where there is no username to make it of.
    fn user_id(&self, id: &SourceId, username: Option<&Username>) -> Result<Option<UserId>, ImportReason> {
        match id {
            SourceId::Text(text) => UserId::parse(text).ok_or(ImportReason::UserIdInvalid).map(Some),
            SourceId::New => Ok(username.map(|username| self.tokens.imported_user_id(&username.key_id()))),
            SourceId::Missing => Err(ImportReason::UserIdMissing),
        }
    }

    fn instant_or_now(&self, instant: &SourceInstant) -> Result<Timestamp, ImportReason> {
        Ok(instant::read(instant)?.unwrap_or(self.now))
    }

    fn is_disabled(&self, source: &SourceAccount) -> Result<bool, ImportReason> {
        let until = instant::read(&source.disabled_until)?;
        Ok(source.disabled && until.is_none_or(|until| until > self.now))
    }

    /// The keys by their ids. One whose hash is refused is kept without a password.
    fn keys(
        &self,
        user: &User,
        username_key: Option<SourceKey>,
        others: Vec<SourceKey>,
        findings: &mut Findings,
    ) -> Vec<Key> {
        let mut keys = BTreeMap::new();
        let own = username_key.map(|key| (Ok(user.username.key_id()), key));
        let others = others.into_iter().map(|key| {
            // The key of another username would sign its user in by two names.
            let id = KeyId::parse(&key.id).ok().filter(|id| !id.is_of_username()).ok_or(ImportReason::KeyInvalid);
            (id, key)
        });
        for (id, key) in own.into_iter().chain(others) {
            let Some(id) = findings.take(Part::Key, id) else { continue };
            let password_hash = findings.take(Part::Password, self.hashes.read(&key.hash).map_err(Into::into));
            let created_at = instant::read(&key.created_at).map(|at| at.unwrap_or(user.created_at));
            let Some(created_at) = findings.take(Part::Key, created_at.map_err(Into::into)) else { continue };
            let new =
                Key { id: id.clone(), user_id: user.id.clone(), password_hash: password_hash.flatten(), created_at };
            if keys.contains_key(id.as_str()) {
                findings.add(Part::Key, ImportReason::KeyInvalid);
            } else {
                keys.insert(id.as_str().to_owned(), new);
            }
        }
        keys.into_values().collect()
    }

    /// The live sessions, oldest first. A disabled user has none.
    fn sessions(
        &self,
        user: &User,
        sessions: Vec<SourceSession>,
        findings: &mut Findings,
    ) -> Result<Vec<LiveSession>, RandomnessError> {
        if user.disabled {
            findings.add(Part::User, ImportReason::Disabled);
            return Ok(vec![]);
        }
        let mut live = Vec::new();
        for source in sessions.into_iter().filter(|_| self.options.sessions) {
            match self.session(user, source)? {
                Ok(Some(session)) => live.push(session),
                Ok(None) => {}
                Err(reason) => findings.add(Part::Session, reason),
            }
        }
        live.sort_by(|one, other| order(&one.session).cmp(&order(&other.session)));
        Ok(live)
    }

    /// A session; `None` where it is dead.
    fn session(
        &self,
        user: &User,
        source: SourceSession,
    ) -> Result<Result<Option<LiveSession>, ImportReason>, RandomnessError> {
        let times = match self.times(&source) {
            Ok(Some(times)) => times,
            Ok(None) => return Ok(Ok(None)),
            // A table whose ids are no cookies need not have instants either.
            Err(_) if matches!(source.token, SourceToken::Unusable) => return Ok(Err(ImportReason::SessionFormat)),
            Err(reason) => return Ok(Err(reason)),
        };
        let id = match source.id.as_deref().map(SessionId::parse) {
            None => self.ids.next(&*self.tokens)?,
            Some(Some(id)) => id,
            Some(None) => return Ok(Err(ImportReason::SessionFormat)),
        };
        let Times { created, active_until, idle_until, last_used } = times;
        let parts = self.token(&source.token).and_then(|token| Ok((token, attributes(source.attributes.as_deref())?)));
        Ok(parts.map(|(token_hash, attributes)| {
            let user_id = user.id.clone();
            let session = Session {
                id,
                token_hash,
                user_id,
                created_at: created,
                active_expires_at: active_until,
                idle_expires_at: idle_until,
                last_used_at: last_used,
                attributes,
            };
            let client = Client {
                address: source.address.and_then(|address| address.parse().ok()),
                user_agent: source.user_agent.as_deref().and_then(UserAgent::parse),
            };
            Some(LiveSession { session, client })
        }))
    }

    /// The instants of a session; `None` where it is dead. One that Doorward wrote has an id, and keeps its age.
    fn times(&self, source: &SourceSession) -> Result<Option<Times>, ImportReason> {
        let idle_until = instant::read(&source.idle_until)?.ok_or(ImportReason::Instant)?;
        let active_until = instant::read(&source.active_until)?
            .unwrap_or_else(|| idle_until.minus(self.options.idle_period))
            .min(idle_until);
        let youngest = self.now.minus(LEAST_AGE);
        let created = instant::read(&source.created_at)?.unwrap_or(youngest);
        let created = if source.id.is_some() { created } else { created.min(youngest) };
        let last_used = instant::read(&source.last_used_at)?.unwrap_or(created);
        Ok((idle_until > self.now).then_some(Times { created, active_until, idle_until, last_used }))
    }

    fn token(&self, token: &SourceToken) -> Result<TokenHash, ImportReason> {
        match token {
            SourceToken::Unusable => Err(ImportReason::SessionFormat),
            SourceToken::Sha256(hex) => digest_from_hex(hex).map(TokenHash::restore).ok_or(ImportReason::SessionFormat),
            SourceToken::Cookie(text) => match SessionToken::parse(text) {
                Some(token) => Ok(self.tokens.digest(&token)),
                None if text.chars().count() < SessionToken::MIN_CHARS => Err(ImportReason::SessionGuessable),
                None => Err(ImportReason::SessionFormat),
            },
        }
    }
}

/// Makes ids of sessions that follow each other, so that a store adds them at the end of its index. Each starts with eight
/// random characters of this import and ends with eight of its own.
#[derive(Default)]
struct SessionIds {
    start: OnceLock<SessionId>,
    made: AtomicU32,
}

impl SessionIds {
    const RANDOM_CHARS: usize = 8;

    fn next(&self, tokens: &dyn TokenGenerator) -> Result<SessionId, RandomnessError> {
        let own = tokens.session_id()?;
        let (start, number) = (self.start.get_or_init(|| own.clone()), self.made.fetch_add(1, Ordering::Relaxed));
        let random = |id: &SessionId| id.as_str().chars().rev().take(Self::RANDOM_CHARS).collect::<String>();
        Ok(SessionId::restore(format!("{}{:08}{}", random(start), number % 100_000_000, random(&own))))
    }
}

/// The instants of a session.
struct Times {
    created: Timestamp,
    active_until: Timestamp,
    idle_until: Timestamp,
    last_used: Timestamp,
}

impl From<NoInstant> for ImportReason {
    fn from(_: NoInstant) -> Self {
        Self::Instant
    }
}

/// The findings in one account.
#[derive(Default)]
struct Findings(Vec<(Part, ImportReason)>);

impl Findings {
    fn add(&mut self, part: Part, reason: ImportReason) {
        self.0.push((part, reason));
    }

    /// The value, or `None` and a finding.
    fn take<T>(&mut self, part: Part, result: Result<T, ImportReason>) -> Option<T> {
        result.map_err(|reason| self.add(part, reason)).ok()
    }

    /// Whether no finding is about the user as a whole.
    fn allow_user(&self) -> bool {
        self.0.iter().all(|(_, reason)| reason.is_remark())
    }

    fn without_account(self) -> Converted {
        Converted { account: None, findings: self.0 }
    }
}

fn key_of(name: &str) -> KeyId {
    Username::restore(name.to_owned()).key_id()
}

fn attributes(json: Option<&str>) -> Result<Attributes, ImportReason> {
    json.map_or(Ok(Attributes::default()), Attributes::parse).map_err(|_| ImportReason::Attributes)
}

fn order(session: &Session) -> (Timestamp, &str) {
    (session.created_at, session.id.as_str())
}

/// Oldest first; of two events of one session at one instant the first counts.
fn in_order(mut sign_ins: Vec<SignInEvent>) -> Vec<SignInEvent> {
    sign_ins.sort_by(|one, other| (one.at, one.session_id.as_str()).cmp(&(other.at, other.session_id.as_str())));
    sign_ins.dedup_by(|one, other| one.at == other.at && one.session_id == other.session_id);
    sign_ins
}

#[cfg(test)]
mod tests {
    use doorward_domain::ports::{MockHashReader, MockTokenGenerator, SourceHash};
    use doorward_domain::{HashRefusal, PasswordHash};

    use super::*;
    use crate::test_support::NOW;

    fn converter() -> Converter {
        let mut hashes = MockHashReader::new();
        hashes.expect_read().returning(|hash| match hash {
            SourceHash::Absent => Ok(None),
            SourceHash::InTable(text) | SourceHash::InFile(text) if text == "good" => {
                Ok(Some(PasswordHash::restore(text.clone())))
            }
            _ => Err(HashRefusal::Malformed),
        });
        let mut tokens = MockTokenGenerator::new();
        tokens.expect_digest().returning(|_| TokenHash::restore([7; 32]));
        let mut letters = ('a'..='z').cycle();
        tokens.expect_session_id().returning(move || {
            let letter = letters.next().expect("it never ends").to_string();
            Ok(SessionId::restore(letter.repeat(SessionId::CHARS)))
        });
        tokens.expect_imported_user_id().returning(|_| UserId::restore("of-the-name".into()));
        let options = ImportOptions {
            usernames: UsernameRules::DEFAULT,
            new_usernames: HashMap::from([("renamed".to_owned(), "new-name".to_owned())]),
            drop_second_factors: false,
            sessions: true,
            idle_period: Duration::from_hours(24),
        };
        Converter::new(Arc::new(hashes), Arc::new(tokens), options, NOW)
    }

    fn alice() -> SourceAccount {
        SourceAccount {
            user_id: SourceId::Text("42".to_owned()),
            username: Some("alice".to_owned()),
            username_key: Some(SourceKey::default()),
            ..SourceAccount::default()
        }
    }

    fn millis(instant: Timestamp) -> SourceInstant {
        SourceInstant::Text(instant.as_unix_millis().to_string())
    }

    /// A session that ends in an hour.
    fn session() -> SourceSession {
        SourceSession {
            token: SourceToken::Cookie("x".repeat(40)),
            idle_until: millis(NOW.plus(Duration::from_hours(1))),
            ..SourceSession::default()
        }
    }

    fn convert(source: SourceAccount) -> (Option<Account>, Vec<ImportReason>) {
        let Converted { account, findings } = converter().convert(source).expect("randomness");
        (account, findings.into_iter().map(|(_, reason)| reason).collect())
    }

    #[test]
    fn an_imported_session_is_an_hour_old_unless_doorward_wrote_it() {
        let sessions = |id: Option<&str>, age: Option<Duration>| {
            let created_at = age.map_or(SourceInstant::Absent, |age| millis(NOW.minus(age)));
            let session = SourceSession { id: id.map(str::to_owned), created_at, ..session() };
            let (account, _) = convert(SourceAccount { sessions: vec![session], ..alice() });
            NOW.since(account.expect("an account").sessions[0].session.created_at)
        };
        let (minute, hour, day) = (Duration::from_mins(1), Duration::from_hours(1), Duration::from_hours(24));
        let written = Some("abcdefghijklmnopqrstuvwx");
        for (id, age, expected) in [
            (None, None, hour),
            (None, Some(minute), hour),
            (None, Some(day), day),
            (written, Some(minute), minute),
            (written, None, hour),
        ] {
            assert_eq!(sessions(id, age), expected, "{id:?} {age:?}");
        }
    }

    #[test]
    fn made_ids_of_sessions_follow_each_other() {
        let converter = converter();
        let id = || converter.ids.next(&*converter.tokens).expect("randomness").as_str().to_owned();
        assert_eq!([id(), id()], ["aaaaaaaa00000000aaaaaaaa", "aaaaaaaa00000001bbbbbbbb"]);
    }

    #[test]
    fn a_session_is_idle_for_the_idle_period_before_its_end() {
        let (account, _) = convert(SourceAccount { sessions: vec![session()], ..alice() });
        let session = &account.expect("an account").sessions[0].session;
        assert_eq!(session.idle_expires_at.since(session.active_expires_at), Duration::from_hours(24));
    }

    #[test]
    fn dead_sessions_are_left_out_and_others_refused_with_a_reason() {
        for (session, expected) in [
            (SourceSession { idle_until: millis(NOW), ..session() }, (0, vec![])),
            (
                SourceSession { token: SourceToken::Cookie("x".repeat(23)), ..session() },
                (0, vec![ImportReason::SessionGuessable]),
            ),
            (
                SourceSession { token: SourceToken::Cookie("x y".repeat(23)), ..session() },
                (0, vec![ImportReason::SessionFormat]),
            ),
            (SourceSession { token: SourceToken::Sha256("00".repeat(32)), ..session() }, (1, vec![])),
            (
                SourceSession { token: SourceToken::Sha256("00".repeat(31)), ..session() },
                (0, vec![ImportReason::SessionFormat]),
            ),
            (SourceSession { idle_until: SourceInstant::Absent, ..session() }, (0, vec![ImportReason::Instant])),
            (SourceSession { attributes: Some("[]".to_owned()), ..session() }, (0, vec![ImportReason::Attributes])),
        ] {
            let (account, reasons) = convert(SourceAccount { sessions: vec![session.clone()], ..alice() });
            assert_eq!((account.expect("an account").sessions.len(), reasons), expected, "{session:?}");
        }
    }

    #[test]
    fn a_user_who_may_not_be_imported_has_the_reason() {
        let name = |name: &str| SourceAccount { username: Some(name.to_owned()), ..alice() };
        for (source, reason) in [
            (SourceAccount { user_id: SourceId::Missing, ..alice() }, ImportReason::UserIdMissing),
            (SourceAccount { user_id: SourceId::Text("a b".to_owned()), ..alice() }, ImportReason::UserIdInvalid),
            (SourceAccount { username: None, ..alice() }, ImportReason::UsernameMissing),
            (name("a\0b"), ImportReason::UsernameInvalid),
            (name("\u{200b}"), ImportReason::UsernameInvalid),
            (name(&"x".repeat(32)), ImportReason::UsernameTooLong),
            (SourceAccount { second_factor: true, ..alice() }, ImportReason::SecondFactor),
            (SourceAccount { attributes: Some("[]".to_owned()), ..alice() }, ImportReason::Attributes),
            (SourceAccount { created_at: SourceInstant::Text("soon".to_owned()), ..alice() }, ImportReason::Instant),
            (SourceAccount { unreadable: Some(ImportReason::NotJson), ..alice() }, ImportReason::NotJson),
        ] {
            assert_eq!(convert(source), (None, vec![reason]), "{reason:?}");
        }
    }

    #[test]
    fn the_name_that_is_typed_wins_and_a_new_name_wins_over_both() {
        let typed = SourceAccount { login_name: Some("old-name".to_owned()), ..alice() };
        let (account, reasons) = convert(typed.clone());
        let user = account.expect("an account").user;
        assert_eq!((user.username.as_str(), reasons), ("old-name", vec![ImportReason::UsernameDiffers]));
        let (account, reasons) = convert(SourceAccount { user_id: SourceId::Text("renamed".to_owned()), ..typed });
        assert_eq!((account.expect("an account").user.username.as_str(), reasons), ("new-name", vec![]));
        let same = SourceAccount { login_name: Some("ALICE".to_owned()), ..alice() };
        let (account, reasons) = convert(same);
        assert_eq!((account.expect("an account").user.username.as_str(), reasons), ("alice", vec![]));
    }

    #[test]
    fn a_disabled_user_has_no_sessions_until_the_ban_ends() {
        let banned = |until: SourceInstant| SourceAccount {
            disabled: true,
            disabled_until: until,
            sessions: vec![session()],
            ..alice()
        };
        for (until, disabled) in
            [(SourceInstant::Absent, true), (millis(NOW.plus(Duration::from_millis(1))), true), (millis(NOW), false)]
        {
            let (account, reasons) = convert(banned(until));
            let account = account.expect("an account");
            assert_eq!((account.user.disabled, account.sessions.is_empty()), (disabled, disabled));
            assert_eq!(reasons.contains(&ImportReason::Disabled), disabled);
        }
    }

    #[test]
    fn a_hash_that_is_refused_leaves_its_key_without_a_password() {
        let key = |id: &str, hash: &str| SourceKey {
            id: id.to_owned(),
            hash: SourceHash::InTable(hash.to_owned()),
            ..SourceKey::default()
        };
        let keys = vec![key("github:1", "bad"), key("GitHub:1", "good"), key("username:other", "good")];
        let (account, reasons) = convert(SourceAccount { username_key: Some(key("", "good")), keys, ..alice() });
        let keys = account.expect("an account").keys;
        let found: Vec<_> = keys.iter().map(|key| (key.id.as_str(), key.password_hash.is_some())).collect();
        assert_eq!(found, [("github:1", false), ("username:alice", true)]);
        assert_eq!(reasons, [ImportReason::HashMalformed, ImportReason::KeyInvalid, ImportReason::KeyInvalid]);
    }
}
