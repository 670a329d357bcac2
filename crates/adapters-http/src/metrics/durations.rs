//! A histogram of durations without a lock; prometheus-client's own histogram takes one.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::{MetricEncoder, NoLabelSet};

/// The upper bounds of the buckets, in microseconds: the low ones for validations, the middle ones for hashes, the high ones
/// for requests that take too long.
const BOUNDS_MICROS: [u64; 8] = [1_000, 5_000, 25_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000];

/// The histogram.
#[derive(Debug, Default)]
pub(super) struct Durations {
    /// One count for each bound, and one for longer durations.
    buckets: [AtomicU64; BOUNDS_MICROS.len() + 1],
    sum_nanos: AtomicU64,
}

impl Durations {
    pub(super) fn observe(&self, duration: Duration) {
        let bucket = BOUNDS_MICROS.iter().position(|bound| duration <= Duration::from_micros(*bound));
        self.buckets[bucket.unwrap_or(BOUNDS_MICROS.len())].fetch_add(1, Ordering::Relaxed);
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        self.sum_nanos.fetch_add(nanos, Ordering::Relaxed);
    }

    pub(super) fn any(&self) -> bool {
        self.buckets.iter().any(|count| count.load(Ordering::Relaxed) > 0)
    }

    /// Writes the histogram in seconds.
    pub(super) fn encode(&self, mut encoder: MetricEncoder) -> fmt::Result {
        let bounds = BOUNDS_MICROS.iter().map(|bound| Duration::from_micros(*bound).as_secs_f64());
        let bounds = bounds.chain(std::iter::once(f64::INFINITY));
        let counts = self.buckets.iter().map(|count| count.load(Ordering::Relaxed));
        let buckets: Vec<_> = bounds.zip(counts).collect();
        // The sum of the counts that are written: another thread may add to the histogram meanwhile.
        let count = buckets.iter().map(|(_, count)| count).sum();
        let sum = Duration::from_nanos(self.sum_nanos.load(Ordering::Relaxed)).as_secs_f64();
        encoder.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
    }
}

#[cfg(test)]
mod tests {
    use prometheus_client::encoding::{EncodeMetric, prometheus_text};
    use prometheus_client::metrics::MetricType;
    use prometheus_client::registry::Registry;

    use super::*;

    #[derive(Debug)]
    struct Took(Durations);

    impl EncodeMetric for Took {
        fn encode(&self, encoder: MetricEncoder) -> fmt::Result {
            self.0.encode(encoder)
        }

        fn metric_type(&self) -> MetricType {
            MetricType::Histogram
        }
    }

    #[test]
    fn a_duration_counts_in_every_bucket_that_it_fits_into() {
        let durations = Durations::default();
        for millis in [0, 1, 2, 25, 4_999, 5_001] {
            durations.observe(Duration::from_millis(millis));
        }
        let mut registry = Registry::default();
        registry.register("took", "How long it took", Took(durations));
        let mut text = String::new();
        prometheus_text::encode(&mut text, &registry).expect("a text");
        let lines = [
            r#"took_bucket{le="0.001"} 2"#,
            r#"took_bucket{le="0.005"} 3"#,
            r#"took_bucket{le="0.025"} 4"#,
            r#"took_bucket{le="0.1"} 4"#,
            r#"took_bucket{le="0.25"} 4"#,
            r#"took_bucket{le="0.5"} 4"#,
            r#"took_bucket{le="1"} 4"#,
            r#"took_bucket{le="5"} 5"#,
            r#"took_bucket{le="+Inf"} 6"#,
            "took_sum 10.028",
            "took_count 6",
        ];
        assert_eq!(text.lines().skip(2).collect::<Vec<_>>(), lines);
    }
}
