//! Tokens and ids from the operating system's randomness, and the digests that a store knows things by.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_domain::ports::{RandomnessError, TokenGenerator};
use doorward_domain::{
    InvitationId, KeyId, LinkHash, OneTimeCode, RecoveryCodeHash, SessionId, SessionToken, ThrottleKey, ThrottleScope,
    TokenHash, UserId,
};
use rand::TryCryptoRng;
use rand::rngs::SysRng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::randomness;

/// Makes tokens and ids from the operating system's randomness and from nothing else.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsTokenGenerator;

impl TokenGenerator for OsTokenGenerator {
    fn session_token(&self) -> Result<SessionToken, RandomnessError> {
        token(&mut SysRng)
    }

    fn session_id(&self) -> Result<SessionId, RandomnessError> {
        id(SessionId::CHARS, &mut SysRng).map(SessionId::restore)
    }

    fn user_id(&self) -> Result<UserId, RandomnessError> {
        id(UserId::CHARS, &mut SysRng).map(UserId::restore)
    }

    fn imported_user_id(&self, key: &KeyId) -> UserId {
        let digest = Sha256::digest(format!("imported user {}", key.as_str()));
        let characters = digest.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 36)]));
        UserId::restore(characters.take(UserId::CHARS).collect())
    }

    fn invitation_id(&self) -> Result<InvitationId, RandomnessError> {
        id(InvitationId::CHARS, &mut SysRng).map(InvitationId::restore)
    }

    fn one_time_code(&self) -> Result<OneTimeCode, RandomnessError> {
        one_time_code(&mut SysRng)
    }

    fn digest(&self, token: &SessionToken) -> TokenHash {
        TokenHash::restore(Sha256::digest(token.expose()).into())
    }

    fn recovery_code_hash(&self, user: &UserId, code: &OneTimeCode) -> RecoveryCodeHash {
        RecoveryCodeHash::restore(Sha256::digest(code.canonical_of_recovery(user).as_str()).into())
    }

    fn link_hash(&self, code: &OneTimeCode) -> LinkHash {
        LinkHash::restore(Sha256::digest(code.canonical_of_link().as_str()).into())
    }

    fn throttle_key(&self, scope: &ThrottleScope) -> ThrottleKey {
        ThrottleKey::restore(Sha256::digest(scope.canonical()).into())
    }
}

fn token(source: &mut impl TryCryptoRng) -> Result<SessionToken, RandomnessError> {
    let bytes = randomness::bytes::<{ SessionToken::BYTES }>(source)?;
    let mut text = Zeroizing::new(String::with_capacity(SessionToken::CHARS));
    URL_SAFE_NO_PAD.encode_string(bytes.as_slice(), &mut text);
    Ok(SessionToken::parse(&text).expect("32 bytes in base64url have the shape of a token"))
}

fn one_time_code(source: &mut impl TryCryptoRng) -> Result<OneTimeCode, RandomnessError> {
    let bytes = randomness::bytes::<{ OneTimeCode::BYTES }>(source)?;
    Ok(OneTimeCode::of_random(&bytes))
}

/// The characters of ids.
const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

