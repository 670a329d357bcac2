//! Importing accounts: finds what cannot be imported, then writes the rest, a batch of whole accounts at a time.

mod convert;
mod duplicates;
mod finding;
mod instant;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use doorward_domain::ports::{
    Account, AccountSink, AccountSource, Clock, ExistingAccounts, HashReader, RandomnessError, SourceAccount,
    SourceError, SourceId, StoreError, TokenGenerator, WriteAccountsError,
};
use doorward_domain::{ImportReason, KeyId, UserId};
use thiserror::Error;

pub use convert::ImportOptions;
use convert::{Converted, Converter};
use duplicates::{Counted, Duplicates};
pub use finding::{Finding, Part};

/// Imports the accounts of another system.
pub struct ImportAccounts {
    hashes: Arc<dyn HashReader>,
    tokens: Arc<dyn TokenGenerator>,
    clock: Arc<dyn Clock>,
    options: ImportOptions,
}

/// Follows an import.
pub trait ImportObserver: Send {
    /// A part of an account is not imported as it is.
    fn found(&mut self, finding: Finding);

    /// So many users were read in this pass.
    fn progress(&mut self, pass: Pass, users: u64);

    /// Whether to stop after this batch.
    fn should_stop(&self) -> bool;
}

/// A pass over the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// Finds what cannot be imported, and writes nothing.
    Check,
    /// Writes.
    Write,
}

/// What was found in a source.
#[derive(Default)]
pub struct Checked {
    /// What can be imported.
    pub importable: Counts,
    /// How many findings there are of each reason.
    pub findings: BTreeMap<ImportReason, u64>,
    /// The most characters of a username that is too long.
    pub longest_username: usize,
    taken: u64,
    duplicates: Duplicates,
}

/// How many users, keys and sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Users.
    pub users: u64,
    /// Keys of these users.
    pub keys: u64,
    /// Live sessions of these users.
    pub sessions: u64,
}

impl Counts {
    fn add(&mut self, account: &Account) {
        self.users += 1;
        self.keys += account.keys.len() as u64;
        self.sessions += account.sessions.len() as u64;
    }
}

impl Checked {
    /// How many parts of accounts are refused.
    #[must_use]
    pub fn refusals(&self) -> u64 {
        self.findings.iter().filter(|(reason, _)| !reason.is_remark()).map(|(_, count)| count).sum()
    }

    /// How many users were imported before.
    #[must_use]
    pub fn already_imported(&self) -> u64 {
        self.findings.get(&ImportReason::AlreadyImported).copied().unwrap_or_default()
    }
}

/// What an import wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// What was written.
    pub written: Counts,
    /// Users who could be imported when the source was checked, and whose id or name was taken before they were written.
    pub taken_meanwhile: u64,
}

impl ImportAccounts {
    /// The use case on these ports.
    #[must_use]
    pub fn new(
        hashes: Arc<dyn HashReader>,
        tokens: Arc<dyn TokenGenerator>,
        clock: Arc<dyn Clock>,
        options: ImportOptions,
    ) -> Self {
        Self { hashes, tokens, clock, options }
    }

    /// Finds everything that stands in the way, and writes nothing.
    ///
    /// # Errors
    /// [`ImportError`] where the source or the store fails, or the observer stops it.
    pub async fn check(
        &self,
        source: &mut dyn AccountSource,
        sink: &dyn AccountSink,
        observer: &mut dyn ImportObserver,
    ) -> Result<Checked, ImportError> {
        let converter = self.converter();
        let (mut checked, mut counted, mut read) = (Checked::default(), Counted::default(), 0);
        source.restart().await?;
        loop {
            let batch = source.next().await?;
            if batch.is_empty() {
                break;
            }
            read += batch.len() as u64;
            for candidate in candidates(&converter, sink, batch).await? {
                candidate.report(&mut checked, observer);
                if let Some(account) = &candidate.account {
                    counted.add(account);
                    checked.importable.add(account);
                }
                checked.taken += u64::from(candidate.is_taken);
            }
            observer.progress(Pass::Check, read);
            stop_if_asked(observer)?;
        }
        checked.duplicates = counted.duplicates();
        if !checked.duplicates.is_empty() {
            self.report_duplicates(source, sink, &mut checked, observer).await?;
        }
        Ok(checked)
    }

    /// Reads the source once more for the names of those who share an id, a key or a session.
    async fn report_duplicates(
        &self,
        source: &mut dyn AccountSource,
        sink: &dyn AccountSink,
        checked: &mut Checked,
        observer: &mut dyn ImportObserver,
    ) -> Result<(), ImportError> {
        let converter = self.converter();
        checked.importable = Counts::default();
        source.restart().await?;
        loop {
            let batch = source.next().await?;
            if batch.is_empty() {
                return Ok(());
            }
            for mut candidate in candidates(&converter, sink, batch).await? {
                candidate.findings.clear();
                candidate.leave_out_duplicates(&checked.duplicates);
                candidate.report(checked, observer);
                if let Some(account) = &candidate.account {
                    checked.importable.add(account);
                }
            }
            stop_if_asked(observer)?;
        }
    }

