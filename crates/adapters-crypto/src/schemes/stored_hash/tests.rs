use std::error::Error;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::schemes::{dummy, phc_string};

/// A cheap hash of "correct horse" for each scheme, of the parameters in force and of others.
const HASHES: [&str; 6] = [
    "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$BbbKj4A4toOIetSRZTOFi0nLUgQBJsE09Mbp2HEbjAk",
    "$argon2i$v=16$m=8,t=1,p=1$c29tZXNhbHQ$We/GgS7C/p3AJB1dXZDZUjrBf7fa2+dtSZzu8FB0xDo",
    "$scrypt$ln=4,r=2,p=3$c2FsdA$j4iO0GPcEy+QKVI3qfN3JzN5ZpxuO0Hu/gCO9rZlXn4",
    "$2b$04$DoorwardFixtureSaltAAO5z46nJMJKchMIQEJYNRTmKeAe7nOpL.",
    "$pbkdf2$i=7,l=20$c2FsdA$uR2NgCQ9gzNZLHrkKBEP+Uk9Nmc",
    "$pbkdf2-sha256$i=7$c2FsdA$4JP+61NjAmLOGKHC93OkTdLqU8zxpFtt4stnK+EgeeE",
];

/// Of "µ-Straße-²-ﬁ", by Python's hashlib: as typed, and normalised.
const TYPED: &str = "$pbkdf2-sha256$i=3$c2FsdA$XtDZKDndT3UVEQuI6YoJ8aArlFHuAevhRagJt/xwsJw";
const NORMALISED: &str = "$pbkdf2-sha256$i=3$c2FsdA$453CVRDFQJrtyIBcb+lz0ZDHY05e2rJ7TGsyM7Nfyzg";

fn cheapest() -> Argon2Cost {
    Argon2Cost::new(8, 1, 1).expect("the least that Argon2 takes")
}

fn read(text: &str) -> Result<StoredHash, UnreadableHash> {
    StoredHash::read(&PasswordHash::restore(text.into()))
}

fn check(raw: &str, hash: &str) -> (Verdict, u32) {
    let password = Password::parse_login(raw).expect("a password");
    let stored = read(hash).expect("a hash");
    let check = stored.check(&password, cheapest(), &mut WorkingMemory::keeping_kib(8)).expect("enough memory");
    (check.verdict, check.hashes)
}

#[test]
fn a_right_password_of_another_scheme_is_outdated() {
    for text in &HASHES[2..] {
        assert_eq!(check("correct horse", text), (Verdict::RightButOutdated, 1), "{text}");
        assert_eq!(check("Correct horse", text), (Verdict::Wrong, 1), "{text}");
    }
}

#[test]
fn the_normalised_password_is_tried_before_the_text_as_typed() {
    assert_eq!(check("µ-Straße-²-ﬁ", NORMALISED), (Verdict::RightButOutdated, 1));
    assert_eq!(check("µ-Straße-²-ﬁ", TYPED), (Verdict::RightButOutdated, 2));
    assert_eq!(check("μ-Straße-2-fi", TYPED), (Verdict::Wrong, 1), "its normal form is another text");
    assert_eq!(check("µ-Strasse-²-ﬁ", TYPED), (Verdict::Wrong, 2));
}

#[test]
fn a_dummy_costs_as_many_hashes_as_a_real_one() {
    let dummy = dummy(cheapest(), &mut rand::rngs::SysRng).expect("randomness");
    assert_eq!(check("correct horse", dummy.expose()), (Verdict::Wrong, 1));
    assert_eq!(check("µ-Strasse-²-ﬁ", dummy.expose()), (Verdict::Wrong, 2));
}

#[test]
fn hashes_of_the_text_as_typed_are_outdated_even_at_the_cost_in_force() {
    let text = "ﬁve horses";
    let params = cheapest().params(32);
    let argon2 = ::argon2::Argon2::new(::argon2::Algorithm::Argon2id, ::argon2::Version::V0x13, params);
    let (salt, mut tag) = ([7; 16], [0; 32]);
    argon2.hash_password_into(text.as_bytes(), &salt, &mut tag).expect("a hash");
    let phc = phc_string("argon2id", "v=19$m=8,t=1,p=1", &salt, &tag);
    assert_eq!(check(text, &phc), (Verdict::RightButOutdated, 2));
}

#[test]
fn equal_costs_are_equal_work() {
    let cost = |text: &str| read(text).expect("a hash").cost();
    assert_eq!(cost(HASHES[3]), cost(&HASHES[3].replace("2b", "2y")));
    assert_eq!(cost(TYPED), cost(NORMALISED));
    for (at, text) in HASHES.iter().enumerate() {
        let same = HASHES.iter().filter(|other| cost(other) == cost(text)).count();
        assert_eq!(same, if at < 2 { 2 } else { 1 }, "{text}");
    }
}

