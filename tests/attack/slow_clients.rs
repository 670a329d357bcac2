//! Hundreds of slow clients, under the default time-outs.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::StatusCode;
use rustix::process::Signal;
use tokio::io::AsyncWriteExt;
use tokio::time::{sleep, timeout};

use super::wire::{Answer, LAST, answers, connect, post, read_to_end, statuses};
use crate::process::program::Program;

const PASSWORD: &str = "correct horse";
/// Slow clients of each kind.
const CLIENTS: usize = 300;
/// How long a slow client waits before it sends a little more.
const PAUSE: Duration = Duration::from_secs(2);
/// When the last slow client must be gone. The longest time-out of the server is 20 seconds.
const DEADLINE: Duration = Duration::from_secs(45);

/// Sends `beginning`, then `drop` again and again, until the server closes the connection.
async fn drip(port: u16, beginning: &str, drop: &str) -> Vec<Answer> {
    let (mut reader, mut writer) = connect(port).await.into_split();
    let dripping = async {
        let mut sent = writer.write_all(beginning.as_bytes()).await;
        while sent.is_ok() {
            sleep(PAUSE).await;
            sent = writer.write_all(drop.as_bytes()).await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        read = read_to_end(&mut reader) => answers(&read),
        () = dripping => unreachable!("the writer never finishes"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_slow_clients_are_cut_off_while_others_are_served() {
    let mut program = Program::start().await;
    let client = program.client();
    let token = client.sign_up("alice", PASSWORD).await;
    let slow_body = post("/api/login", "Content-Length: 1000\r\n", "{");
    let slow = async {
        let heads = join_all((0..CLIENTS).map(|_| drip(client.port(), "GET /login HTTP/1.1\r\n", "A: b\r\n")));
        let bodies = join_all((0..CLIENTS).map(|_| drip(client.port(), &slow_body, " ")));
        timeout(DEADLINE, futures_util::future::join(heads, bodies)).await.expect("no slow client after the deadline")
    };
    let over = AtomicBool::new(false);
    let served = async {
        let mut served = 0_usize;
        while !over.load(Ordering::Relaxed) {
            assert_eq!(client.session(&token).await.status, StatusCode::OK);
            assert!(client.log_in("alice", PASSWORD).await.is_some());
            served += 1;
            sleep(Duration::from_millis(50)).await;
        }
        served
    };
    let ended = async {
        let ended = slow.await;
        over.store(true, Ordering::Relaxed);
        ended
    };
    let ((heads, bodies), served) = program.log_during(futures_util::future::join(ended, served)).await;
    assert!(heads.iter().all(Vec::is_empty), "half a head gets no response");
    for body in bodies {
        assert_eq!(statuses(&body), [408], "{body:?}");
        assert_eq!(body[0].body, r#"{"code":"request_timeout","error":"Request timed out"}"#);
        assert_eq!(body[0].field("connection"), Some("close"));
    }
    assert!(served > 20, "{served} other requests were served");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_clients_cannot_delay_a_shutdown_beyond_its_limit() {
    let mut program = Program::start().await;
    let port = program.client().port();
    let mut idle = connect(port).await;
    idle.write_all(LAST.replace("close", "keep-alive").as_bytes()).await.expect("a server that listens");
    let mut half_head = connect(port).await;
    half_head.write_all(b"GET /login HTTP/1.1\r\nHost: x\r\n").await.expect("a server that listens");
    let mut half_body = connect(port).await;
    let half = post("/api/login", "Content-Length: 1000\r\n", "{");
    half_body.write_all(half.as_bytes()).await.expect("a server that listens");
    let mut deaf = connect(port).await;
    let question = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1_000);
    deaf.write_all(question.as_bytes()).await.expect("a server that listens");
    let _silent = connect(port).await;
    // Connections are accepted in order: once this is answered, the others above are accepted.
    program.client().sign_up("alice", PASSWORD).await;
    program.signal(Signal::TERM);
    program.log_until("told to stop").await;
    // The limit is 10 seconds; as many again for a busy machine.
    let (status, _, log) = timeout(Duration::from_secs(20), program.end()).await.expect("an end");
    assert_eq!(status, Some(0), "{log:?}");
    assert!(log.last().expect("a line").contains("stopped"), "{log:?}");
}
