//! Downloading a user's data: all that is kept of the user, a page at a time.

use std::sync::Arc;

use doorward_domain::ports::{AccountRecords, Clock, KeyRecord, LiveSession};
use doorward_domain::{SessionPolicy, SessionState, SignInEvent, Timestamp, UserId};

use crate::Fault;

/// Hands out what is kept of a user.
pub struct DownloadData {
    records: Arc<dyn AccountRecords>,
    clock: Arc<dyn Clock>,
    policy: SessionPolicy,
}

/// A few of the things that are kept of a user, all of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataPage {
    /// Keys, without their hashes.
    Keys(Vec<KeyRecord>),
    /// Sessions that are alive.
    Sessions(Vec<LiveSession>),
    /// Sign-ins that were not so long ago.
    SignIns(Vec<SignInEvent>),
}

impl DownloadData {
    /// Things a page: few enough that any number of people may download at once.
    const PAGE: u32 = 100;

    /// The use case on these ports.
    #[must_use]
    pub fn new(records: Arc<dyn AccountRecords>, clock: Arc<dyn Clock>, policy: SessionPolicy) -> Self {
        Self { records, clock, policy }
    }

    /// Begins a download. Nothing is read yet.
    #[must_use]
    pub fn begin(&self, user: UserId) -> Download {
        let Self { records, clock, policy } = self;
        let next = Next::Keys(None);
        Download { records: Arc::clone(records), now: clock.now(), policy: *policy, user, next }
    }
}

/// A download under way.
pub struct Download {
    records: Arc<dyn AccountRecords>,
    now: Timestamp,
    policy: SessionPolicy,
    user: UserId,
    next: Next,
}

/// Where the next page begins.
enum Next {
    Keys(Option<KeyRecord>),
    Sessions(Option<LiveSession>),
    SignIns(Option<SignInEvent>),
    Nowhere,
}

impl Download {
    /// When it began.
    #[must_use]
    pub fn began_at(&self) -> Timestamp {
        self.now
    }

