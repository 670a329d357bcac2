//! The process as the system sees it, under the names of Prometheus's client libraries. Without `/proc` they are absent.

use std::fmt;
use std::fs;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::gauge::ConstGauge;
use rustix::process::{Resource, getrlimit};

#[derive(Debug)]
pub(crate) struct ProcessMetrics;

impl Collector for ProcessMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let mut write = |name, help, number: Option<u64>| {
            let Some(number) = number.and_then(|number| i64::try_from(number).ok()) else { return Ok(()) };
            let gauge = ConstGauge::new(number);
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)
        };
        let status = fs::read_to_string("/proc/self/status").ok();
        let resident = status.as_deref().and_then(resident_bytes);
        write("process_resident_memory_bytes", "Memory of the process that is in RAM", resident)?;
        write("process_open_fds", "Open file descriptors", open_descriptors())?;
        write("process_max_fds", "How many file descriptors may be open", getrlimit(Resource::Nofile).current)
    }
}

/// The resident memory in the text of `/proc/PID/status`.
fn resident_bytes(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1_024)
}

/// Without the one that lists them.
fn open_descriptors() -> Option<u64> {
    let listed = fs::read_dir("/proc/self/fd").ok()?.count();
    u64::try_from(listed).ok()?.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_in_kibibytes() {
        assert_eq!(resident_bytes("Name:\tdoorward\nVmHWM:\t  9000 kB\nVmRSS:\t   8124 kB\n"), Some(8_124 * 1_024));
        for text in ["", "VmRSS:\t 1 MB", "VmRSS: x kB"] {
            assert_eq!(resident_bytes(text), None, "{text}");
        }
    }
}
