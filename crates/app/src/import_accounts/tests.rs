use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use doorward_domain::ports::{MockAccountSink, MockClock, MockHashReader, MockTokenGenerator, SourceKey};
use doorward_domain::{Timestamp, Username, UsernameRules};

use super::*;
use crate::test_support::NOW;

/// Users with these ids and names, in batches of two.
struct Users(Vec<(&'static str, &'static str)>, VecDeque<Vec<SourceAccount>>);

impl Users {
    fn new(users: &[(&'static str, &'static str)]) -> Self {
        Self(users.to_vec(), VecDeque::new())
    }
}

#[async_trait]
impl AccountSource for Users {
    async fn restart(&mut self) -> Result<(), SourceError> {
        let account = |(id, name): &(&str, &str)| SourceAccount {
            user_id: SourceId::Text((*id).to_owned()),
            username: Some((*name).to_owned()),
            username_key: Some(SourceKey::default()),
            ..SourceAccount::default()
        };
        self.1 = self.0.chunks(2).map(|users| users.iter().map(account).collect()).collect();
        Ok(())
    }

    async fn next(&mut self) -> Result<Vec<SourceAccount>, SourceError> {
        Ok(self.1.pop_front().unwrap_or_default())
    }
}

#[derive(Default)]
struct Observer {
    found: Vec<(String, ImportReason)>,
    stops: bool,
}

impl ImportObserver for Observer {
    fn found(&mut self, finding: Finding) {
        self.found.push((finding.user_id.unwrap_or_default(), finding.reason));
    }

    fn progress(&mut self, _: Pass, _: u64) {}

    fn should_stop(&self) -> bool {
        self.stops
    }
}

/// An import whose clock goes on by so much each time it is read.
fn import(tick: Duration) -> ImportAccounts {
    let mut hashes = MockHashReader::new();
    hashes.expect_read().returning(|_| Ok(None));
    let (mut clock, now) = (MockClock::new(), AtomicI64::new(NOW.as_unix_millis()));
    let tick = i64::try_from(tick.as_millis()).expect("not that long");
    clock.expect_now().returning(move || Timestamp::from_unix_millis(now.fetch_add(tick, Ordering::Relaxed)));
    let options = ImportOptions {
        usernames: UsernameRules::DEFAULT,
        new_usernames: HashMap::new(),
        drop_second_factors: false,
        sessions: true,
        idle_period: Duration::ZERO,
    };
    ImportAccounts::new(Arc::new(hashes), Arc::new(MockTokenGenerator::new()), Arc::new(clock), options)
}

fn existing(users: &[(&str, &str)]) -> ExistingAccounts {
    let id = |id: &str| UserId::restore(id.to_owned());
    let name = |name: &str| Username::restore(name.to_owned());
    ExistingAccounts {
        users: users.iter().map(|(user, username)| (id(user), name(username))).collect(),
        keys: users.iter().map(|(user, username)| (name(username).key_id(), id(user))).collect(),
    }
}

const THREE: [(&str, &str); 3] = [("1", "alice"), ("2", "bobby"), ("3", "carol")];

#[tokio::test]
async fn a_check_writes_nothing_and_compares_with_the_store() {
    let mut sink = MockAccountSink::new();
    sink.expect_find_existing().returning(|_, _| Ok(existing(&[("1", "alice"), ("9", "BOBBY"), ("3", "somebody")])));
    let mut observer = Observer::default();
    let checked = import(Duration::ZERO).check(&mut Users::new(&THREE), &sink, &mut observer).await.expect("a check");
    let expected =
        [("1", ImportReason::AlreadyImported), ("2", ImportReason::UsernameTaken), ("3", ImportReason::UserIdTaken)];
    assert_eq!(observer.found, expected.map(|(id, reason)| (id.to_owned(), reason)));
    assert_eq!((checked.importable.users, checked.refusals(), checked.already_imported()), (0, 2, 1));
}

#[tokio::test]
async fn users_who_share_an_id_or_a_name_are_refused_together() {
    let mut sink = MockAccountSink::new();
    sink.expect_find_existing().returning(|_, _| Ok(ExistingAccounts::default()));
    let mut observer = Observer::default();
    let users = [("1", "alice"), ("2", "bobby"), ("1", "carol"), ("4", "BOBBY"), ("5", "erin")];
    let checked = import(Duration::ZERO).check(&mut Users::new(&users), &sink, &mut observer).await.expect("a check");
    let (twice, taken) = (ImportReason::UserIdDuplicate, ImportReason::UsernameTaken);
    let expected = [("1", twice), ("2", taken), ("1", twice), ("4", taken)];
    assert_eq!(observer.found, expected.map(|(id, reason)| (id.to_owned(), reason)));
    assert_eq!(checked.importable.users, 1, "erin");
}

#[tokio::test]
async fn a_batch_that_another_import_was_faster_with_is_compared_again() {
    let mut sink = MockAccountSink::new();
    sink.expect_find_existing().times(1).returning(|_, _| Ok(existing(&[("1", "alice"), ("9", "bobby")])));
    sink.expect_longest_write().return_const(Duration::from_secs(1));
    let mut sizes = vec![3, 1].into_iter();
    sink.expect_write().times(2).returning(move |accounts| {
        assert_eq!(Some(accounts.len()), sizes.next());
        if accounts.len() == 3 { Err(WriteAccountsError::Taken) } else { Ok(()) }
    });
    let import = import(Duration::ZERO);
    let written = import.write(&mut Users::new(&THREE), &sink, &Checked::default(), &mut Observer::default()).await;
    let expected = Imported { written: Counts { users: 1, keys: 1, sessions: 0 }, taken_meanwhile: 1 };
    assert_eq!(written.expect("an import"), expected, "carol is written, and the name of bobby was taken");
}

#[tokio::test]
async fn an_import_stops_between_two_batches() {
    let mut sink = MockAccountSink::new();
    sink.expect_find_existing().times(1).returning(|_, _| Ok(ExistingAccounts::default()));
    let mut observer = Observer { stops: true, ..Observer::default() };
    let checked = import(Duration::ZERO).check(&mut Users::new(&THREE), &sink, &mut observer).await;
    assert!(matches!(checked, Err(ImportError::Stopped)));
}

#[test]
fn batches_grow_and_shrink_with_the_time_that_they_take() {
    const LONGEST: Duration = Duration::from_millis(300);
    let mut size = BatchSize::default();
    let first = size.accounts;
    size.adapt(Duration::from_millis(10), LONGEST);
    assert_eq!(size.accounts, 2 * first);
    size.adapt(Duration::from_millis(200), LONGEST);
    assert_eq!(size.accounts, 2 * first);
    size.adapt(Duration::from_secs(1), LONGEST);
    assert_eq!(size.accounts, first);
    (0..20).for_each(|_| size.adapt(Duration::from_secs(1), LONGEST));
    assert_eq!(size.accounts, 1);
    (0..30).for_each(|_| size.adapt(Duration::ZERO, LONGEST));
    assert_eq!(size.accounts, BatchSize::MOST);
}
