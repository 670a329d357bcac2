//! The app behind the proxies: answers every request with what it received, and echoes the bytes of a WebSocket.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::visitor::{head_and_rest, header_lines};

/// The key of a WebSocket's handshake and the answer to it (RFC 6455, 1.3).
pub const WEBSOCKET_KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
pub const WEBSOCKET_ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// The app, until it is dropped.
pub struct App {
    pub port: u16,
    serving: JoinHandle<()>,
}

impl App {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let serving = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                tokio::spawn(answer(stream));
            }
        });
        Self { port, serving }
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Answers one request. A proxy may close a connection at any time, so that errors end it silently.
async fn answer(mut stream: TcpStream) {
    let Some((head, mut body)) = head_and_rest(&mut stream).await else { return };
    let headers = header_lines(&head);
    let of =
        |name: &str| headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
    if of("upgrade").is_some_and(|protocol| protocol.eq_ignore_ascii_case("websocket")) {
        echo(stream, &body).await;
        return;
    }
    let length = of("content-length").map_or(0, |length| length.parse().expect("a length"));
    let is_chunked = of("transfer-encoding").is_some();
    let mut piece = [0; 4_096];
    while if is_chunked { !body.ends_with(b"0\r\n\r\n") } else { body.len() < length } {
        let Ok(read @ 1..) = stream.read(&mut piece).await else { return };
        body.extend_from_slice(&piece[..read]);
    }
    let mut first_line = head.lines().next().unwrap_or_default().split(' ');
    let answer = json!({
        "method": first_line.next(),
        "target": first_line.next(),
        "headers": headers,
        "body": String::from_utf8_lossy(&body),
    });
    let _ = stream.write_all(response(&answer).as_bytes()).await;
}

fn response(answer: &Value) -> String {
    let body = answer.to_string();
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// Accepts a WebSocket and returns every byte as it came.
async fn echo(mut stream: TcpStream, early: &[u8]) {
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {WEBSOCKET_ACCEPT}\r\n\r\n"
    );
    let opened = async {
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(early).await
    };
    if opened.await.is_ok() {
        let (mut reading, mut writing) = stream.split();
        let _ = tokio::io::copy(&mut reading, &mut writing).await;
    }
}
