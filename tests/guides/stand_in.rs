//! A server in the place of a Doorward that has stopped: one that is silent, and one that renews a cookie.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the second one sets.
pub const RENEWED: &str = "auth_session=renewed; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000";

const SESSION: &str = r#"{"sessionId":"8cermzetbqy37ap0b4ct8xro","state":"active","fresh":true,
    "activePeriodExpiresAt":"2026-11-24T07:21:00.000Z","idlePeriodExpiresAt":"2026-12-08T07:21:00.000Z",
    "user":{"userId":"c44porxrl8ctu9d","username":"renewed"}}"#;

/// Accepts connections and never answers.
pub struct Silent(#[expect(dead_code, reason = "it is open until it is dropped")] TcpListener);

impl Silent {
    pub async fn on(port: u16) -> Self {
        Self(TcpListener::bind(("127.0.0.1", port)).await.expect("the port of the server that stopped"))
    }
}

/// Answers every request with a renewed session.
pub struct Renewing(JoinHandle<()>);

impl Renewing {
    pub async fn on(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("the port of the server that stopped");
        Self(tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                tokio::spawn(answer(stream));
            }
        }))
    }
}

impl Drop for Renewing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn answer(mut stream: TcpStream) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let length = SESSION.len();
    let response = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\
         Set-Cookie: {RENEWED}\r\n\r\n{SESSION}"
    );
    // A client that left needs no response.
    let _ = stream.write_all(response.as_bytes()).await;
}
