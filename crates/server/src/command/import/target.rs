//! The store that is imported into. It is created only when something is written to it.

use std::sync::Arc;

use doorward_adapters_sql::{Store, StoreState, StoreUrl};
use doorward_domain::ports::AccountSink;

use super::super::failure::{Failure, Kind};
use crate::settings::Settings;

/// The store, or an empty one in its place where there is none yet.
pub(super) struct Target {
    store: Store,
    is_stand_in: bool,
}

impl Target {
    /// Opens the store for the first pass, which writes nothing.
    pub(super) async fn open_to_check(settings: &Settings, dry_run: bool) -> Result<Self, Failure> {
        let state = doorward_adapters_sql::look_at(&settings.store).await;
        match state.map_err(|error| Failure::from_store(&error))? {
            StoreState::Absent => {
                let empty: StoreUrl = "sqlite::memory:".parse().expect("the URL of a store in memory");
                Ok(Self { store: open(&empty).await?, is_stand_in: true })
            }
            // Its tables are made when it is opened.
            StoreState::Outdated(_) if dry_run => Err(Failure::new(
                Kind::Unavailable,
                "the store has no tables, or those of an earlier version; start the server on it once",
            )),
            StoreState::Outdated(_) | StoreState::Current => {
                Ok(Self { store: open(&settings.store).await?, is_stand_in: false })
            }
        }
    }

    /// The store itself, for the pass that writes.
    pub(super) async fn open_to_write(self, settings: &Settings) -> Result<Self, Failure> {
        if !self.is_stand_in {
            return Ok(self);
        }
        self.close().await;
        Ok(Self { store: open(&settings.store).await?, is_stand_in: false })
    }

    pub(super) fn sink(&self) -> Arc<dyn AccountSink> {
        self.store.sink()
    }

    pub(super) async fn close(self) {
        self.store.close().await;
    }
}

async fn open(url: &StoreUrl) -> Result<Store, Failure> {
    doorward_adapters_sql::connect(url).await.map_err(|error| Failure::from_store(&error))
}
