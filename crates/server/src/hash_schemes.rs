//! Keeps the hasher informed of the schemes and costs of the hashes in the store, so that a refused login takes as long as at
//! the costliest of them.

use std::sync::Arc;
use std::time::Duration;

use doorward_adapters_crypto::Argon2idHasher;
use doorward_domain::error_chain;
use doorward_domain::ports::{HashSchemeStore, StoreError};

/// How soon the server knows of schemes that an import beside it brought.
const INTERVAL: Duration = Duration::from_mins(1);
/// Every so many intervals it looks for schemes that no key has any more, which may read every key.
const INTERVALS_OF_SWEEP: u32 = 60;

/// Looks at once, and then every minute.
pub(crate) async fn follow_regularly(hasher: Arc<Argon2idHasher>, schemes: Arc<dyn HashSchemeStore>) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for tick in 0_u32.. {
        ticks.tick().await;
        if let Err(error) = follow(&hasher, &*schemes, tick).await {
            tracing::debug!(error = error_chain(&error), "the schemes of password hashes could not be read");
        }
    }
}

async fn follow(hasher: &Argon2idHasher, schemes: &dyn HashSchemeStore, tick: u32) -> Result<(), StoreError> {
    let own = hasher.parameters();
    let mut present = schemes.parameters().await?;
    if !present.contains(&own) {
        // A later start at another cost finds it, and measures it before the first login meets it.
        schemes.note_parameters(&own).await?;
    }
    if tick % INTERVALS_OF_SWEEP == INTERVALS_OF_SWEEP - 1 {
        let mut kept = Vec::with_capacity(present.len());
        for parameters in present {
            if parameters == own || !schemes.forget_parameters(&parameters).await? {
                kept.push(parameters);
            }
        }
        present = kept;
    }
    hasher.measure_checks(&present).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use doorward_adapters_crypto::Argon2Cost;
    use doorward_domain::HashParameters;
    use doorward_domain::ports::MockHashSchemeStore;

    use super::*;

    #[tokio::test]
    async fn the_cost_in_force_is_noted_and_what_no_key_has_is_forgotten_at_last() {
        let cost = Argon2Cost::new(8, 1, 1).expect("within the bounds");
        let hasher = Argon2idHasher::start(cost, NonZeroUsize::MIN).expect("a thread");
        let own = hasher.parameters();
        let bcrypt = HashParameters::restore("$2b$04$".into());
        let mut schemes = MockHashSchemeStore::new();
        schemes.expect_parameters().returning(move || Ok(vec![HashParameters::restore("$2b$04$".into())]));
        schemes.expect_note_parameters().withf(move |noted| *noted == own).times(2).returning(|_| Ok(()));
        schemes.expect_forget_parameters().withf(move |which| *which == bcrypt).times(1).returning(|_| Ok(true));
        follow(&hasher, &schemes, 0).await.expect("a store that answers");
        assert_eq!(hasher.load().done, 1, "bcrypt was measured");
        follow(&hasher, &schemes, INTERVALS_OF_SWEEP - 1).await.expect("a store that answers");
    }
}