    /// The next page: keys, then sessions, then sign-ins, at least one page of each; `None` once that was all.
    ///
    /// # Errors
    /// [`Fault`] when the store fails. What came before is not all then.
    pub async fn next(&mut self) -> Result<Option<DataPage>, Fault> {
        let Self { records, now, user, .. } = self;
        // A page that is not full is the last.
        let is_full = |length: usize| length >= DownloadData::PAGE as usize;
        match std::mem::replace(&mut self.next, Next::Nowhere) {
            Next::Keys(after) => {
                let keys = records.keys(user, after, DownloadData::PAGE).await?;
                let last = keys.last().filter(|_| is_full(keys.len())).cloned();
                self.next = last.map_or(Next::Sessions(None), |last| Next::Keys(Some(last)));
                Ok(Some(DataPage::Keys(keys)))
            }
            Next::Sessions(after) => {
                let mut sessions = records.sessions(user, *now, after, DownloadData::PAGE).await?;
                let last = sessions.last().filter(|_| is_full(sessions.len())).cloned();
                self.next = last.map_or(Next::SignIns(None), |last| Next::Sessions(Some(last)));
                // As in the list of sessions, the longest life may have become shorter.
                sessions.retain(|live| live.session.state(self.now, &self.policy) != SessionState::Dead);
                Ok(Some(DataPage::Sessions(sessions)))
            }
            Next::SignIns(after) => {
                let mut sign_ins = records.sign_ins(user, after, DownloadData::PAGE).await?;
                let last = sign_ins.last().filter(|_| is_full(sign_ins.len())).cloned();
                self.next = last.map_or(Next::Nowhere, |last| Next::SignIns(Some(last)));
                // What the sweep has yet to come by for is forgotten all the same.
                let forgotten = self.now.minus(SignInEvent::KEPT_FOR);
                sign_ins.retain(|sign_in| sign_in.at > forgotten);
                Ok(Some(DataPage::SignIns(sign_ins)))
            }
            Next::Nowhere => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use doorward_domain::ports::{MockAccountRecords, StoreError};
    use doorward_domain::{KeyId, SessionId, SignInKind};

    use super::*;
    use crate::test_support::{NOW, cause, client, clock_at, session_opened_at, user};

    const PAGE: usize = DownloadData::PAGE as usize;

    fn key(number: usize) -> KeyRecord {
        KeyRecord { id: KeyId::restore(format!("username:{number:04}")), has_password: true, created_at: NOW }
    }

    fn session(number: usize) -> LiveSession {
        let id = SessionId::restore(format!("session-{number:04}"));
        LiveSession { session: doorward_domain::Session { id, ..session_opened_at(NOW) }, client: client() }
    }

    fn sign_in(number: usize) -> SignInEvent {
        SignInEvent::of(&session(number).session, &client(), SignInKind::LogIn)
    }

    /// A page of these that begins after this one.
    fn page<T: PartialEq>(all: Vec<T>, after: Option<T>) -> Vec<T> {
        let start = after.map_or(0, |last| all.iter().position(|one| *one == last).expect("one of them") + 1);
        all.into_iter().skip(start).take(PAGE).collect()
    }

    fn keeps(keys: usize, sessions: usize, sign_ins: usize) -> MockAccountRecords {
        let mut records = MockAccountRecords::new();
        records
            .expect_keys()
            .withf(|owner, _, limit| *owner == user("Alice").id && *limit == DownloadData::PAGE)
            .returning(move |_, after, _| Ok(page((0..keys).map(key).collect(), after)));
        records
            .expect_sessions()
            .withf(|owner, now, _, limit| *owner == user("Alice").id && *now == NOW && *limit == DownloadData::PAGE)
            .returning(move |_, _, after, _| Ok(page((0..sessions).map(session).collect(), after)));
        records
            .expect_sign_ins()
            .withf(|owner, _, limit| *owner == user("Alice").id && *limit == DownloadData::PAGE)
            .returning(move |_, after, _| Ok(page((0..sign_ins).map(sign_in).collect(), after)));
        records
    }

    fn download(records: MockAccountRecords, policy: SessionPolicy) -> Download {
        DownloadData::new(Arc::new(records), Arc::new(clock_at(NOW)), policy).begin(user("Alice").id)
    }

    async fn all_of(mut download: Download) -> Vec<DataPage> {
        let mut pages = Vec::new();
        while let Some(page) = download.next().await.expect("no fault") {
            pages.push(page);
        }
        pages
    }

    #[tokio::test]
    async fn page_follows_page_until_each_kind_has_ended() {
        let pages = all_of(download(keeps(1, 2 * PAGE, PAGE + 1), SessionPolicy::DEFAULT)).await;
        let sessions = |from: usize, to: usize| DataPage::Sessions((from..to).map(session).collect());
        let expected = [
            DataPage::Keys(vec![key(0)]),
            sessions(0, PAGE),
            sessions(PAGE, 2 * PAGE),
            sessions(0, 0),
            DataPage::SignIns((0..PAGE).map(sign_in).collect()),
            DataPage::SignIns(vec![sign_in(PAGE)]),
        ];
        assert_eq!(pages, expected);
    }

    #[tokio::test]
    async fn of_nothing_there_is_one_empty_page_each() {
        let expected = [DataPage::Keys(vec![]), DataPage::Sessions(vec![]), DataPage::SignIns(vec![])];
        assert_eq!(all_of(download(keeps(0, 0, 0), SessionPolicy::DEFAULT)).await, expected);
    }

    #[tokio::test]
    async fn what_is_over_by_the_settings_or_forgotten_is_left_out_and_the_rest_still_comes() {
        let policy = SessionPolicy { longest: Some(Duration::ZERO), ..SessionPolicy::DEFAULT };
        let mut records = MockAccountRecords::new();
        records.expect_keys().returning(|_, _, _| Ok(vec![]));
        records.expect_sessions().returning(|_, _, after, _| Ok(page((0..PAGE).map(session).collect(), after)));
        records.expect_sign_ins().returning(|_, after, _| {
            let old = SignInEvent { at: NOW.minus(SignInEvent::KEPT_FOR), ..sign_in(0) };
            let all = std::iter::repeat_n(old, PAGE - 1).chain([sign_in(1), sign_in(2)]).collect();
            Ok(page(all, after))
        });
        let expected = [
            DataPage::Keys(vec![]),
            DataPage::Sessions(vec![]),
            DataPage::Sessions(vec![]),
            DataPage::SignIns(vec![sign_in(1)]),
            DataPage::SignIns(vec![sign_in(2)]),
        ];
        assert_eq!(all_of(download(records, policy)).await, expected);
    }

    #[tokio::test]
    async fn a_store_that_fails_is_a_fault_and_then_there_is_no_more() {
        let mut records = MockAccountRecords::new();
        records.expect_keys().returning(|_, _, _| Ok(vec![]));
        records.expect_sessions().returning(|_, _, _, _| Err(StoreError::Unavailable(cause())));
        let mut download = download(records, SessionPolicy::DEFAULT);
        assert!(matches!(download.next().await, Ok(Some(DataPage::Keys(_)))));
        let failed = download.next().await;
        assert!(matches!(failed, Err(Fault::Unavailable(_))), "{failed:?}");
        assert!(matches!(download.next().await, Ok(None)));
    }
}
