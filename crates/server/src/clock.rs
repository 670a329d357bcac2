//! The system's clock as the port `Clock`.

use std::time::{SystemTime, UNIX_EPOCH};

use doorward_domain::Timestamp;
use doorward_domain::ports::Clock;

/// The time of day as the operating system has it.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the adapter that the time of day comes through")]
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::MIN.plus(since_epoch)
    }
}
