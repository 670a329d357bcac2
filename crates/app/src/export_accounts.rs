//! Exporting accounts: hands on every account of a store, as it was at one instant.

use std::sync::Arc;

use doorward_domain::Timestamp;
use doorward_domain::ports::{Account, AccountArchive, AccountSnapshot, Clock, StoreError};
use thiserror::Error;

/// Exports all accounts.
pub struct ExportAccounts {
    archive: Arc<dyn AccountArchive>,
    clock: Arc<dyn Clock>,
}

/// How many records were exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Users.
    pub users: u64,
    /// Their keys.
    pub keys: u64,
    /// Their live sessions.
    pub sessions: u64,
}

impl ExportAccounts {
    /// Users a page: their keys, sessions and sign-in events are in memory with them.
    const PAGE: u32 = 500;

    /// The use case on these ports.
    #[must_use]
    pub fn new(archive: Arc<dyn AccountArchive>, clock: Arc<dyn Clock>) -> Self {
        Self { archive, clock }
    }

    /// Opens a snapshot of all accounts.
    ///
    /// # Errors
    /// [`StoreError`] where the store fails.
    pub async fn open(&self) -> Result<OpenExport, StoreError> {
        let mut snapshot = self.archive.snapshot().await?;
        let users = snapshot.count().await?;
        Ok(OpenExport { snapshot, users, now: self.clock.now() })
    }
}

/// All accounts of a store, as they were when it was opened.
pub struct OpenExport {
    snapshot: Box<dyn AccountSnapshot>,
    /// How many users there are.
    pub users: u64,
    now: Timestamp,
}

impl OpenExport {
    /// Hands each account to `write`, in the order of the users' ids. Without `sessions` they are left out.
    ///
    /// # Errors
    /// [`ExportError`] where the store fails or `write` does; the export ends there.
    pub async fn run<E>(
        mut self,
        sessions: bool,
        mut write: impl FnMut(&Account) -> Result<(), E> + Send,
    ) -> Result<Exported, ExportError<E>> {
        let mut exported = Exported::default();
        loop {
            let accounts = self.snapshot.next(self.now, ExportAccounts::PAGE).await?;
            if accounts.is_empty() {
                return Ok(exported);
            }
            for mut account in accounts {
                if !sessions {
                    account.sessions.clear();
                }
                write(&account).map_err(ExportError::Write)?;
                exported.users += 1;
                exported.keys += account.keys.len() as u64;
                exported.sessions += account.sessions.len() as u64;
            }
        }
    }
}

/// An export ended early.
#[derive(Debug, Error)]
pub enum ExportError<E> {
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An account could not be written.
    #[error("an account could not be written")]
    Write(E),
}
