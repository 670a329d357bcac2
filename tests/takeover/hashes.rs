//! Password hashes that other systems made: `hashes.json` has their text, the form in which it is kept, and the password.

use std::num::NonZeroUsize;

use doorward_adapters_crypto::{Argon2Cost, Argon2idHasher, ForeignHashReader};
use doorward_domain::ports::{HashReader, PasswordHasher, SourceHash, Verdict};
use doorward_domain::{AddressBlock, ImportReason, Password, PasswordHash};
use serde_json::Value;

use crate::storage::places;
use crate::support::server::TestServer;

fn fixtures() -> Vec<Value> {
    let mut file: Value = serde_json::from_str(include_str!("hashes.json")).expect("JSON");
    let Value::Array(hashes) = file["hashes"].take() else { panic!("no hashes") };
    assert_eq!(hashes.len(), 23);
    hashes
}

/// The fixtures that are verified: the form in which each is kept, and its password.
fn kept() -> impl Iterator<Item = (PasswordHash, String)> {
    fixtures().into_iter().filter_map(|fixture| {
        let kept = fixture["canonical"].as_str()?.to_owned();
        Some((PasswordHash::restore(kept), fixture["password"].as_str().expect("a password").to_owned()))
    })
}

fn hasher() -> Argon2idHasher {
    let cheapest = Argon2Cost::new(8, 1, 1).expect("within the bounds");
    Argon2idHasher::start(cheapest, NonZeroUsize::MIN).expect("a thread")
}

async fn verify(hasher: &Argon2idHasher, raw: &str, hash: &PasswordHash) -> Verdict {
    let password = Password::parse_login(raw).expect("a password");
    hasher.verify(&password, Some(hash), AddressBlock::NONE).await.expect("verified")
}

#[test]
fn each_hash_is_imported_in_its_form_or_refused_with_its_reason() {
    for fixture in fixtures() {
        let stored = fixture["stored"].as_str().expect("a hash");
        let imported = ForeignHashReader.read(&SourceHash::InTable(stored.to_owned()));
        let (kept, reason) = (fixture["canonical"].as_str(), fixture["reason"].as_str());
        assert_eq!(imported.as_ref().ok().and_then(|hash| hash.as_ref()).map(PasswordHash::expose), kept, "{stored}");
        assert_eq!(imported.err().map(|refusal| ImportReason::from(refusal).name()), reason, "{stored}");
        if let Some(kept) = kept {
            let again = ForeignHashReader.read(&SourceHash::InFile(kept.to_owned()));
            assert_eq!(again.expect("a PHC string or a bcrypt hash").expect("a hash").expose(), kept);
        }
    }
}

#[tokio::test]
async fn each_imported_hash_is_right_for_its_password_alone() {
    let hasher = hasher();
    for (hash, password) in kept() {
        // Longer by a character at its start: bcrypt does not read the end of a long one.
        let wrong = format!("x{password}");
        assert_eq!(verify(&hasher, &wrong, &hash).await, Verdict::Wrong, "{}", hash.expose());
        assert_eq!(verify(&hasher, &password, &hash).await, Verdict::RightButOutdated, "{}", hash.expose());
    }
}

#[tokio::test]
async fn a_user_of_another_system_signs_in_and_gets_an_argon2id_hash() {
    let server = TestServer::start(places::sqlite().await.expect("a folder")).await;
    let client = server.client();
    client.sign_up("alice", "correct horse").await;
    let (hash, password) = kept().last().expect("a hash of Lucia 3");
    assert!(hash.expose().starts_with("$scrypt$"));
    server.place.run(&format!("UPDATE user_keys SET password_hash = '{}'", hash.expose())).await;
    assert!(client.log_in("alice", "wrong").await.is_none());
    let of_scheme = |scheme| format!("user_keys WHERE password_hash LIKE '${scheme}$%'");
    assert_eq!(server.place.count(&of_scheme("scrypt")).await, 1, "a wrong password changes nothing");
    assert!(client.log_in("alice", &password).await.is_some());
    assert_eq!(server.place.count(&of_scheme("argon2id")).await, 1);
    assert!(client.log_in("alice", &password).await.is_some(), "the new hash is of the same password");
}
