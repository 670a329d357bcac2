//! The port `HashSchemeStore`.

use std::collections::BTreeMap;

use async_trait::async_trait;
use doorward_domain::HashParameters;
use doorward_domain::ports::{HashSchemeStore, StoreError};

use crate::dialect::Dialect;
use crate::row::Columns;
use crate::statements;
use crate::store::SqlStore;
use crate::value::Value::Text;

#[async_trait]
impl<DB: Dialect> HashSchemeStore for SqlStore<DB> {
    async fn note_parameters(&self, parameters: &HashParameters) -> Result<(), StoreError> {
        self.pools.write(statements::NOTE_PARAMETERS, &[Text(parameters.as_str())]).await.map(drop)
    }

    async fn parameters(&self) -> Result<Vec<HashParameters>, StoreError> {
        let parameters = |row: &DB::Row| row.text("parameters").map(HashParameters::restore);
        self.pools.read_all(statements::LIST_PARAMETERS, &[], parameters).await
    }

    async fn forget_parameters(&self, parameters: &HashParameters) -> Result<bool, StoreError> {
        let values = [Text(parameters.as_str())];
        // Looked for on a reader first, since it may look at every key.
        if self.pools.read(statements::FIND_KEY_OF_PARAMETERS, &values, |_| Ok(())).await?.is_some() {
            return Ok(false);
        }
        Ok(self.pools.write(statements::FORGET_PARAMETERS, &values).await? > 0)
    }

    async fn count_keys_by_scheme(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let count = |row: &DB::Row| Ok((row.text("scheme")?, row.number("keys")?));
        let counts = self.pools.read_all(DB::COUNT_KEYS_BY_SCHEME, &[], count).await?;
        let mut by_scheme: BTreeMap<String, u64> = BTreeMap::new();
        for (scheme, keys) in counts {
            // bcrypt's own form has a version in place of its name.
            let scheme = if scheme.starts_with('2') { "bcrypt".to_owned() } else { scheme };
            *by_scheme.entry(scheme).or_default() += u64::try_from(keys).unwrap_or_default();
        }
        Ok(by_scheme.into_iter().collect())
    }
}