    /// Writes what [`Self::check`] found importable. Users who are there already are left as they are, so that an import
    /// that was interrupted goes on when it is run again.
    ///
    /// # Errors
    /// [`ImportError`] where the source or the store fails, or the observer stops it. What was written before stays.
    pub async fn write(
        &self,
        source: &mut dyn AccountSource,
        sink: &dyn AccountSink,
        checked: &Checked,
        observer: &mut dyn ImportObserver,
    ) -> Result<Imported, ImportError> {
        let converter = self.converter();
        let (mut imported, mut read, mut size) = (Written::default(), 0, BatchSize::default());
        let mut waiting: Vec<Account> = Vec::new();
        source.restart().await?;
        loop {
            let batch = source.next().await?;
            let is_last = batch.is_empty();
            read += batch.len() as u64;
            for source in batch {
                let mut candidate = Candidate::new(&converter, source)?;
                candidate.leave_out_duplicates(&checked.duplicates);
                waiting.extend(candidate.account);
            }
            while waiting.len() >= size.accounts || (is_last && !waiting.is_empty()) {
                let rest = waiting.split_off(size.accounts.min(waiting.len()));
                let start = self.clock.now();
                self.write_batch(sink, std::mem::replace(&mut waiting, rest), &mut imported).await?;
                size.adapt(self.clock.now().since(start), sink.longest_write());
                observer.progress(Pass::Write, read);
                stop_if_asked(observer)?;
            }
            if is_last {
                let taken_meanwhile = imported.taken.saturating_sub(checked.taken);
                return Ok(Imported { written: imported.counts, taken_meanwhile });
            }
        }
    }

    /// Writes those of the accounts whose ids and keys are free. In most batches all are, so that the store is asked which
    /// exist only where the write finds one.
    async fn write_batch(
        &self,
        sink: &dyn AccountSink,
        mut accounts: Vec<Account>,
        written: &mut Written,
    ) -> Result<(), ImportError> {
        loop {
            match sink.write(&accounts).await {
                Ok(()) => {
                    for account in &accounts {
                        written.counts.add(account);
                    }
                    return Ok(());
                }
                Err(WriteAccountsError::Taken) => {}
                Err(WriteAccountsError::Store(error)) => return Err(error.into()),
            }
            let existing = Existing::of(sink, accounts.iter()).await?;
            accounts.retain_mut(|account| match existing.refusal(account) {
                None => true,
                Some((Part::Key, _)) => {
                    existing.leave_out_keys_of_others(account);
                    true
                }
                Some((_, ImportReason::AlreadyImported)) => false,
                Some(_) => {
                    written.taken += 1;
                    false
                }
            });
        }
    }

    fn converter(&self) -> Converter {
        Converter::new(self.hashes.clone(), self.tokens.clone(), self.options.clone(), self.clock.now())
    }
}

/// What was written so far.
#[derive(Default)]
struct Written {
    counts: Counts,
    taken: u64,
}

/// An account on its way into the store.
struct Candidate {
    line: Option<u64>,
    user_id: Option<String>,
    username: Option<String>,
    account: Option<Account>,
    findings: Vec<(Part, ImportReason)>,
    /// Whether another user of the store has the id or the name.
    is_taken: bool,
}

impl Candidate {
    fn new(converter: &Converter, source: SourceAccount) -> Result<Self, RandomnessError> {
        let line = source.line;
        let user_id = match &source.user_id {
            SourceId::Text(id) => Some(id.clone()),
            SourceId::New | SourceId::Missing => None,
        };
        let username = source.username.clone().or_else(|| source.login_name.clone());
        let Converted { account, findings } = converter.convert(source)?;
        Ok(Self { line, user_id, username, account, findings, is_taken: false })
    }

    fn report(&self, checked: &mut Checked, observer: &mut dyn ImportObserver) {
        for (part, reason) in &self.findings {
            *checked.findings.entry(*reason).or_default() += 1;
            if *reason == ImportReason::UsernameTooLong {
                let chars = self.username.as_ref().map_or(0, |name| name.chars().count());
                checked.longest_username = checked.longest_username.max(chars);
            }
            observer.found(Finding {
                line: self.line,
                user_id: self.user_id.clone(),
                username: self.username.clone(),
                part: *part,
                reason: *reason,
            });
        }
    }

    /// Judges the account by what the store has.
    fn compare(&mut self, existing: &Existing) {
        let Some(account) = &mut self.account else { return };
        match existing.refusal(account) {
            None => {}
            Some((part, ImportReason::AlreadyImported)) => {
                self.account = None;
                self.findings = vec![(part, ImportReason::AlreadyImported)];
            }
            Some((Part::Key, reason)) => {
                existing.leave_out_keys_of_others(account);
                self.findings.push((Part::Key, reason));
            }
            Some(finding) => {
                self.account = None;
                self.is_taken = true;
                self.findings.push(finding);
            }
        }
    }

