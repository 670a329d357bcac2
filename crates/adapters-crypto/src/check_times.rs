//! How long a check takes by the cost of the hash, so that the time of a refusal does not tell which cost a user's hash has.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::schemes::CheckCost;

/// The time of one hash, averaged for each cost that was met since the process started.
#[derive(Default)]
pub(crate) struct CheckTimes {
    by_cost: Mutex<Vec<(CheckCost, Duration)>>,
}

impl CheckTimes {
    /// More costs than a store goes through in its life. Beyond that the longest times stay.
    const MOST: usize = 64;

    /// Counts a check of so many hashes, and returns how much shorter it was than as many of the costliest.
    pub(crate) fn missing(&self, cost: CheckCost, hashes: u32, took: Duration) -> Duration {
        let mut by_cost = self.by_cost();
        let each = took / hashes.max(1);
        if let Some((_, average)) = by_cost.iter_mut().find(|(known, _)| *known == cost) {
            *average = (*average * 7 + each) / 8;
        } else if by_cost.len() < Self::MOST {
            by_cost.push((cost, each));
        } else if let Some(shortest) = by_cost.iter_mut().min_by_key(|(_, average)| *average)
            && shortest.1 < each
        {
            *shortest = (cost, each);
        }
        (Self::longest(&by_cost) * hashes).saturating_sub(took)
    }

    /// Whether the time of this cost is known.
    pub(crate) fn knows(&self, cost: CheckCost) -> bool {
        self.by_cost().iter().any(|(known, _)| *known == cost)
    }

    /// Forgets the times of all other costs.
    pub(crate) fn retain(&self, is_kept: impl Fn(CheckCost) -> bool) {
        self.by_cost().retain(|(cost, _)| is_kept(*cost));
    }

    fn by_cost(&self) -> MutexGuard<'_, Vec<(CheckCost, Duration)>> {
        self.by_cost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(crate) fn costliest(&self) -> Duration {
        Self::longest(&self.by_cost())
    }

    fn longest(by_cost: &[(CheckCost, Duration)]) -> Duration {
        by_cost.iter().map(|(_, average)| *average).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schemes::Digest;

    const MILLI: Duration = Duration::from_millis(1);

    const CHEAP: CheckCost = CheckCost::Bcrypt { cost: 4 };
    const DEAR: CheckCost = CheckCost::Bcrypt { cost: 7 };

    #[test]
    fn a_cheap_check_lacks_the_time_of_a_costly_one() {
        let times = CheckTimes::default();
        assert_eq!(times.missing(CHEAP, 1, MILLI), Duration::ZERO, "no other cost was met");
        assert_eq!(times.missing(DEAR, 1, 8 * MILLI), Duration::ZERO);
        assert_eq!(times.missing(CHEAP, 1, MILLI), 7 * MILLI);
        assert_eq!(times.missing(DEAR, 1, 16 * MILLI), Duration::ZERO);
        assert_eq!(times.missing(CHEAP, 1, MILLI), 8 * MILLI, "the average moves by an eighth");
    }

    #[test]
    fn a_check_of_two_hashes_lacks_the_time_of_two_costly_ones() {
        let times = CheckTimes::default();
        times.missing(DEAR, 2, 16 * MILLI);
        assert_eq!(times.costliest(), 8 * MILLI);
        assert_eq!(times.missing(CHEAP, 2, 2 * MILLI), 14 * MILLI);
        assert_eq!(times.missing(CHEAP, 1, MILLI), 7 * MILLI);
    }

    #[test]
    fn the_longest_times_stay_where_there_are_too_many_costs() {
        let times = CheckTimes::default();
        let cost = |rounds| CheckCost::Pbkdf2 { digest: Digest::Sha256, rounds };
        for rounds in 1..=100 {
            times.missing(cost(rounds), 1, MILLI * u32::try_from(rounds).expect("small"));
        }
        assert_eq!(times.costliest(), 100 * MILLI);
        assert_eq!(times.by_cost().len(), CheckTimes::MOST);
        assert!(times.knows(cost(100)) && !times.knows(cost(1)));
    }
}
