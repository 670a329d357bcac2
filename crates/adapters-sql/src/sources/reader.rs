//! Reads a source on a task of its own, which hands on accounts in batches.

use async_trait::async_trait;
use doorward_domain::ports::{AccountSource, SourceAccount, SourceError};
use futures_util::TryStreamExt;
use tokio::sync::mpsc;

use super::database::ForeignConnection;
use super::open::unreadable;
use super::options::{ForeignSystem, OpenSource, SourceOptions};
use super::plan::{Plan, Rows};
use super::row::{Kind, Row};
use super::{better_auth, lucia_v2, lucia_v3};

/// Accounts of a batch.
const BATCH: usize = 1_000;

/// Batches that are read while others are converted and written.
const READ_AHEAD: usize = 10;

type Batch = Result<Vec<SourceAccount>, SourceError>;

/// The receiving end of the task.
struct Reader {
    place: String,
    passes: mpsc::Sender<mpsc::Sender<Batch>>,
    batches: Option<mpsc::Receiver<Batch>>,
}

/// Begins the transaction, finds the tables, and starts the task.
pub(super) async fn start<C: ForeignConnection>(
    mut connection: C,
    system: ForeignSystem,
    options: SourceOptions,
    place: String,
) -> Result<OpenSource, SourceError> {
    connection.number(C::BEGIN.to_owned()).await.map_err(|error| unreadable(&place, error))?;
    let plan = match system {
        ForeignSystem::LuciaV2 => lucia_v2::plan(&mut connection, &options, &place).await?,
        ForeignSystem::LuciaV3 => lucia_v3::plan(&mut connection, &options, &place).await?,
        ForeignSystem::BetterAuth => better_auth::plan(&mut connection, &options, &place).await?,
    };
    let (tables, session_ids) = (plan.tables.clone(), plan.session_ids);
    let (passes, requests) = mpsc::channel(1);
    tokio::spawn(serve(connection, plan, place.clone(), requests));
    Ok(OpenSource { accounts: Box::new(Reader { place, passes, batches: None }), tables, session_ids })
}

#[async_trait]
impl AccountSource for Reader {
    async fn restart(&mut self) -> Result<(), SourceError> {
        let (batches, received) = mpsc::channel(READ_AHEAD);
        self.batches = Some(received);
        self.passes.send(batches).await.map_err(|_| unreadable(&self.place, "its connection is closed"))
    }

    async fn next(&mut self) -> Result<Vec<SourceAccount>, SourceError> {
        let Some(batches) = &mut self.batches else { return Ok(vec![]) };
        batches.recv().await.unwrap_or_else(|| Err(unreadable(&self.place, "its reader ended early")))
    }
}

/// Reads the source once for each request, until no receiver is left.
async fn serve<C: ForeignConnection>(
    mut connection: C,
    plan: Plan,
    place: String,
    mut requests: mpsc::Receiver<mpsc::Sender<Batch>>,
) {
    while let Some(batches) = requests.recv().await {
        if let Err(error) = pass(&mut connection, &plan, &batches).await {
            let _ = batches.send(Err(unreadable(&place, error))).await;
        }
    }
    let _ = connection.close().await;
}

/// Reads the source once. It ends early when the receiver is gone.
async fn pass<C: ForeignConnection>(
    connection: &mut C,
    plan: &Plan,
    batches: &mpsc::Sender<Batch>,
) -> sqlx::Result<()> {
    let mut rows = connection.rows(plan.sql::<C>());
    let mut batch = Vec::with_capacity(BATCH);
    let mut current: Option<Rows> = None;
    while let Some(bytes) = rows.try_next().await? {
        let malformed =
            || sqlx::Error::Protocol("a row of the source is not of the form that was asked for".to_owned());
        let (kind, row) = Row::parse(bytes).ok_or_else(malformed)?;
        if kind == Kind::User {
            batch.extend(current.replace(Rows::of(row)).map(&plan.account));
        } else if let Some(rows) = &mut current
            && row.user().is_some()
            && row.user() == rows.user.user()
        {
            rows.add(kind, row);
        }
        if batch.len() == BATCH && batches.send(Ok(std::mem::take(&mut batch))).await.is_err() {
            return Ok(());
        }
    }
    batch.extend(current.map(&plan.account));
    // An empty batch is the end.
    for batch in [batch, vec![]] {
        let _ = batches.send(Ok(batch)).await;
    }
    Ok(())
}
