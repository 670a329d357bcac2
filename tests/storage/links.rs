//! Promises of `LinkStore`, and of a sign-up that uses an invitation.

use doorward_adapters_sql::Store;
use doorward_domain::ports::{
    CreateUserError, KeyedWriteError, NewAccount, NewUser, PasswordChange, PasswordReset, UseLinkError, UserUpdate,
};
use doorward_domain::{
    Attributes, Invitation, InvitationId, LinkHash, PasswordLink, SignInKind, Timestamp, User, UserId, Username,
};
use tokio::task::JoinSet;

use super::people::{NOW, account, client, hash, new_user, session, token, verified};
use super::places::Place;

/// The hash of a link's code with this number.
fn code(number: u64) -> LinkHash {
    let mut digest = [0x11; 32];
    digest[..8].copy_from_slice(&number.to_be_bytes());
    LinkHash::restore(digest)
}

/// When the links of these tests expire: later than any of their sessions begins.
const EXPIRY: Timestamp = Timestamp::from_unix_millis(NOW.as_unix_millis() + 1_000);

fn link(user: &User, number: u64) -> PasswordLink {
    PasswordLink { user_id: user.id.clone(), code: code(number), created_at: NOW, expires_at: EXPIRY }
}

/// The use of the link with this number, with a session and a password of another number.
fn reset(of: &NewAccount, by: u64, number: u64) -> PasswordReset {
    PasswordReset {
        code: code(by),
        key_id: of.key.id.clone(),
        new_hash: hash(&format!("password {number}")),
        session: session(&of.user, number),
        client: client(),
        replaces: vec![],
    }
}

fn invitation(number: u64, uses_left: u32) -> Invitation {
    Invitation {
        id: InvitationId::restore(format!("invitation{number:05}")),
        code: code(number),
        username: None,
        attributes: Attributes::default(),
        uses_left,
        created_at: NOW,
        expires_at: EXPIRY,
    }
}

/// A store with Alice, who has session 1, and the link 7 of hers.
async fn with_link(place: &Place) -> (Store, NewAccount) {
    let store = place.open().await;
    let alice = account("Alice", 1);
    store.users().create(&alice).await.expect("a new account");
    assert!(store.links().replace_password_link(&link(&alice.user, 7)).await.expect("an answer"));
    (store, alice)
}

async fn sessions_of(store: &Store, user: &UserId) -> usize {
    store.sessions().list(user, NOW).await.expect("an answer").sessions.len()
}

async fn disable(store: &Store, user: &User) {
    let update = UserUpdate { disabled: Some(true), ..UserUpdate::of(user.id.clone()) };
    store.users().update(&update).await.expect("an update");
}

pub async fn a_new_password_link_takes_the_place_of_the_old(place: Place) {
    let (store, alice) = with_link(&place).await;
    let found = store.links().find_password_link(&code(7)).await.expect("an answer");
    assert_eq!(found, Some((link(&alice.user, 7), alice.user.clone())));
    assert!(store.links().replace_password_link(&link(&alice.user, 8)).await.expect("an answer"));
    assert_eq!(store.links().find_password_link(&code(7)).await.expect("an answer"), None);
    assert_eq!(place.count("password_links").await, 1);
    let unknown = User { id: UserId::restore("nobody000000000".into()), ..alice.user.clone() };
    assert!(!store.links().replace_password_link(&link(&unknown, 9)).await.expect("an answer"));
    assert!(store.links().delete_password_link(&alice.user.id).await.expect("an answer"));
    assert!(!store.links().delete_password_link(&alice.user.id).await.expect("an answer"));
    let gone = store.links().reset_password_and_revoke_sessions(&reset(&alice, 8, 2)).await;
    assert_matches!(gone, Err(UseLinkError::NoSuchLink));
}

pub async fn a_password_link_signs_its_user_in_once_and_revokes_all_other_sessions(place: Place) {
    let (store, alice) = with_link(&place).await;
    assert!(store.sessions().find(&token(1)).await.expect("an answer").is_some());
    let by_link = reset(&alice, 7, 2);
    store.links().reset_password_and_revoke_sessions(&by_link).await.expect("signed in");
    assert_eq!(store.sessions().find(&token(1)).await.expect("an answer"), None);
    let found = store.sessions().find(&token(2)).await.expect("an answer").expect("a session");
    assert_eq!(found, (by_link.session.clone(), alice.user.clone()));
    let (key, _) = store.users().find_by_key(&alice.key.id).await.expect("an answer").expect("a key");
    assert_eq!(key.password_hash, Some(by_link.new_hash));
    let events = store.records().sign_ins(&alice.user.id, None, 10).await.expect("an answer");
    assert_eq!(events.last().expect("an event").kind, SignInKind::PasswordReset);
    let again = store.links().reset_password_and_revoke_sessions(&reset(&alice, 7, 3)).await;
    assert_matches!(again, Err(UseLinkError::NoSuchLink));
    assert!(store.sessions().find(&token(2)).await.expect("an answer").is_some());
}

