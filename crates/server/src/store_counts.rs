//! How many users and live sessions the store has, for the metrics. A count reads a whole index, so one runs at a time, at
//! most once a minute, and a scrape waits for it only briefly.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use doorward_domain::error_chain;
use doorward_domain::ports::{Clock, StoreCounts, StoreProbe};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::gauge::ConstGauge;
use tokio::time::{Instant, timeout};

/// How long a count is shown before the next one.
const INTERVAL: Duration = Duration::from_mins(1);
/// A count that took long is shown for so many times as long: counting takes at most a hundredth of the time.
const SHARE: u32 = 100;
/// How long a scrape waits for a count. A slower one is in the next scrape.
const PATIENCE: Duration = Duration::from_secs(1);

/// The latest count of a store.
pub(crate) struct LatestCounts {
    probe: Arc<dyn StoreProbe>,
    clock: Arc<dyn Clock>,
    /// Held while a count runs; when the next one is due.
    due: Arc<tokio::sync::Mutex<Option<Instant>>>,
    /// `None` before the first count and after one that failed.
    latest: Arc<Mutex<Option<StoreCounts>>>,
}

impl LatestCounts {
    pub(crate) fn new(probe: Arc<dyn StoreProbe>, clock: Arc<dyn Clock>) -> Self {
        Self { probe, clock, due: Arc::default(), latest: Arc::default() }
    }

    /// Counts again where that is due, and returns when it is done or has taken a second.
    pub(crate) async fn refresh(&self) {
        let Ok(mut due) = Arc::clone(&self.due).try_lock_owned() else { return };
        let began = Instant::now();
        if due.is_some_and(|due| began < due) {
            return;
        }
        let (probe, latest, now) = (Arc::clone(&self.probe), Arc::clone(&self.latest), self.clock.now());
        // In a task of its own, since a scraper that hangs up must not stop a count half-way and start another.
        let counting = tokio::spawn(async move {
            let counted = probe.count(now).await;
            if let Err(error) = &counted {
                tracing::debug!(error = error_chain(error), "the users and sessions could not be counted");
            }
            *latest.lock().unwrap_or_else(PoisonError::into_inner) = counted.ok();
            let ended = Instant::now();
            *due = Some(ended + INTERVAL.max((ended - began) * SHARE));
        });
        // Where it is not done in time, the next scrape shows it.
        let _ = timeout(PATIENCE, counting).await;
    }

    fn latest(&self) -> Option<StoreCounts> {
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What describes the counts to Prometheus.
    pub(crate) fn collector(self: &Arc<Self>) -> Box<dyn Collector> {
        Box::new(Counts(Arc::clone(self)))
    }
}

struct Counts(Arc<LatestCounts>);

impl fmt::Debug for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.latest().fmt(f)
    }
}

impl Collector for Counts {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let Some(StoreCounts { users, live_sessions }) = self.0.latest() else { return Ok(()) };
        let mut write = |name, help, number: u64| {
            let gauge = ConstGauge::new(i64::try_from(number).unwrap_or(i64::MAX));
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)
        };
        write("doorward_users", "Users in the store", users)?;
        write("doorward_sessions_live", "Active and idle sessions in the store", live_sessions)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use async_trait::async_trait;
    use doorward_domain::Timestamp;
    use doorward_domain::ports::{MockClock, StoreError};

    use super::*;

    /// A store whose counts take this long, and which has one user more at each.
    struct Slow(Duration, AtomicU64);

    #[async_trait]
    impl StoreProbe for Slow {
        async fn ping(&self) -> Result<(), StoreError> {
            Ok(())
        }

        async fn count(&self, _: Timestamp) -> Result<StoreCounts, StoreError> {
            tokio::time::sleep(self.0).await;
            let users = self.1.fetch_add(1, Ordering::SeqCst) + 1;
            if users == 3 { Err(StoreError::Unavailable("as the test has it".into())) } else { Ok(counts(users)) }
        }
    }

    fn counts(users: u64) -> StoreCounts {
        StoreCounts { users, live_sessions: 0 }
    }

    fn on_a_store_that_takes(duration: Duration) -> LatestCounts {
        let mut clock = MockClock::new();
        clock.expect_now().return_const(Timestamp::MIN);
        LatestCounts::new(Arc::new(Slow(duration, AtomicU64::new(0))), Arc::new(clock))
    }

    #[tokio::test(start_paused = true)]
    async fn a_count_is_shown_for_a_minute_and_not_after_one_that_failed() {
        let latest = on_a_store_that_takes(Duration::from_millis(1));
        for (wait, users) in [(0, Some(1)), (59, Some(1)), (1, Some(2)), (60, None), (60, Some(4))] {
            tokio::time::advance(Duration::from_secs(wait)).await;
            latest.refresh().await;
            assert_eq!(latest.latest(), users.map(counts), "after {wait} seconds");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_scrape_waits_a_second_at_most_and_starts_no_second_count() {
        let latest = on_a_store_that_takes(Duration::from_secs(4));
        let began = Instant::now();
        for _ in 0..4 {
            latest.refresh().await;
            assert_eq!(latest.latest(), None);
        }
        assert_eq!(began.elapsed(), PATIENCE, "the later scrapes do not wait");
        tokio::time::sleep(Duration::from_secs(4)).await;
        assert_eq!(latest.latest(), Some(counts(1)));
        for (wait, users) in [(398, 1), (2, 1), (5, 2)] {
            tokio::time::sleep(Duration::from_secs(wait)).await;
            latest.refresh().await;
            assert_eq!(latest.latest(), Some(counts(users)), "after {wait} seconds");
        }
    }
}