    /// Leaves out what another account of the source has as well.
    fn leave_out_duplicates(&mut self, duplicates: &Duplicates) {
        let Some(account) = &mut self.account else { return };
        let own = account.user.username.key_id();
        // The id of a user who had none is made of the username.
        if self.user_id.is_some() && duplicates.has_user(&account.user.id) {
            self.findings.push((Part::User, ImportReason::UserIdDuplicate));
            self.account = None;
        } else if account.keys.iter().any(|key| key.id == own && duplicates.has_key(&key.id)) {
            self.findings.push((Part::User, ImportReason::UsernameTaken));
            self.account = None;
        } else {
            let (keys, sessions) = (account.keys.len(), account.sessions.len());
            account.keys.retain(|key| !duplicates.has_key(&key.id));
            account.sessions.retain(|live| !duplicates.has_token(live.session.token_hash));
            let refused = std::iter::repeat_n((Part::Key, ImportReason::KeyInvalid), keys - account.keys.len());
            self.findings.extend(refused);
            let refused = (Part::Session, ImportReason::SessionFormat);
            self.findings.extend(std::iter::repeat_n(refused, sessions - account.sessions.len()));
        }
    }
}

/// Converts accounts and compares them with what the store has.
async fn candidates(
    converter: &Converter,
    sink: &dyn AccountSink,
    batch: Vec<SourceAccount>,
) -> Result<Vec<Candidate>, ImportError> {
    let mut candidates =
        batch.into_iter().map(|source| Candidate::new(converter, source)).collect::<Result<Vec<_>, _>>()?;
    let existing = Existing::of(sink, candidates.iter().filter_map(|candidate| candidate.account.as_ref())).await?;
    for candidate in &mut candidates {
        candidate.compare(&existing);
    }
    Ok(candidates)
}

/// What the store has of some accounts.
struct Existing {
    usernames: HashMap<UserId, String>,
    owners: HashMap<KeyId, UserId>,
}

impl Existing {
    async fn of<'a>(
        sink: &dyn AccountSink,
        accounts: impl Iterator<Item = &'a Account> + Clone,
    ) -> Result<Self, StoreError> {
        // A set, since a source may have an id twice.
        let users: HashSet<UserId> = accounts.clone().map(|account| account.user.id.clone()).collect();
        let keys: HashSet<KeyId> = accounts.flat_map(|account| account.keys.iter().map(|key| key.id.clone())).collect();
        let (users, keys): (Vec<_>, Vec<_>) = (users.into_iter().collect(), keys.into_iter().collect());
        let ExistingAccounts { users, keys } = sink.find_existing(&users, &keys).await?;
        let usernames = users.into_iter().map(|(id, username)| (id, username.as_str().to_owned())).collect();
        Ok(Self { usernames, owners: keys.into_iter().collect() })
    }

    /// Why the account cannot be written as it is.
    fn refusal(&self, account: &Account) -> Option<(Part, ImportReason)> {
        let (id, username) = (&account.user.id, &account.user.username);
        if let Some(existing) = self.usernames.get(id) {
            let is_same =
                existing == username.as_str() || account.keys.iter().any(|key| self.owners.get(&key.id) == Some(id));
            let reason = if is_same { ImportReason::AlreadyImported } else { ImportReason::UserIdTaken };
            return Some((Part::User, reason));
        }
        let own = username.key_id();
        if account.keys.iter().any(|key| key.id == own && self.has_key_of_another(&key.id, id)) {
            return Some((Part::User, ImportReason::UsernameTaken));
        }
        let is_taken = account.keys.iter().any(|key| self.has_key_of_another(&key.id, id));
        is_taken.then_some((Part::Key, ImportReason::KeyInvalid))
    }

    fn leave_out_keys_of_others(&self, account: &mut Account) {
        let Account { user, keys, .. } = account;
        keys.retain(|key| !self.has_key_of_another(&key.id, &user.id));
    }

    fn has_key_of_another(&self, key: &KeyId, user: &UserId) -> bool {
        self.owners.get(key).is_some_and(|owner| owner != user)
    }
}

/// How many accounts are written at once.
struct BatchSize {
    accounts: usize,
}

impl BatchSize {
    /// The most accounts: some 60 MB in memory. A page of an index that several of them change is written once.
    const MOST: usize = 20_000;

    /// Goes towards batches of half the longest time and more.
    fn adapt(&mut self, took: Duration, longest: Duration) {
        if took > longest {
            self.accounts = (self.accounts / 2).max(1);
        } else if took < longest / 2 {
            self.accounts = (self.accounts * 2).min(Self::MOST);
        }
    }
}

impl Default for BatchSize {
    fn default() -> Self {
        Self { accounts: 500 }
    }
}

fn stop_if_asked(observer: &dyn ImportObserver) -> Result<(), ImportError> {
    if observer.should_stop() { Err(ImportError::Stopped) } else { Ok(()) }
}

/// An import ended early.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The source cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There was no randomness.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// The observer stopped it.
    #[error("the import was interrupted")]
    Stopped,
}

#[cfg(test)]
mod tests;
