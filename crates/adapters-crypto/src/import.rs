//! Password hashes of other systems: from the text that they store to the form that is kept and verified here.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use doorward_domain::ports::{HashReader, SourceHash};
use doorward_domain::{HashRefusal, PasswordHash};

use crate::schemes::{Digest, StoredHash, UnreadableHash, number, phc_string};

/// The bytes of a tag of scrypt in every system that has a form of its own.
const SCRYPT_TAG_BYTES: usize = 64;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads the hashes that other systems store: PHC, bcrypt, and the forms of Lucia, Oslo, Better Auth, Django and Werkzeug.
/// White space around them and padding of their base64 do not count.
#[derive(Clone, Copy, Debug, Default)]
pub struct ForeignHashReader;

impl HashReader for ForeignHashReader {
    fn read(&self, hash: &SourceHash) -> Result<Option<PasswordHash>, HashRefusal> {
        match hash {
            SourceHash::Absent => Ok(None),
            SourceHash::InTable(text) => import_hash(text, HashSource::Table).map(Some),
            SourceHash::InFile(text) => import_hash(text, HashSource::File).map(Some),
        }
    }
}

/// Where the text of a hash stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HashSource {
    /// In a table of Lucia, Oslo or Better Auth.
    Table,
    /// In a file that any system may have written.
    File,
}

fn import_hash(text: &str, source: HashSource) -> Result<PasswordHash, HashRefusal> {
    let text = text.trim();
    let kept = match text.split_once('$') {
        None if text.is_empty() => Err(HashRefusal::Malformed),
        None => of_lucia(text, source),
        Some(("", _)) => Ok(without_padding(text)),
        Some((method, rest)) => of_framework(method, rest),
    };
    let hash = PasswordHash::restore(kept?);
    StoredHash::read(&hash)?;
    Ok(hash)
}

impl From<UnreadableHash> for HashRefusal {
    fn from(unreadable: UnreadableHash) -> Self {
        match unreadable {
            UnreadableHash::Shape | UnreadableHash::Params | UnreadableHash::Incomplete => Self::Malformed,
            UnreadableHash::Scheme | UnreadableHash::Secret => Self::Unsupported,
            UnreadableHash::Argon2Cost(_) | UnreadableHash::TooCostly => Self::TooCostly,
        }
    }
}

/// A PHC string ends neither its salt nor its tag with `=`, but some writers do.
fn without_padding(phc: &str) -> String {
    phc.split('$').map(|part| part.trim_end_matches('=')).collect::<Vec<_>>().join("$")
}

/// `s2:SALT:HEX` of Lucia 2, and `SALT:HEX` of Lucia 1 (r = 8), Lucia 3, Oslo and Better Auth (r = 16), which the form of
/// the salt tells apart. The salt is the text itself, also where it looks like hex.
fn of_lucia(text: &str, source: HashSource) -> Result<String, HashRefusal> {
    if let Some(rest) = text.strip_prefix("s2:") {
        let (salt, hex) = rest.split_once(':').ok_or(HashRefusal::Malformed)?;
        return scrypt(14, 16, 1, salt, hex_bytes(hex));
    }
    let (salt, hex) = text.split_once(':').ok_or(HashRefusal::Unsupported)?;
    let tag = hex_bytes(hex).filter(|tag| tag.len() == SCRYPT_TAG_BYTES);
    let r = match salt.len() {
        16 if salt.bytes().all(|byte| byte.is_ascii_alphanumeric()) => Some(8),
        32 if salt.bytes().all(|byte| byte.is_ascii_hexdigit()) => Some(16),
        _ => None,
    };
    match (r, tag, source) {
        (_, Some(_), HashSource::File) => Err(HashRefusal::Ambiguous),
        (Some(r), tag, _) => scrypt(14, r, 1, salt, tag),
        (None, Some(_), HashSource::Table) => Err(HashRefusal::Malformed),
        (None, None, _) => Err(HashRefusal::Unsupported),
    }
}

