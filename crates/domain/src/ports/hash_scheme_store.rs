//! Which schemes and costs the password hashes in a store have.

use async_trait::async_trait;

use super::errors::StoreError;
use crate::HashParameters;

/// Knows the parameters of the password hashes in a store, without looking at every key.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait HashSchemeStore: Send + Sync {
    /// Notes the parameters of new hashes. Those that were noted before stay.
    async fn note_parameters(&self, parameters: &HashParameters) -> Result<(), StoreError>;

    /// The parameters that were noted.
    async fn parameters(&self) -> Result<Vec<HashParameters>, StoreError>;

    /// Forgets these parameters if no key's hash has them, and tells whether it did. It looks at keys until it finds one.
    async fn forget_parameters(&self, parameters: &HashParameters) -> Result<bool, StoreError>;

    /// The number of keys by the scheme of their hashes, such as `argon2id`. It looks at every key.
    async fn count_keys_by_scheme(&self) -> Result<Vec<(String, u64)>, StoreError>;
}
