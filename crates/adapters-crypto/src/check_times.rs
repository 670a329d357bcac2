//! How long a check takes by the cost of the hash, so that the time of a refusal does not tell which cost a user's hash has.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::argon2_cost::Argon2Cost;

/// The time of checks, averaged for each cost that was met since the process started.
#[derive(Default)]
pub(crate) struct CheckTimes {
    by_cost: Mutex<Vec<(Argon2Cost, Duration)>>,
}

impl CheckTimes {
    /// More costs than a store goes through in its life; further ones are not averaged.
    const MOST: usize = 16;

    /// Counts a check, and returns how much shorter it was than one at the costliest hash.
    pub(crate) fn missing(&self, cost: Argon2Cost, took: Duration) -> Duration {
        let mut by_cost = self.by_cost.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, average)) = by_cost.iter_mut().find(|(known, _)| *known == cost) {
            *average = (*average * 7 + took) / 8;
        } else if by_cost.len() < Self::MOST {
            by_cost.push((cost, took));
        }
        Self::longest(&by_cost).saturating_sub(took)
    }

    #[cfg(test)]
    pub(crate) fn costliest(&self) -> Duration {
        Self::longest(&self.by_cost.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn longest(by_cost: &[(Argon2Cost, Duration)]) -> Duration {
        by_cost.iter().map(|(_, average)| *average).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    fn cost(memory_kib: u32) -> Argon2Cost {
        Argon2Cost::new(memory_kib, 1, 1).expect("within the bounds")
    }

    #[test]
    fn a_cheap_check_lacks_the_time_of_a_costly_one() {
        let times = CheckTimes::default();
        assert_eq!(times.missing(cost(8), MILLI), Duration::ZERO, "no other cost was met");
        assert_eq!(times.missing(cost(64), 8 * MILLI), Duration::ZERO);
        assert_eq!(times.missing(cost(8), MILLI), 7 * MILLI);
        assert_eq!(times.missing(cost(64), 16 * MILLI), Duration::ZERO);
        assert_eq!(times.missing(cost(8), MILLI), 8 * MILLI, "the average moves by an eighth");
    }
}
