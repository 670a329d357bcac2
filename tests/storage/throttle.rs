//! Promises of `LoginThrottle`.

use std::sync::Arc;
use std::time::Duration;

use doorward_domain::ports::{LoginThrottle, ThrottledSuccess};
use doorward_domain::{Bucket, RateLimit, Slowdown, ThrottleKey, Timestamp};
use tokio::task::JoinSet;

use super::people::{NOW, after};
use super::places::Place;

const SECOND: Duration = Duration::from_secs(1);

/// Three at once, and one more each second; no two numbers are one bucket.
fn bucket(number: u8) -> Bucket {
    let limit = RateLimit { burst: 3, every: SECOND, slowdown: None };
    Bucket { key: ThrottleKey::restore([number; 32]), account: None, limit }
}

/// The same, but one more each three seconds once four failed in a row.
fn account_bucket(number: u8) -> Bucket {
    let slowdown = Some(Slowdown { after: 4, every: 3 * SECOND });
    let plain = bucket(number);
    Bucket { limit: RateLimit { slowdown, ..plain.limit }, ..plain }
}

async fn throttle(place: &Place) -> Arc<dyn LoginThrottle> {
    place.open().await.throttle()
}

async fn take(throttle: &Arc<dyn LoginThrottle>, buckets: &[Bucket], now: Timestamp) -> Duration {
    throttle.take(buckets, now).await.expect("an answer")
}

/// How many of these can be taken now.
async fn left(throttle: &Arc<dyn LoginThrottle>, bucket: Bucket, now: Timestamp) -> u32 {
    let mut left = 0;
    while take(throttle, &[bucket], now).await.is_zero() {
        left += 1;
    }
    left
}

fn success(taken: &[Bucket], account: Bucket) -> ThrottledSuccess {
    let mark = ThrottleKey::restore([0xee; 32]);
    ThrottledSuccess {
        taken: taken.to_vec(),
        account: account.key,
        marks: vec![mark],
        marked_until: after(1_000),
        most_marks: 10,
    }
}

pub async fn a_bucket_admits_its_burst_and_says_how_long_it_admits_nothing(place: Place) {
    let throttle = throttle(&place).await;
    assert_eq!(throttle.wait(&bucket(1), NOW).await.expect("an answer"), Duration::ZERO);
    assert_eq!(left(&throttle, bucket(1), NOW).await, 3);
    for millis in [0, 1, 999] {
        let wait = SECOND.saturating_sub(Duration::from_millis(millis));
        assert_eq!(take(&throttle, &[bucket(1)], after(millis)).await, wait, "a refusal lengthens nothing");
        assert_eq!(throttle.wait(&bucket(1), after(millis)).await.expect("an answer"), wait);
    }
    assert_eq!(throttle.wait(&bucket(1), after(1_000)).await.expect("an answer"), Duration::ZERO);
    assert_eq!(left(&throttle, bucket(1), after(1_000)).await, 1);
    assert_eq!(left(&throttle, bucket(1), after(1_000_000)).await, 3, "it never fills beyond its burst");
    assert_eq!(left(&throttle, bucket(2), NOW).await, 3, "another bucket is another bucket");
}

pub async fn a_clock_that_was_ahead_costs_one_interval(place: Place) {
    let throttle = throttle(&place).await;
    let (year, account) = (after(365 * 86_400_000), account_bucket(2));
    assert_eq!(left(&throttle, bucket(1), year).await, 3);
    assert!(take(&throttle, &[account], year).await.is_zero());
    throttle.succeed(&success(&[account], account)).await.expect("given back a year ahead");
    assert_eq!(throttle.wait(&bucket(1), NOW).await.expect("an answer"), SECOND);
    assert_eq!(take(&throttle, &[bucket(1)], NOW).await, SECOND);
    assert_eq!(take(&throttle, &[account], NOW).await, SECOND);
    assert_eq!(left(&throttle, bucket(1), after(999)).await, 0);
    assert_eq!(left(&throttle, bucket(1), after(1_000)).await, 1);
    assert_eq!(left(&throttle, account, after(1_000)).await, 1);
    assert_eq!(left(&throttle, bucket(1), after(9_000)).await, 3);
}

pub async fn where_one_bucket_admits_nothing_none_is_taken_from(place: Place) {
    let throttle = throttle(&place).await;
    assert_eq!(left(&throttle, bucket(2), NOW).await, 3);
    let refused = take(&throttle, &[bucket(1), bucket(2), bucket(3)], after(400)).await;
    assert_eq!(refused, Duration::from_millis(600));
    assert_eq!(place.count("throttle").await, 1, "a refusal leaves no row");
    assert_eq!(left(&throttle, bucket(1), NOW).await, 3);
    assert_eq!(left(&throttle, bucket(3), NOW).await, 3);
}