/// The forms of Django and Werkzeug, whose method stands before the first `$`.
fn of_framework(method: &str, rest: &str) -> Result<String, HashRefusal> {
    let method: Vec<&str> = method.split(':').collect();
    let rest: Vec<&str> = rest.split('$').collect();
    match (&method[..], &rest[..]) {
        // Django keeps these two as they are, behind the name of its class.
        (["bcrypt"], ["", ..]) => Ok(rest.join("$")),
        (["argon2"], _) => Ok(without_padding(&format!("${}", rest.join("$")))),
        ([django @ ("pbkdf2_sha1" | "pbkdf2_sha256" | "pbkdf2_sha512")], [iterations, salt, tag]) => {
            pbkdf2(&django["pbkdf2_".len()..], iterations, salt, BASE64.decode(tag).ok())
        }
        (["pbkdf2", digest, iterations], [salt, tag]) => pbkdf2(digest, iterations, salt, hex_bytes(tag)),
        (["scrypt"], [n, salt, r, p, tag]) => scrypt(log_n(n)?, read(r)?, read(p)?, salt, BASE64.decode(tag).ok()),
        (["scrypt", n, r, p], [salt, tag]) => scrypt(log_n(n)?, read(r)?, read(p)?, salt, hex_bytes(tag)),
        (["bcrypt" | "scrypt" | "pbkdf2" | "pbkdf2_sha1" | "pbkdf2_sha256" | "pbkdf2_sha512", ..], _) => {
            Err(HashRefusal::Malformed)
        }
        _ => Err(HashRefusal::Unsupported),
    }
}

fn scrypt(log_n: u32, r: u64, p: u64, salt: &str, tag: Option<Vec<u8>>) -> Result<String, HashRefusal> {
    let tag = tag.filter(|tag| tag.len() == SCRYPT_TAG_BYTES).ok_or(HashRefusal::Malformed)?;
    Ok(phc_string("scrypt", &format!("ln={log_n},r={r},p={p}"), salt.as_bytes(), &tag))
}

fn pbkdf2(digest: &str, iterations: &str, salt: &str, tag: Option<Vec<u8>>) -> Result<String, HashRefusal> {
    let digest = match digest {
        "sha1" => Digest::Sha1,
        "sha256" => Digest::Sha256,
        "sha512" => Digest::Sha512,
        _ => return Err(HashRefusal::Unsupported),
    };
    let tag = tag.filter(|tag| tag.len() == digest.bytes()).ok_or(HashRefusal::Malformed)?;
    let params = format!("i={},l={}", read(iterations)?, digest.bytes());
    Ok(phc_string(digest.scheme(), &params, salt.as_bytes(), &tag))
}

/// The binary logarithm of scrypt's N, which is a power of two.
fn log_n(n: &str) -> Result<u32, HashRefusal> {
    let n = read(n)?;
    if n.is_power_of_two() { Ok(n.trailing_zeros()) } else { Err(HashRefusal::Malformed) }
}

fn read(text: &str) -> Result<u64, HashRefusal> {
    number(text).ok_or(HashRefusal::Malformed)
}

