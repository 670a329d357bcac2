//! Load generator: persistent connections that send the next request as soon as the last one is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PASSWORD: &str = "correct horse";

/// The bytes of a request.
#[derive(Clone)]
pub struct Ask(Vec<u8>);

impl Ask {
    pub fn session(token: &str) -> Self {
        Self(format!("GET /api/session HTTP/1.1\r\nHost: localhost\r\nCookie: auth_session={token}\r\n\r\n").into())
    }

    pub fn verify(token: &str) -> Self {
        Self(format!("GET /api/verify HTTP/1.1\r\nHost: localhost\r\nCookie: auth_session={token}\r\n\r\n").into())
    }

    pub fn live() -> Self {
        Self(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec())
    }

    pub fn sign_up(username: &str) -> Self {
        Self::post("/api/signup", username)
    }

    pub fn log_in(username: &str) -> Self {
        Self::post("/api/login", username)
    }

    fn post(path: &str, username: &str) -> Self {
        let body = format!(r#"{{"username":"{username}","password":"{PASSWORD}"}}"#);
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        Self(format!("{head}{body}").into())
    }
}

/// A connection and its read buffer.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
        stream.set_nodelay(true).expect("TCP_NODELAY");
        Self { stream, buffer: Vec::with_capacity(4 * 1024) }
    }

    /// Sends the request and returns the whole response, which must be a success.
    async fn ask(&mut self, ask: &Ask) -> &str {
        self.stream.write_all(&ask.0).await.expect("a server that listens");
        self.buffer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await.expect("an answer");
            assert!(read > 0, "the server hung up");
            if let Some(length) = answer_length(&self.buffer).filter(|length| self.buffer.len() >= *length) {
                assert_eq!(self.buffer.len(), length, "one response to one request");
                let text = std::str::from_utf8(&self.buffer).expect("UTF-8");
                assert!(text.starts_with("HTTP/1.1 2"), "{text}");
                return text;
            }
        }
    }
}

/// The length of a response, once its head has arrived.
fn answer_length(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&bytes[..head]).expect("ASCII").to_ascii_lowercase();
    let (_, after) = text.split_once("content-length: ")?;
    Some(head + after.split("\r\n").next()?.parse::<usize>().ok()?)
}

/// Returns the responses per second over this many connections; the requests are sent in turn.
pub async fn rate(port: u16, connections: usize, duration: Duration, asks: &[Ask]) -> f64 {
    let (asks, turn) = (Arc::new(asks.to_vec()), Arc::new(AtomicUsize::new(0)));
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(Connection::open(port).await);
    }
    let start = Instant::now();
    let workers = open.into_iter().map(|mut connection| {
        let (asks, turn) = (Arc::clone(&asks), Arc::clone(&turn));
        tokio::spawn(async move {
            let mut answers = 0_u32;
            while start.elapsed() < duration {
                let ask = &asks[turn.fetch_add(1, Ordering::Relaxed) % asks.len()];
                connection.ask(ask).await;
                answers += 1;
            }
            answers
        })
    });
    let answers: u32 = join_all(workers).await.into_iter().map(|worker| worker.expect("answers")).sum();
    f64::from(answers) / start.elapsed().as_secs_f64()
}

/// Sends requests at a fixed rate, even if earlier ones are not answered yet, and returns the latencies. A latency counts
/// from the time when its request was due.
pub async fn steadily(port: u16, per_second: u32, duration: Duration, asks: &[Ask]) -> Vec<Duration> {
    const CONNECTIONS: u32 = 20;
    let start = Instant::now();
    let workers = (0..CONNECTIONS).map(|worker| {
        let asks = asks.to_vec();
        tokio::spawn(async move {
            let mut connection = Connection::open(port).await;
            let mut latencies = Vec::new();
            for turn in 0.. {
                let number = turn * CONNECTIONS + worker;
                let due = start + Duration::from_secs(u64::from(number)) / per_second;
                if due >= start + duration {
                    break;
                }
                tokio::time::sleep_until(due.into()).await;
                connection.ask(&asks[number as usize % asks.len()]).await;
                latencies.push(due.elapsed());
            }
            latencies
        })
    });
    join_all(workers).await.into_iter().flat_map(|worker| worker.expect("answers")).collect()
}

/// Sends each request once and returns the tokens of the session cookies.
pub async fn collect_tokens(port: u16, asks: Vec<Ask>) -> Vec<String> {
    let mut connection = Connection::open(port).await;
    let mut tokens = Vec::new();
    for ask in asks {
        let answer = connection.ask(&ask).await;
        let (_, cookie) = answer.split_once("auth_session=").expect("a session cookie");
        tokens.push(cookie.split(';').next().expect("a value").to_owned());
    }
    tokens
}

/// Sends a request and returns the body of the response.
pub async fn body_of(port: u16, ask: &Ask) -> String {
    let mut connection = Connection::open(port).await;
    connection.ask(ask).await.split_once("\r\n\r\n").expect("a head").1.to_owned()
}
