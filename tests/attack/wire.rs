//! Raw HTTP: sends bytes on one connection and parses every response on it.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A request after which the server closes the connection. Its response shows whether both ends agree on where the
/// requests before it ended.
pub const LAST: &str = "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/// A parsed response.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Names are in lower case.
    pub fields: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    /// The value of the field of this name. Panics where the field occurs twice.
    #[track_caller]
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut values = self.fields.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let value = values.next();
        assert_eq!(values.next(), None, "{name} twice in {self:?}");
        value
    }

    /// The code of a JSON error.
    pub fn code(&self) -> Option<String> {
        let json: serde_json::Value = serde_json::from_str(&self.body).ok()?;
        Some(json["code"].as_str()?.to_owned())
    }
}

pub async fn connect(port: u16) -> TcpStream {
    TcpStream::connect(("127.0.0.1", port)).await.expect("a connection")
}

/// Sends these bytes on one connection and reads until the server closes it, even if it does not read all of them.
pub async fn exchange(port: u16, bytes: &[u8]) -> Vec<Answer> {
    let (mut reader, mut writer) = connect(port).await.into_split();
    let sending = async {
        // The server may close the connection before it has read everything.
        let _ = writer.write_all(bytes).await;
        writer
    };
    let (read, _writer) = tokio::join!(read_to_end(&mut reader), sending);
    answers(&read)
}

/// Reads until the connection ends, by a close or an error.
pub async fn read_to_end(reader: &mut (impl AsyncReadExt + Unpin)) -> Vec<u8> {
    let mut read = Vec::new();
    while let Ok(1..) = reader.read_buf(&mut read).await {}
    read
}

/// Parses bytes into responses. None of them may be a response to HEAD.
pub fn answers(bytes: &[u8]) -> Vec<Answer> {
    let mut rest = std::str::from_utf8(bytes).expect("UTF-8");
    let mut answers = Vec::new();
    while !rest.is_empty() {
        let (head, after) = rest.split_once("\r\n\r\n").unwrap_or_else(|| panic!("half a head: {rest:?}"));
        let mut lines = head.split("\r\n");
        let (version, status) = lines.next().expect("a status line").split_at("HTTP/1.1 ".len());
        assert!(version.starts_with("HTTP/1."), "no answer: {rest:?}");
        let fields = lines.map(|line| line.split_once(": ").unwrap_or_else(|| panic!("no field: {line:?}")));
        let fields = fields.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
        let mut answer =
            Answer { status: status[..3].parse().expect("a status"), fields: fields.collect(), body: String::new() };
        let length = answer.field("content-length").map_or(0, |length| length.parse().expect("a length"));
        let (body, after) = after.split_at_checked(length).expect("a whole body");
        answer.body.push_str(body);
        answers.push(answer);
        rest = after;
    }
    answers
}

pub fn statuses(answers: &[Answer]) -> Vec<u16> {
    answers.iter().map(|answer| answer.status).collect()
}

/// A POST of JSON with these further header fields, each with its line end.
pub fn post(path: &str, fields: &str, body: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{fields}\r\n{body}")
}
