//! The stores on SQLite and PostgreSQL, through sqlx: the ports `UserStore`, `SessionStore`, `RecoveryStore`, `LinkStore`,
//! `AccountRecords`, `AccountSink`, `AccountArchive`, `HashSchemeStore`, `LoginThrottle` and `StoreProbe`.
//!
//! What both databases share is here: the statements, the steps of each port method (one file a port), and the meaning of a
//! row. What differs is in a folder for each: how a store is opened and migrated, how sessions are looked up, how an instant
//! is written, which errors are an outage. No rule of the domain is decided here, and no type of sqlx leaves the crate.

mod account_archive;
mod account_sink;
mod backend;
mod bulk;
mod checked_out;
mod connect_error;
mod dialect;
mod file_identity;
mod hash_schemes;
mod links;
mod lookups;
mod migrations;
mod pools;
mod postgres;
mod records;
mod recovery;
mod row;
mod sessions;
mod sources;
mod sqlite;
mod statements;
mod store;
mod store_state;
mod throttle;
mod url;
mod users;
mod value;

use std::sync::Arc;

use doorward_domain::ports::{
    AccountArchive, AccountRecords, AccountSink, HashSchemeStore, LinkStore, LoginThrottle, RecoveryStore,
    SessionStore, StoreProbe, UserStore,
};

pub use connect_error::ConnectError;
pub use sources::{AttributeColumns, ForeignSystem, OpenSource, SessionIds, SourceOptions, UsernameFrom, open_source};
pub use store_state::StoreState;
pub use url::{InvalidStoreUrl, StoreUrl};

use backend::Backend;
use url::Target;

/// Opens the store, brings its schema up to date, and returns once it can serve.
///
/// Any number of nodes may do this at the same time with one store.
///
/// # Errors
/// [`ConnectError`] says in one line what is wrong. A store that is refused because it is damaged, or because a newer
/// version of this program wrote it, is left as it was.
pub async fn connect(url: &StoreUrl) -> Result<Store, ConnectError> {
    match url.target() {
        Target::Sqlite(location) => Ok(Store(Arc::new(sqlite::connect(location).await?))),
        Target::Postgres(target) => Ok(Store(Arc::new(postgres::connect(&target.options).await?))),
    }
}

/// Opens a store that a server created, as [`connect`] does.
///
/// # Errors
/// [`ConnectError`], which is [`ConnectError::Missing`] where there is no store. Nothing is created then.
pub async fn connect_existing(url: &StoreUrl) -> Result<Store, ConnectError> {
    let missing = || ConnectError::Missing { store: url.to_string() };
    match url.target() {
        Target::Sqlite(location) => {
            let existing = location.existing().await.ok_or_else(missing)?;
            Ok(Store(Arc::new(sqlite::connect(&existing).await?)))
        }
        Target::Postgres(target) if !postgres::exists(&target.options).await? => Err(missing()),
        Target::Postgres(_) => connect(url).await,
    }
}

/// Looks at a store without changing it: a server with these settings would start on it.
///
/// # Errors
/// [`ConnectError`], as [`connect`] would have it, or [`ConnectError::Missing`] where a file must exist.
pub async fn look_at(url: &StoreUrl) -> Result<StoreState, ConnectError> {
    match url.target() {
        Target::Sqlite(location) => sqlite::look_at(location).await,
        Target::Postgres(target) => postgres::look_at(&target.options).await,
    }
}

/// An open store. Clones are the same store.
#[derive(Clone)]
pub struct Store(Arc<dyn Backend>);

impl Store {
    /// The users and keys in it.
    #[must_use]
    pub fn users(&self) -> Arc<dyn UserStore> {
        self.0.clone()
    }

    /// The sessions in it.
    #[must_use]
    pub fn sessions(&self) -> Arc<dyn SessionStore> {
        self.0.clone()
    }

    /// What it holds of each user, page by page.
    #[must_use]
    pub fn records(&self) -> Arc<dyn AccountRecords> {
        self.0.clone()
    }

    /// All accounts in it, to read.
    #[must_use]
    pub fn archive(&self) -> Arc<dyn AccountArchive> {
        self.0.clone()
    }

    /// Takes accounts of other stores and systems.
    #[must_use]
    pub fn sink(&self) -> Arc<dyn AccountSink> {
        self.0.clone()
    }

    /// The schemes and costs of its password hashes.
    #[must_use]
    pub fn hash_schemes(&self) -> Arc<dyn HashSchemeStore> {
        self.0.clone()
    }

    /// The recovery codes in it.
    #[must_use]
    pub fn recovery(&self) -> Arc<dyn RecoveryStore> {
        self.0.clone()
    }

    /// The password links and invitations in it.
    #[must_use]
    pub fn links(&self) -> Arc<dyn LinkStore> {
        self.0.clone()
    }

    /// The buckets in it.
    #[must_use]
    pub fn throttle(&self) -> Arc<dyn LoginThrottle> {
        self.0.clone()
    }

    /// Its sign of life.
    #[must_use]
    pub fn probe(&self) -> Arc<dyn StoreProbe> {
        self.0.clone()
    }

    /// Closes all connections, once the calls under way have ended. Every later call is answered with `Unavailable`.
    pub async fn close(&self) {
        self.0.close().await;
    }
}
