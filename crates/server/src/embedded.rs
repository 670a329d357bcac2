//! Doorward inside another program: its routes without a listener.

use std::sync::Arc;

use doorward_adapters_http::Pipeline;
use doorward_adapters_sql::Store;
use doorward_app::SessionUses;
use prometheus_client::metrics::counter::Counter;
use tokio::task::JoinHandle;

use crate::clock::SystemClock;
use crate::logging::DroppedLines;
use crate::server::{Core, StartError, local_origin, sweep_regularly, write_uses, write_uses_regularly};
use crate::settings::Settings;

/// The routes and pages of Doorward for an app in Poem that serves them itself.
///
/// The app's listener takes the place of Doorward's, so its limits of connections and time-outs are the app's. There is no
/// admin API: the app is in the same process as the use cases, and commands work beside it.
pub struct Embedded {
    endpoint: Arc<Pipeline>,
    store: Store,
    session_uses: Arc<SessionUses>,
    background: [JoinHandle<()>; 2],
}

impl Embedded {
    /// Opens the store, starts the threads that hash, and sweeps expired records regularly. `DOORWARD_LISTEN`,
    /// `DOORWARD_METRICS_LISTEN` and `DOORWARD_ADMIN_LISTEN` have no effect.
    ///
    /// # Errors
    /// [`StartError`] says in one line what stands in the way.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        let public_origin = settings.public_origin.clone().unwrap_or_else(|| local_origin(&settings.listen));
        let core = Core::start(settings, &public_origin, Arc::new(SystemClock), DroppedLines::default());
        let core = Box::pin(core).await?;
        let sweeping = tokio::spawn(sweep_regularly(core.sweep, Counter::default()));
        let noting = tokio::spawn(write_uses_regularly(Arc::clone(&core.session_uses)));
        Ok(Self {
            endpoint: Arc::new(core.endpoint),
            store: core.store,
            session_uses: core.session_uses,
            background: [sweeping, noting],
        })
    }

    /// Every route and page, to be mounted without a prefix.
    #[must_use]
    pub fn endpoint(&self) -> Arc<Pipeline> {
        Arc::clone(&self.endpoint)
    }

    /// Closes the store. Requests that come later are 503.
    pub async fn close(self) {
        self.background.iter().for_each(JoinHandle::abort);
        write_uses(&self.session_uses).await;
        self.store.close().await;
    }
}