pub async fn of_racing_attempts_no_more_are_admitted_than_the_bucket_holds(place: Place) {
    let store = place.open().await;
    let mut races = JoinSet::new();
    for _ in 0..40 {
        let throttle = store.throttle();
        races.spawn(async move { throttle.take(&[bucket(1), bucket(2)], NOW).await.expect("an answer") });
    }
    let admitted = races.join_all().await.into_iter().filter(Duration::is_zero).count();
    assert_eq!(admitted, 3);
}

pub async fn a_success_gives_back_what_was_taken_and_no_more(place: Place) {
    let throttle = throttle(&place).await;
    let (address, account) = (bucket(1), account_bucket(2));
    for _ in 0..2 {
        assert!(take(&throttle, &[address, account], NOW).await.is_zero());
    }
    assert!(take(&throttle, &[address], NOW).await.is_zero());
    throttle.succeed(&success(&[address, account], account)).await.expect("an answer");
    assert_eq!(left(&throttle, address, NOW).await, 1, "three taken, one given back");
    assert_eq!(left(&throttle, account, NOW).await, 2, "two taken, one given back");
}

pub async fn what_came_to_nothing_is_given_back_and_is_no_failure(place: Place) {
    let throttle = throttle(&place).await;
    let account = account_bucket(1);
    assert_eq!(left(&throttle, account, NOW).await, 3);
    throttle.release(&[account]).await.expect("an answer");
    assert_eq!(left(&throttle, account, NOW).await, 1);
    throttle.release(&[account]).await.expect("an answer");
    assert_eq!(left(&throttle, account, after(1_000)).await, 2, "three failed, and a fourth is not slowed");
    assert_eq!(left(&throttle, account, after(2_000)).await, 0, "four have failed now: three seconds do not fit");
    throttle.release(&[bucket(9)]).await.expect("nothing to give back");
}

pub async fn failures_in_a_row_slow_an_account_until_a_success(place: Place) {
    let throttle = throttle(&place).await;
    let account = account_bucket(1);
    assert_eq!(left(&throttle, account, NOW).await, 3);
    assert_eq!(left(&throttle, account, after(1_000)).await, 1);
    // Four have failed: from now on each takes three seconds' worth.
    assert_eq!(left(&throttle, account, after(3_999)).await, 0);
    assert_eq!(left(&throttle, account, after(4_000)).await, 1);
    assert_eq!(take(&throttle, &[account], after(4_000)).await, 3 * SECOND);
    assert_eq!(left(&throttle, account, after(7_000)).await, 1);
    throttle.succeed(&success(&[], account)).await.expect("an answer");
    assert_eq!(left(&throttle, account, after(100_000)).await, 3, "the row of failures has ended");
}

pub async fn a_slowed_success_gives_back_what_it_took(place: Place) {
    let throttle = throttle(&place).await;
    let account = account_bucket(1);
    assert_eq!(left(&throttle, account, NOW).await, 3);
    assert_eq!(left(&throttle, account, after(3_000)).await, 1);
    let slowed = after(100_000);
    assert!(take(&throttle, &[account], slowed).await.is_zero());
    throttle.succeed(&success(&[account], account)).await.expect("an answer");
    assert_eq!(left(&throttle, account, slowed).await, 3, "three seconds were taken, three came back");
}

pub async fn a_mark_lasts_until_its_exact_instant(place: Place) {
    let throttle = throttle(&place).await;
    let mut set = success(&[], account_bucket(1));
    set.marks.push(ThrottleKey::restore([0xed; 32]));
    let marked = async |now| {
        let mut marked = Vec::new();
        for mark in &set.marks {
            marked.push(throttle.is_marked(mark, now, after(5_000)).await.expect("an answer"));
        }
        assert_eq!(marked[0], marked[1], "all are set, or none");
        marked[0]
    };
    assert!(!marked(NOW).await);
    throttle.succeed(&set).await.expect("an answer");
    assert!(marked(after(999)).await);
    assert!(!marked(after(1_000)).await);
    let too_long = ThrottledSuccess { marked_until: after(5_001), ..set.clone() };
    throttle.succeed(&too_long).await.expect("an answer");
    assert!(!marked(NOW).await, "a clock that was ahead set it");
    let longer = ThrottledSuccess { marked_until: after(5_000), ..set.clone() };
    throttle.succeed(&longer).await.expect("an answer");
    assert!(marked(after(4_999)).await);
    assert_eq!(place.count("throttle").await, 2, "no bucket is made by a success");
}

