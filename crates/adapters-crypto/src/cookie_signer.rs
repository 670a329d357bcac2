//! The signature with which Better Auth's cookies end.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward_domain::ports::CookieSigner;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;

/// Signs session tokens as Better Auth does: the token, a dot, and the HMAC-SHA-256 of the token in base64 with padding.
pub struct BetterAuthSigner(Hmac<Sha256>);

impl BetterAuthSigner {
    /// A signer with the secret of that server.
    ///
    /// # Errors
    /// The secret is empty.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    pub fn new(secret: &str) -> Result<Self, EmptySecret> {
        if secret.is_empty() {
            return Err(EmptySecret);
        }
        Ok(Self(Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length")))
    }
}

impl CookieSigner for BetterAuthSigner {
    fn cookie(&self, token: &str) -> String {
        let signature = self.0.clone().chain_update(token).finalize().into_bytes();
        format!("{token}.{}", STANDARD.encode(signature))
    }
}

/// A secret was empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the secret is empty")]
pub struct EmptySecret;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_the_token_with_its_signature() {
        // As Better Auth 1.7.25 signed it.
        let signer =
            BetterAuthSigner::new("doorward-fixture-secret-of-better-auth-0123456789abcdef").expect("a secret");
        assert_eq!(
            signer.cookie("1BO9sbdMnhDlNrmtqIgyJM0g2grZlVJD"),
            "1BO9sbdMnhDlNrmtqIgyJM0g2grZlVJD.dDNhimKx7x00zmv15utwhLVFVoJM6/oKez4IkFLy/6U="
        );
        assert!(BetterAuthSigner::new("").is_err());
    }
}