/// The bytes of a text in hex digits of either case.
fn hex_bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.bytes().map(|byte| char::from(byte).to_digit(16)).collect::<Option<Vec<_>>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| u8::try_from(high * 16 + low).ok()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEX: &str = "002109df6a1b77d3e31965a1a91cb3a5cabf65b29dc3d9a083469410a4479a42aea5c6c0a724ee7310d09f9e3422bdcdc62cf11aec8997966751dc54810a93a2";
    const TAG: &str = "ACEJ32obd9PjGWWhqRyzpcq/ZbKdw9mgg0aUEKRHmkKupcbApyTucxDQn540Ir3NxizxGuyJl5ZnUdxUgQqTog";
    const BCRYPT: &str = "$2b$04$DoorwardFixtureSaltAAO5z46nJMJKchMIQEJYNRTmKeAe7nOpL.";

    fn table(text: &str) -> Result<String, HashRefusal> {
        import_hash(text, HashSource::Table).map(|hash| hash.expose().to_owned())
    }

    fn file(text: &str) -> Result<String, HashRefusal> {
        import_hash(text, HashSource::File).map(|hash| hash.expose().to_owned())
    }

    #[test]
    fn the_salt_of_lucia_tells_its_version_and_is_kept_as_text() {
        let lucia_1 = format!("$scrypt$ln=14,r=8,p=1$YWJjZGVmZ2hpamtsbW5vcA${TAG}");
        let lucia_2 = lucia_1.replace("r=8", "r=16");
        let lucia_3 = lucia_2.replace("YWJjZGVmZ2hpamtsbW5vcA", "MDAwMTAyMDMwNDA1MDYwNzA4MDkwYTBiMGMwZDBlMGY");
        assert_eq!(table(&format!("abcdefghijklmnop:{HEX}")), Ok(lucia_1));
        assert_eq!(table(&format!("000102030405060708090a0b0c0d0e0f:{HEX}")), Ok(lucia_3));
        assert_eq!(table(&format!("s2:abcdefghijklmnop:{HEX}")), Ok(lucia_2.clone()));
        assert_eq!(file(&format!("s2:abcdefghijklmnop:{HEX}")), Ok(lucia_2.clone()));
        assert_eq!(table(&format!("s2:abcdefghijklmnop:{}", HEX.to_uppercase())), Ok(lucia_2));
    }

    #[test]
    fn a_salt_and_hex_from_an_unknown_system_are_ambiguous() {
        for salt in ["abcdefghijklmnop", "000102030405060708090a0b0c0d0e0f", "salt"] {
            assert_eq!(file(&format!("{salt}:{HEX}")), Err(HashRefusal::Ambiguous), "{salt}");
        }
    }

    #[test]
    fn damaged_hashes_of_lucia_are_refused() {
        for text in [
            "s2:",
            "s2:x:y",
            "s2:0123456789abcdef:zz",
            "0123456789abcdef:zz",
            &format!("s2:{HEX}"),
            &format!("s2::{HEX}"),
            &format!("s2:abcdefghijklmnop:{}", &HEX[2..]),
            &format!("s2:abcdefghijklmnop:{}", &HEX[1..]),
            &format!("s2:abcdefghijklmnop:{HEX}00"),
            &format!("s2:abcdefghijklmnop:{HEX}:"),
            &format!("abcdefghijklmnop:{}", &HEX[2..]),
            &format!("another length:{HEX}"),
        ] {
            assert_eq!(table(text), Err(HashRefusal::Malformed), "{text}");
        }
    }

    #[test]
    fn white_space_and_padding_around_a_hash_do_not_count() {
        let phc = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$BbbKj4A4toOIetSRZTOFi0nLUgQBJsE09Mbp2HEbjAk";
        let padded = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA==$BbbKj4A4toOIetSRZTOFi0nLUgQBJsE09Mbp2HEbjAk=";
        for text in [phc, padded, &format!(" {phc}\n"), &format!("argon2{phc}"), &format!("argon2{padded}")] {
            assert_eq!(table(text).as_deref(), Ok(phc), "{text}");
        }
        for text in [&format!("\t{BCRYPT}   "), &format!("bcrypt${BCRYPT}")] {
            assert_eq!(table(text).as_deref(), Ok(BCRYPT), "{text}");
        }
        let django = "pbkdf2_sha1$7$salt$uR2NgCQ9gzNZLHrkKBEP+Uk9Nmc";
        let kept = Ok("$pbkdf2$i=7,l=20$c2FsdA$uR2NgCQ9gzNZLHrkKBEP+Uk9Nmc");
        assert_eq!((table(django).as_deref(), table(&format!("{django}=")).as_deref()), (kept, kept));
    }

    #[test]
    fn phc_strings_are_kept_in_the_order_of_their_writer() {
        for text in [
            &format!("$scrypt$r=8,p=1,ln=14$c2FsdA${TAG}"),
            "$argon2i$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$BbbKj4A4toOIetSRZTOFi0nLUgQBJsE09Mbp2HEbjAk",
            "$argon2d$v=16$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$BbbKj4A4toOIetSRZTOFi0nLUgQBJsE09Mbp2HEbjAk",
            "$pbkdf2-sha1$i=7$c2FsdA$uR2NgCQ9gzNZLHrkKBEP+Uk9Nmc",
        ] {
            assert_eq!(file(text).as_deref(), Ok(text));
        }
    }

    #[test]
    fn schemes_that_are_not_verified_are_unsupported() {
        let end = "c29tZXNhbHRzb21lc2FsdA$BbbKj4A4toOIetSRZTOFi0nLUgQBJsE09Mbp2HEbjAk";
        for text in [
            "$md5$abc",
            "$1$abc$def",
            "$6$rounds=5000$abc$def",
            "d41d8cd98f00b204e9800998ecf8427e",
            "!Y6wMoRq1RkuxzAZ8pDpFYJnHcQzeG4sW",
            "md5$salt$hex",
            "pbkdf2:md5:1000$salt$00",
            "pbkdf2_sha224$1000$salt$00",
            "plain:text",
            "{\"algorithm\": \"pbkdf2-sha512\"}",
            &BCRYPT.replace("2b", "2x"),
            &format!("bcrypt${}", BCRYPT.replace("2b", "2x")),
            &format!("bcrypt_sha256${BCRYPT}"),
            &format!("$argon2id$v=20$m=8,t=1,p=1${end}"),
            &format!("$argon2id$v=19$m=8,t=1,p=1,keyid=8PDw8A${end}"),
            &format!("$argon2id$v=19$m=8,t=1,p=1,data=Dw8PDw8P${end}"),
        ] {
            assert_eq!(file(text), Err(HashRefusal::Unsupported), "{text}");
            assert_eq!(table(text), Err(HashRefusal::Unsupported), "{text}");
        }
    }

    #[test]
    fn damaged_hashes_are_malformed() {
        for text in [
            "",
            "  ",
            "$argon2id$",
            "$argon2id$v=19$m=7,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$BbbKj4A4toOIetSRZTOFi0nLUgQBJsE09Mbp2HEbjAk",
            "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA",
            "$scrypt$ln=14,r=8,p=1$$",
            &format!("$scrypt$ln=14,r=8,p=1$${TAG}"),
            &BCRYPT[..59],
            "bcrypt$2b$04",
            "pbkdf2_sha1$7$$uR2NgCQ9gzNZLHrkKBEP+Uk9Nmc=",
            "pbkdf2_sha1$7$salt$uR2NgCQ9gzNZLHrkKBEP+Uk9",
            "pbkdf2_sha1$x$salt$uR2NgCQ9gzNZLHrkKBEP+Uk9Nmc=",
            "pbkdf2_sha256$7$salt",
            "pbkdf2:sha256$salt$00",
            "scrypt$16385$salt$8$1$00",
            &format!("scrypt:16384:8$salt${HEX}"),
            &format!("scrypt:16385:8:1$salt${HEX}"),
            &format!("scrypt:1:8:1$salt${HEX}"),
            &format!("scrypt:16384:8:1$${HEX}"),
        ] {
            assert_eq!(file(text), Err(HashRefusal::Malformed), "{text}");
        }
    }

    #[test]
    fn hashes_beyond_the_bounds_are_too_costly() {
        for text in [
            &BCRYPT.replace("$04$", "$15$"),
            &format!("scrypt:1048576:8:1$salt${HEX}"),
            &format!("scrypt:16384:8:99999999999999999999$salt${HEX}"),
            "pbkdf2_sha1$10000001$salt$uR2NgCQ9gzNZLHrkKBEP+Uk9Nmc=",
            "pbkdf2_sha1$99999999999999999999$salt$uR2NgCQ9gzNZLHrkKBEP+Uk9Nmc=",
            "argon2$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$BbbKj4A4toOIetSRZTOFi0nLUgQBJsE09Mbp2HEbjAk",
        ] {
            assert_eq!(file(text), Err(HashRefusal::TooCostly), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_imported_imports_as_itself(
            text in "(s2:|pbkdf2:sha1:|scrypt:2:|bcrypt\\$|pbkdf2_sha1\\$|\\$)?[a-z0-9:$=,]{0,60}",
        ) {
            for source in [HashSource::Table, HashSource::File] {
                if let Ok(hash) = import_hash(&text, source) {
                    prop_assert_eq!(import_hash(hash.expose(), HashSource::File), Ok(hash));
                }
            }
        }
    }
}
