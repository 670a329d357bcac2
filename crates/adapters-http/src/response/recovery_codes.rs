//! Recovery codes in JSON.

use doorward_domain::OneTimeCode;
use doorward_domain::ports::UnusedCode;
use poem_openapi::Object;

use crate::response::time::InstantBody;

/// New recovery codes.
#[derive(Object)]
#[oai(rename = "NewCodes")]
pub(crate) struct RecoveryCodesBody {
    /// Ten codes. No other response shows them.
    codes: Vec<String>,
}

impl From<&[OneTimeCode]> for RecoveryCodesBody {
    fn from(codes: &[OneTimeCode]) -> Self {
        Self { codes: codes.iter().map(|code| code.expose().to_owned()).collect() }
    }
}

/// The unused recovery codes.
#[derive(Object)]
#[oai(rename = "CodesLeft", rename_all = "camelCase")]
pub(crate) struct RecoveryCodesLeftBody {
    /// How many codes the user has not used yet.
    left: u32,
    /// When they were created (RFC 3339, UTC); null where there are none.
    #[oai(nullable)]
    created_at: Option<InstantBody>,
}

impl From<&[UnusedCode]> for RecoveryCodesLeftBody {
    fn from(unused: &[UnusedCode]) -> Self {
        Self {
            left: unused.len().try_into().unwrap_or(u32::MAX),
            created_at: unused.first().map(|code| code.created_at.into()),
        }
    }
}
