//! Hash schemes: one file for each, and the stored hash that is of one of them.
//!
//! New hashes are Argon2id. The other schemes are verified so that users of other systems can sign in.

mod argon2;
mod bcrypt;
mod cost;
mod pbkdf2;
mod phc;
mod scrypt;
mod stored_hash;
mod unreadable;

pub(crate) use self::argon2::{dummy, hash};
pub(crate) use self::cost::CheckCost;
pub(crate) use self::pbkdf2::Digest;
pub(crate) use self::phc::{number, phc_string};
pub(crate) use self::stored_hash::{Check, StoredHash};
pub(crate) use self::unreadable::UnreadableHash;