#[test]
fn errors_show_nothing_of_a_hash() {
    const SALT: &str = "c29tZXNhbHRzb21lc2FsdA";
    const TAG: &str = "BbbKj4A4toOIetSRZTOFi0nLUgQBJsE09Mbp2HEbjAk";
    let refused = [
        format!("$argon2id$v=19$m=8,t=1,p=1${SALT}${TAG}*"),
        format!("$md5$ln=1,r=1,p=1${SALT}${TAG}"),
        format!("$argon2id$v=19$m=8,t=1${SALT}${TAG}"),
        format!("$argon2id$v=19$m=8,t=1,p=1,keyid=8PDw8A${SALT}${TAG}"),
        format!("$argon2id$v=19$m=19456,t=1000,p=1${SALT}${TAG}"),
        format!("$scrypt$ln=30,r=8,p=1${SALT}${TAG}"),
        format!("$argon2id$v=19$m=8,t=1,p=1${SALT}"),
    ]
    .map(|phc| read(&phc).err().expect("no hash that is verified"));
    let number = |refused: &UnreadableHash| match refused {
        UnreadableHash::Shape => 1,
        UnreadableHash::Scheme => 2,
        UnreadableHash::Params => 3,
        UnreadableHash::Secret => 4,
        UnreadableHash::Argon2Cost(_) => 5,
        UnreadableHash::TooCostly => 6,
        UnreadableHash::Incomplete => 7,
    };
    assert_eq!(refused.each_ref().map(number), [1, 2, 3, 4, 5, 6, 7], "every kind of error is shown");
    for refused in &refused {
        let (mut shown, mut next) = (format!("{refused:?}"), Some(refused as &dyn Error));
        while let Some(error) = next {
            shown = format!("{shown} {error}");
            next = error.source();
        }
        assert!(!shown.contains(&SALT[..6]) && !shown.contains(&TAG[..6]), "{shown}");
    }
}

/// Hashes with pieces cut out and others put in, such as a reader could stumble over.
fn mutated() -> impl Strategy<Value = String> {
    const PIECES: &[&str] =
        &["", "$", "=", ",", "0", "18446744073709551616", "-1", "é", "\0", "ln=", "i=", "2x", "$$", " "];
    let piece = prop_oneof![select(PIECES).prop_map(str::to_owned), ".{0,3}"];
    let edit = (any::<Index>(), 0..8_usize, piece);
    (select(&HASHES[..]), prop::collection::vec(edit, 0..4)).prop_map(|(hash, edits)| {
        edits.into_iter().fold(hash.to_owned(), |text, (at, cut, piece)| {
            let chars: Vec<char> = text.chars().collect();
            let from = at.index(chars.len() + 1);
            let to = (from + cut).min(chars.len());
            chars[..from].iter().copied().chain(piece.chars()).chain(chars[to..].iter().copied()).collect()
        })
    })
}

fn is_cheap(cost: CheckCost) -> bool {
    match cost {
        CheckCost::Argon2(cost) => cost.memory_kib() <= 1024 && cost.iterations() <= 4,
        CheckCost::Bcrypt { cost } => cost <= 5,
        CheckCost::Pbkdf2 { rounds, .. } => rounds <= 1_000,
        CheckCost::Scrypt { log_n, r, p } => log_n <= 10 && r <= 16 && p <= 16,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_stored_text_makes_a_check_panic(
        text in prop_oneof![3 => mutated(), 1 => "\\PC{0,80}"],
        raw in prop_oneof![Just("correct horse".to_owned()), ".{1,100}"],
    ) {
        if let Ok(stored) = read(&text)
            && is_cheap(stored.cost())
            && let Ok(password) = Password::parse_login(&raw)
        {
            let check = stored.check(&password, Argon2Cost::DEFAULT, &mut WorkingMemory::keeping_kib(8));
            prop_assert!(check.is_ok());
        }
    }
}

#[test]
fn parameters_have_a_sample_of_the_cost_of_their_hash() {
    for hash in [
        "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$BbbKj4A4toOIetSRZTOFi0nLUgQBJsE09Mbp2HEbjAk",
        "$2b$04$DoorwardFixtureSaltAAO5z46nJMJKchMIQEJYNRTmKeAe7nOpL.",
        "$pbkdf2$i=7,l=20$c2FsdA$uR2NgCQ9gzNZLHrkKBEP+Uk9Nmc",
        "$pbkdf2$i=7$c2FsdA$uR2NgCQ9gzNZLHrkKBEP+Uk9Nmc",
        "$scrypt$ln=4,r=2,p=3$c2FsdA$j4iO0GPcEy+QKVI3qfN3JzN5ZpxuO0Hu/gCO9rZlXn4",
    ] {
        let hash = PasswordHash::restore(hash.to_owned());
        let sample = StoredHash::sample(&hash.parameters()).expect("a sample");
        assert!(sample.cost() == StoredHash::read(&hash).expect("a hash").cost(), "{}", hash.expose());
    }
    for rubbish in ["", "rubbish", "$2b$", "$md5$"] {
        assert!(StoredHash::sample(&HashParameters::restore(rubbish.to_owned())).is_none());
    }
}
