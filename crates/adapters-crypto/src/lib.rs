//! Password hashes, the threads that compute them, and randomness: the ports `PasswordHasher` and `TokenGenerator` of
//! the domain, on Argon2id, the schemes of other systems and the operating system's source of randomness.
//!
//! Hash schemes, their threads and the source of randomness are here. Users and headers are not.

mod argon2_cost;
mod check_times;
mod cookie_signer;
mod digest;
mod hashing_pool;
mod import;
mod password_hasher;
mod randomness;
mod schemes;
mod token_generator;
mod working_memory;

pub use argon2_cost::{Argon2Cost, InvalidArgon2Cost};
pub use cookie_signer::{BetterAuthSigner, EmptySecret};
pub use digest::sha256;
pub use hashing_pool::HashingLoad;
pub use import::ForeignHashReader;
pub use password_hasher::{Argon2idHasher, StartError};
pub use token_generator::OsTokenGenerator;
