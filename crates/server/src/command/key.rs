//! `doorward key`.

use clap::{Args, Subcommand};
use doorward_app::Fault;
use doorward_app::admin::{CreateKeyError, SetPasswordError, VerifyKeyError};
use doorward_domain::{KeyId, LoginName, PasswordPolicy, UserId, Username};

use super::context::{CommandContext, UserArgument};
use super::failure::{Failure, Kind};
use super::outcome::{List, More, Outcome};
use super::record::Record;
use super::{ask, audit};

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Give a user another key, without a password by default
    Add {
        #[command(flatten)]
        whose: UserArgument,

        #[command(flatten)]
        key: Which,

        /// Ask for a password on the terminal
        #[arg(long, group = "password-of-key")]
        password: bool,

        /// Read a password from standard input, one line
        #[arg(long, group = "password-of-key")]
        password_stdin: bool,
    },
    /// Show a key, and whether it has a password
    Show {
        #[command(flatten)]
        key: Which,
    },
    /// List the keys of a user
    List {
        #[command(flatten)]
        whose: UserArgument,
    },
    /// Count keys by the scheme of their hashes
    Schemes,
    /// Check the password of a key; exits with 77 if it is wrong
    Use {
        #[command(flatten)]
        key: Which,

        #[command(flatten)]
        given: Given,
    },
    /// Replace a key's password, and revoke its user's sessions
    SetPassword {
        #[command(flatten)]
        key: Which,

        #[command(flatten)]
        given: Given,
    },
    /// Delete a key, and revoke its user's sessions
    Delete {
        #[command(flatten)]
        key: Which,
    },
}

/// Which key.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The key, such as username:alice or github:583231
    ///
    /// A provider has 1 to 32 lower-case letters, digits, `-` and `_`; the id has 1 to 255 characters that show.
    #[arg(value_name = "PROVIDER:ID")]
    key: String,
}

impl Which {
    /// The id of a key that exists. A text without a colon is most often a username.
    fn id(&self) -> Result<KeyId, Failure> {
        KeyId::parse(&self.key).map_err(|error| match LoginName::parse(&self.key, Username::MOST_CHARS) {
            Ok(_) if !self.key.contains(':') => {
                Failure::with_suggestion(Kind::Data, "a key is PROVIDER:ID", &format!("username:{}", self.key))
            }
            _ => error.into(),
        })
    }
}

/// Where the password comes from: the terminal, unless an option says otherwise.
#[derive(Debug, Args)]
pub(crate) struct Given {
    /// Read the password from standard input, one line
    #[arg(long, conflicts_with = "no_password")]
    password_stdin: bool,

    /// No password at all
    #[arg(long)]
    no_password: bool,
}

pub(super) async fn run(context: &CommandContext, verb: Verb) -> Result<Outcome, Failure> {
    match verb {
        Verb::Add { whose, key, password, password_stdin } => {
            let id = KeyId::parse(&key.key)?;
            let user = context.user(&whose).await?;
            let password = (password || password_stdin).then(|| ask::password(password_stdin, true)).transpose()?;
            let key = context.admin.keys.create(id, &user.id, password.as_ref()).await;
            let key = key.map_err(|error| refused(error, &context.passwords))?;
            audit::note("key_added", Some(&user.id));
            Ok(Outcome::One(Record::of_key(&key)))
        }
        Verb::Show { key } => {
            let id = key.id()?;
            let key = context.admin.keys.get(&id).await?.ok_or_else(|| no_such(&id))?;
            Ok(Outcome::One(Record::of_key(&key)))
        }
        Verb::List { whose } => {
            let user = context.user(&whose).await?;
            let keys = context.admin.keys.list(&user.id).await?;
            let records = keys.iter().map(Record::of_key).collect();
            Ok(Outcome::Many(List { columns: &["keyId", "hasPassword", "createdAt"], records, more: More::No }))
        }
        Verb::Schemes => {
            let counts = context.hash_schemes.count_keys_by_scheme().await.map_err(Fault::from)?;
            let record =
                |(scheme, keys): (String, u64)| Record::new([("scheme", scheme.into()), ("keys", keys.into())]);
            let records = counts.into_iter().map(record).collect();
            Ok(Outcome::Many(List { columns: &["scheme", "keys"], records, more: More::No }))
        }
        Verb::Use { key, given } => {
            let id = key.id()?;
            let password = (!given.no_password).then(|| ask::password(given.password_stdin, false)).transpose()?;
            match context.admin.keys.verify(&id, password.as_ref()).await {
                Ok(key) => Ok(Outcome::One(Record::of_key(&key))),
                Err(VerifyKeyError::NoSuchKey) => Err(no_such(&id)),
                Err(VerifyKeyError::IncorrectPassword) => {
                    Err(Failure::new(Kind::Incorrect, format!("that is not the password of {}", id.as_str())))
                }
                Err(VerifyKeyError::Fault(fault)) => Err(fault.into()),
            }
        }
        Verb::SetPassword { key, given } => set_password(context, key.id()?, &given).await,
        Verb::Delete { key } => {
            let id = key.id()?;
            let user = user_of(context, &id).await?;
            if !context.admin.keys.delete(&id).await? {
                return Err(no_such(&id));
            }
            audit::note("key_deleted", user.as_ref());
            Ok(Outcome::One(Record::new([("keyId", id.as_str().into()), ("deleted", true.into())])))
        }
    }
}

async fn set_password(context: &CommandContext, id: KeyId, given: &Given) -> Result<Outcome, Failure> {
    let password = (!given.no_password).then(|| ask::password(given.password_stdin, true)).transpose()?;
    let user = user_of(context, &id).await?;
    match context.admin.keys.set_password(&id, password.as_ref()).await {
        Ok(()) => {
            audit::note("password_set", user.as_ref());
            Ok(Outcome::One(Record::new([("keyId", id.as_str().into()), ("hasPassword", password.is_some().into())])))
        }
        Err(SetPasswordError::NoSuchKey) => Err(no_such(&id)),
        Err(SetPasswordError::InvalidPassword(error)) => Err(Failure::from_password(error, &context.passwords)),
        Err(SetPasswordError::Fault(fault)) => Err(fault.into()),
    }
}

/// The user of a key, for the audit line.
async fn user_of(context: &CommandContext, id: &KeyId) -> Result<Option<UserId>, Failure> {
    Ok(context.admin.keys.get(id).await?.map(|key| key.user_id))
}

fn no_such(id: &KeyId) -> Failure {
    Failure::new(Kind::NotFound, format!("there is no key {:?}", id.as_str()))
}

fn refused(error: CreateKeyError, passwords: &PasswordPolicy) -> Failure {
    match error {
        CreateKeyError::NoSuchUser => Failure::new(Kind::NotFound, error.to_string()),
        CreateKeyError::NotTheirUsername => {
            Failure::new(Kind::Data, "the only `username:` key that a user can have is that of their own username")
        }
        CreateKeyError::KeyTaken => Failure::new(Kind::Taken, error.to_string()),
        CreateKeyError::InvalidPassword(error) => Failure::from_password(error, passwords),
        CreateKeyError::Fault(fault) => fault.into(),
    }
}