pub async fn a_wrong_expired_or_foreign_link_changes_nothing(place: Place) {
    let (store, alice) = with_link(&place).await;
    let bob = account("Bob", 2);
    store.users().create(&bob).await.expect("another account");
    let expired = PasswordReset {
        session: doorward_domain::Session { created_at: EXPIRY, ..session(&alice.user, 3) },
        ..reset(&alice, 7, 3)
    };
    for refused in [reset(&alice, 8, 3), reset(&bob, 7, 3), expired] {
        let outcome = store.links().reset_password_and_revoke_sessions(&refused).await;
        assert_matches!(outcome, Err(UseLinkError::NoSuchLink));
    }
    let other_key = PasswordReset { key_id: bob.key.id.clone(), ..reset(&alice, 7, 3) };
    let outcome = store.links().reset_password_and_revoke_sessions(&other_key).await;
    assert_matches!(outcome, Err(UseLinkError::KeyChanged));
    for (account, number) in [(&alice, 1), (&bob, 2)] {
        let (key, _) = store.users().find_by_key(&account.key.id).await.expect("an answer").expect("a key");
        assert_eq!(key, account.key);
        assert!(store.sessions().find(&token(number)).await.expect("an answer").is_some());
    }
    store
        .links()
        .reset_password_and_revoke_sessions(&reset(&alice, 7, 4))
        .await
        .expect("the link is as good as before");
}

pub async fn of_twenty_racing_uses_of_a_password_link_exactly_one_succeeds(place: Place) {
    let (store, alice) = with_link(&place).await;
    let mut races = JoinSet::new();
    for number in 10..30 {
        let (links, reset) = (store.links(), reset(&alice, 7, number));
        races.spawn(async move { links.reset_password_and_revoke_sessions(&reset).await });
    }
    let outcomes = races.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    let refused = outcomes.iter().filter(|outcome| matches!(outcome, Err(UseLinkError::NoSuchLink))).count();
    assert_eq!(refused, 19, "{outcomes:?}");
    assert_eq!(sessions_of(&store, &alice.user.id).await, 1);
}

pub async fn a_password_link_goes_with_the_password_that_it_would_replace(place: Place) {
    let (store, alice) = with_link(&place).await;
    let change = PasswordChange {
        verified: verified(&alice),
        new_hash: hash("second"),
        session: session(&alice.user, 2),
        client: client(),
    };
    store.users().replace_password_and_revoke_sessions(&change).await.expect("changed");
    assert_eq!(place.count("password_links").await, 0, "their own change");
    store.links().replace_password_link(&link(&alice.user, 8)).await.expect("an answer");
    store.users().admin_set_password(&alice.key.id, Some(&hash("third"))).await.expect("an answer");
    assert_eq!(place.count("password_links").await, 0, "an operator's");
    store.links().replace_password_link(&link(&alice.user, 9)).await.expect("an answer");
    store.users().admin_delete_user(&alice.user.id).await.expect("an answer");
    assert_eq!(place.count("password_links").await, 0, "the user's deletion");
}

pub async fn an_invitation_is_used_as_often_as_it_allows(place: Place) {
    let store = place.open().await;
    store.links().create_invitation(&invitation(5, 2)).await.expect("an invitation");
    for number in 1..=3 {
        let invited = NewAccount { invitation: Some(code(5)), ..account(&format!("Pupil {number}"), number) };
        let outcome = store.users().create(&invited).await;
        if number < 3 {
            outcome.expect("signed up");
        } else {
            assert_matches!(outcome, Err(CreateUserError::NoSuchInvitation));
        }
    }
    assert_eq!((place.count("users").await, place.count("invitations").await), (2, 0));
}

pub async fn of_racing_sign_ups_with_an_invitation_as_many_succeed_as_it_allows(place: Place) {
    let store = place.open().await;
    for (number, uses) in [(1, 1), (2, 3), (3, 20)] {
        store.links().create_invitation(&invitation(number, uses)).await.expect("an invitation");
        let mut races = JoinSet::new();
        for racer in 0..20 {
            let place = 100 * number + racer;
            let invited = NewAccount { invitation: Some(code(number)), ..account(&format!("Pupil {place}"), place) };
            let users = store.users();
            races.spawn(async move { users.create(&invited).await });
        }
        let outcomes = races.join_all().await;
        let signed_up = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(signed_up, uses as usize, "{outcomes:?}");
        let refused = |outcome: &&Result<_, _>| matches!(outcome, Err(CreateUserError::NoSuchInvitation));
        assert_eq!(outcomes.iter().filter(refused).count(), 20 - signed_up, "{outcomes:?}");
    }
    assert_eq!(place.count("invitations").await, 0);
}

pub async fn a_sign_up_that_fails_uses_no_invitation(place: Place) {
    let store = place.open().await;
    store.users().create(&account("Alice", 1)).await.expect("a new account");
    store.links().create_invitation(&invitation(5, 1)).await.expect("an invitation");
    let taken = NewAccount { invitation: Some(code(5)), ..account("ALICE", 2) };
    assert_matches!(store.users().create(&taken).await, Err(CreateUserError::KeyTaken));
    assert_eq!(store.links().find_invitation(&code(5)).await.expect("an answer"), Some(invitation(5, 1)));
}