fn id(chars: usize, source: &mut impl TryCryptoRng) -> Result<String, RandomnessError> {
    /// The greatest multiple of 36 in a byte: below it each character is as likely as the next, the rest is thrown away.
    const FAIR: u8 = 252;

    let mut id = String::with_capacity(chars);
    while id.len() < chars {
        let bytes = randomness::bytes::<32>(source)?;
        let fair = bytes.iter().filter(|byte| **byte < FAIR);
        id.extend(fair.map(|byte| char::from(ALPHABET[usize::from(byte % 36)])).take(chars - id.len()));
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;
    use crate::randomness::sources::{Broken, Known};

    #[test]
    fn the_hash_of_a_link_is_the_sha_256_of_its_code() {
        let code = OneTimeCode::parse("0123-4567-89AB-CDEF").expect("a code");
        let hash = OsTokenGenerator.link_hash(&code);
        assert_eq!(hash.as_bytes()[..], Sha256::digest("link 0123-4567-89AB-CDEF")[..]);
    }

    #[test]
    fn a_token_is_32_bytes_in_base64url_without_padding() {
        let token = token(&mut Known::new(0xe0..=0xff)).expect("known bytes");
        assert_eq!(token.expose(), "4OHi4-Tl5ufo6err7O3u7_Dx8vP09fb3-Pn6-_z9_v8");
    }

    #[test]
    fn an_imported_user_gets_the_same_id_each_time() {
        let id = |key: &str| OsTokenGenerator.imported_user_id(&KeyId::parse(key).expect("a key"));
        assert_eq!(id("username:alice"), id("username:ALICE"));
        assert_ne!(id("username:alice"), id("username:bobby"));
        assert_eq!(id("username:alice").as_str().len(), UserId::CHARS);
    }

    #[test]
    fn no_two_tokens_or_ids_are_alike() {
        let tokens: HashSet<String> =
            (0..1_000).map(|_| OsTokenGenerator.session_token().expect("randomness").expose().to_owned()).collect();
        let sessions: HashSet<SessionId> =
            (0..1_000).map(|_| OsTokenGenerator.session_id().expect("randomness")).collect();
        let users: HashSet<UserId> = (0..1_000).map(|_| OsTokenGenerator.user_id().expect("randomness")).collect();
        assert_eq!((tokens.len(), sessions.len(), users.len()), (1_000, 1_000, 1_000));
        let codes: HashSet<String> =
            (0..1_000).map(|_| OsTokenGenerator.one_time_code().expect("randomness").expose().to_owned()).collect();
        assert_eq!(codes.len(), 1_000);
    }

    #[test]
    fn a_recovery_code_is_all_of_its_ten_random_bytes() {
        let code = one_time_code(&mut Known::new([0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf]));
        assert_eq!(code.expect("known bytes").expose(), "0123-4567-89AB-CDEF");
    }

    #[test]
    fn a_recovery_code_is_known_by_the_sha_256_of_its_text_and_its_user() {
        let code = OneTimeCode::parse("0123-4567-89AB-CDEF").expect("a code");
        let hash = |user: &str| OsTokenGenerator.recovery_code_hash(&UserId::restore(user.into()), &code);
        let text = "recovery-code user-1 0123-4567-89AB-CDEF";
        assert_eq!(hash("user-1").as_bytes(), Sha256::digest(text).as_slice());
        assert_ne!(hash("user-1"), hash("user-2"));
    }

    #[test]
    fn ids_have_their_length() {
        assert_eq!(OsTokenGenerator.session_id().expect("randomness").as_str().len(), SessionId::CHARS);
        assert_eq!(OsTokenGenerator.user_id().expect("randomness").as_str().len(), UserId::CHARS);
    }

    #[test]
    fn an_id_is_made_of_all_lower_case_letters_and_digits_alike() {
        let id = id(2 * 252, &mut Known::new(0..=255)).expect("known bytes");
        let mut counts = HashMap::new();
        for char in id.chars() {
            *counts.entry(char).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 36);
        for (char, count) in counts {
            assert!(char.is_ascii_lowercase() || char.is_ascii_digit(), "{char}");
            assert_eq!(count, 2 * 7, "{char}");
        }
    }

    #[test]
    fn without_randomness_there_is_no_token_and_no_id() {
        assert!(token(&mut Broken).is_err());
        assert!(one_time_code(&mut Broken).is_err());
        assert!(id(24, &mut Broken).is_err());
    }

    #[test]
    fn the_digest_is_the_sha_256_of_the_text() {
        let token = SessionToken::parse(&"A".repeat(SessionToken::CHARS)).expect("a token's shape");
        let digest = [
            0x0f, 0x00, 0x73, 0x85, 0xb6, 0xf9, 0xd4, 0xb7, 0xee, 0xb2, 0x74, 0x86, 0x05, 0xaf, 0xe1, 0xa9, 0x84, 0xa0,
            0xa3, 0xbf, 0xa3, 0xf0, 0x14, 0xd0, 0x9e, 0x2a, 0x78, 0x4c, 0xe9, 0xe5, 0xcd, 0x1a,
        ];
        assert_eq!(OsTokenGenerator.digest(&token).as_bytes(), &digest);
    }
}