pub async fn an_account_has_a_bounded_number_of_marks_and_the_oldest_go(place: Place) {
    let throttle = throttle(&place).await;
    let mark = |number: u8| ThrottleKey::restore([number; 32]);
    let set = async |account: Bucket, number: u8, until: Timestamp| {
        let set =
            ThrottledSuccess { marks: vec![mark(number)], marked_until: until, most_marks: 3, ..success(&[], account) };
        throttle.succeed(&set).await.expect("an answer");
    };
    let (alice, bob) = (account_bucket(1), account_bucket(2));
    assert!(take(&throttle, &[alice], NOW).await.is_zero());
    set(bob, 200, after(1)).await;
    for number in 100..110_u8 {
        set(alice, number, after(number.into())).await;
    }
    set(alice, 107, after(120)).await;
    set(alice, 110, after(110)).await;
    let mut marked = Vec::new();
    for number in 100..=110_u8 {
        if throttle.is_marked(&mark(number), NOW, after(1_000)).await.expect("an answer") {
            marked.push(number);
        }
    }
    assert_eq!(marked, [107, 109, 110], "the three that last longest");
    assert!(throttle.is_marked(&mark(200), NOW, after(1_000)).await.expect("an answer"), "Bob's stays");
    assert_eq!(left(&throttle, alice, NOW).await, 2, "a bucket is no mark");
}

pub async fn what_means_nothing_any_more_is_swept_out(place: Place) {
    let throttle = throttle(&place).await;
    for number in 1..=5 {
        assert!(take(&throttle, &[bucket(number)], NOW).await.is_zero());
    }
    throttle.succeed(&success(&[], account_bucket(9))).await.expect("a mark until the same instant");
    let sweep = async |now, limit| throttle.delete_spent(now, 4, Timestamp::MIN, limit).await.expect("an answer");
    assert_eq!(sweep(after(999), 100).await, 0);
    assert_eq!(sweep(after(1_000), 4).await, 4);
    assert_eq!(sweep(after(1_000), 4).await, 2);
    assert_eq!(place.count("throttle").await, 0);
}

pub async fn an_account_that_is_slowed_is_not_forgotten_with_its_bucket(place: Place) {
    let throttle = throttle(&place).await;
    let (slowed, other) = (account_bucket(1), account_bucket(2));
    assert_eq!(left(&throttle, slowed, NOW).await, 3);
    assert_eq!(left(&throttle, slowed, after(1_000)).await, 1);
    assert_eq!(left(&throttle, other, NOW).await, 3);
    let sweep = async |now, forgotten| throttle.delete_spent(now, 4, forgotten, 100).await.expect("an answer");
    assert_eq!(sweep(after(1_000_000), NOW).await, 1, "that with three failures");
    assert_eq!(left(&throttle, slowed, after(1_000_000)).await, 1, "it is still slow");
    assert_eq!(sweep(after(2_000_000), after(1_002_999)).await, 0);
    assert_eq!(sweep(after(2_000_000), after(1_003_000)).await, 1);
    assert_eq!(left(&throttle, slowed, after(2_000_000)).await, 3);
}

pub async fn what_was_taken_on_one_node_is_taken_on_the_other(place: Place) {
    let (one, other) = (throttle(&place).await, throttle(&place).await);
    assert_eq!(left(&one, bucket(1), NOW).await, 3);
    assert_eq!(left(&other, bucket(1), NOW).await, 0);
}

pub async fn a_reset_fills_the_buckets_of_an_account_and_leaves_marks_and_others(place: Place) {
    let throttle = throttle(&place).await;
    let (account, other) = (account_bucket(1), bucket(9));
    let of_account = [account, Bucket { account: Some(account.key), ..bucket(2) }];
    for bucket in [of_account[0], of_account[1], other] {
        while throttle.take(&[bucket], NOW).await.expect("an answer").is_zero() {}
    }
    let mark = ThrottleKey::restore([5; 32]);
    let marking = ThrottledSuccess {
        taken: vec![],
        account: account.key,
        marks: vec![mark],
        marked_until: after(1_000),
        most_marks: 10,
    };
    throttle.succeed(&marking).await.expect("a mark");
    assert_eq!(throttle.reset(&[account.key], NOW).await.expect("an answer"), 2);
    for bucket in of_account {
        assert!(throttle.take(&[bucket], NOW).await.expect("an answer").is_zero());
    }
    assert!(!throttle.take(&[other], NOW).await.expect("an answer").is_zero());
    assert!(throttle.is_marked(&mark, NOW, after(2_000)).await.expect("an answer"));
    assert_eq!(throttle.reset(&[ThrottleKey::restore([77; 32])], NOW).await.expect("an answer"), 0);
    throttle.reset(&[account.key], NOW).await.expect("an answer");
    throttle.take(&[account], NOW).await.expect("an answer");
    throttle.succeed(&ThrottledSuccess { taken: vec![account], ..marking }).await.expect("a success");
    assert_eq!(throttle.reset(&[account.key], NOW).await.expect("an answer"), 0, "a success gave all back");
}