pub async fn invitations_are_listed_page_by_page_until_they_expire_or_are_revoked(place: Place) {
    let store = place.open().await;
    let fixed = Invitation {
        username: Some(Username::restore("Éva".into())),
        attributes: Attributes::parse(r#"{"class":"5b"}"#).expect("an object"),
        ..invitation(2, 1)
    };
    let expired = Invitation { expires_at: NOW, ..invitation(4, 1) };
    for new in [invitation(3, 7), fixed.clone(), expired, invitation(1, 1)] {
        store.links().create_invitation(&new).await.expect("an invitation");
    }
    let page = async |after, limit| store.links().list_invitations(NOW, after, limit).await.expect("an answer");
    assert_eq!(page(None, 2).await, [invitation(1, 1), fixed.clone()]);
    assert_eq!(page(Some(fixed.id.clone()), 2).await, [invitation(3, 7)]);
    assert!(store.links().delete_invitation(&fixed.id).await.expect("an answer"));
    assert!(!store.links().delete_invitation(&fixed.id).await.expect("an answer"));
    let late = NewAccount { invitation: Some(code(4)), ..account("Alice", 1) };
    assert_matches!(store.users().create(&late).await, Err(CreateUserError::NoSuchInvitation));
}

pub async fn expired_links_are_swept_out(place: Place) {
    let (store, alice) = with_link(&place).await;
    store.links().create_invitation(&invitation(5, 2)).await.expect("an invitation");
    let millis = |millis: i64| Timestamp::from_unix_millis(EXPIRY.as_unix_millis() + millis);
    assert_eq!(store.links().delete_expired_links(millis(-1)).await.expect("an answer"), 0);
    assert_eq!(store.links().delete_expired_links(millis(0)).await.expect("an answer"), 2);
    assert_eq!(store.links().find_password_link(&code(7)).await.expect("an answer"), None);
    assert!(store.users().find_user(&alice.user.id).await.expect("an answer").is_some());
}

pub async fn new_users_come_with_their_links_or_not_at_all(place: Place) {
    let store = place.open().await;
    let new = |name: &str, number: u64| {
        let account = account(name, number);
        NewUser { password_link: Some(link(&account.user, number)), ..new_user(&account, Some(&account.key)) }
    };
    store.users().admin_create_users(&[new("Alice", 1), new("Bob", 2)]).await.expect("new users");
    assert_eq!((place.count("users").await, place.count("password_links").await), (2, 2));
    assert!(store.links().find_password_link(&code(2)).await.expect("an answer").is_some());
    assert!(store.users().admin_create_users(&[new("Carol", 3), new("alice", 4)]).await.is_err());
    assert_eq!((place.count("users").await, place.count("password_links").await), (2, 2));
}

pub async fn no_link_of_a_disabled_user_opens_a_session(place: Place) {
    let (store, alice) = with_link(&place).await;
    disable(&store, &alice.user).await;
    assert_eq!(place.count("password_links").await, 0);
    assert!(!store.links().replace_password_link(&link(&alice.user, 8)).await.expect("an answer"));
    let outcome = store.links().reset_password_and_revoke_sessions(&reset(&alice, 7, 3)).await;
    assert_matches!(outcome, Err(UseLinkError::KeyChanged | UseLinkError::NoSuchLink));
}

pub async fn a_use_of_a_link_that_races_a_deletion_a_login_or_a_disabling_leaves_no_session_too_many(place: Place) {
    let store = place.open().await;
    for round in 0..20_u64 {
        let number = 1_000 * round;
        let alice = account(&format!("Alice {round}"), number + 1);
        store.users().create(&alice).await.expect("a new account");
        store.links().replace_password_link(&link(&alice.user, number)).await.expect("an answer");
        let login = {
            let (sessions, alice) = (store.sessions(), alice.clone());
            tokio::spawn(async move {
                sessions.open(&session(&alice.user, number + 2), &client(), &verified(&alice), &[], None).await
            })
        };
        let ending = {
            let (users, user) = (store.users(), alice.user.id.clone());
            tokio::spawn(async move {
                if round % 2 == 0 {
                    users.admin_delete_user(&user).await.expect("no deadlock");
                } else {
                    let update = UserUpdate { disabled: Some(true), ..UserUpdate::of(user) };
                    users.update(&update).await.expect("no deadlock");
                }
            })
        };
        let used = store.links().reset_password_and_revoke_sessions(&reset(&alice, number, number + 3)).await;
        assert_matches!(used, Ok(()) | Err(UseLinkError::NoSuchLink | UseLinkError::KeyChanged), "no deadlock");
        assert_matches!(login.await.expect("no panic"), Ok(()) | Err(KeyedWriteError::KeyChanged));
        ending.await.expect("no panic");
        assert_eq!(sessions_of(&store, &alice.user.id).await, 0, "round {round}");
    }
}
