//! A browser on another address: speaks HTTP/1.1 over TLS with the exact bytes that a test chooses, and keeps cookies.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::Url;

/// The visitor's own address, which differs from that of the proxies.
pub const ADDRESS: &str = "127.0.0.2";

/// What a browser sends with a request for a page, and a script with `fetch`.
pub const PAGE: [&str; 2] = ["Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "Sec-Fetch-Mode: navigate"];
pub const FETCH: [&str; 2] = ["Accept: */*", "Sec-Fetch-Mode: cors"];

pub struct Visitor {
    port: u16,
    tls: TlsConnector,
    pub cookies: BTreeMap<String, String>,
}

/// An answer, with its headers as they came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Visitor {
    /// A visitor of the proxy on this port, who trusts this certificate alone.
    pub fn of(port: u16, certificate: CertificateDer<'static>) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(certificate).expect("a certificate");
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        Self { port, tls: TlsConnector::from(Arc::new(config)), cookies: BTreeMap::new() }
    }

    /// Connects to the proxy as if it were this host.
    pub async fn connect(&self, host: &str) -> std::io::Result<TlsStream<TcpStream>> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(format!("{ADDRESS}:0").parse().expect("an address"))?;
        let stream = socket.connect(format!("127.0.0.1:{}", self.port).parse().expect("an address")).await?;
        self.tls.connect(ServerName::try_from(host.to_owned()).expect("a host"), stream).await
    }

    /// The head of a request with the visitor's cookies.
    fn head(&self, method: &str, url: &Url, headers: &[&str]) -> String {
        let first = format!("{method} {} HTTP/1.1", &url[url::Position::BeforePath..]);
        let host = format!("Host: {}", url.host_str().expect("a host"));
        let cookie = (!self.cookies.is_empty()).then(|| format!("Cookie: {}", self.cookie()));
        let own = [first, host].into_iter().chain(cookie);
        let lines = own.chain(headers.iter().map(|header| (*header).to_owned()));
        lines.chain(["\r\n".to_owned()]).collect::<Vec<_>>().join("\r\n")
    }

    /// The value of the `Cookie` header.
    pub fn cookie(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub async fn get(&mut self, url: &str, headers: &[&str]) -> Answer {
        self.send("GET", url, headers, "").await
    }

    /// Posts a form as a page of the same host does.
    pub async fn post_form(&mut self, url: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let origin = format!("Origin: {}", Url::parse(url).expect("a URL").origin().ascii_serialization());
        let form = ["Content-Type: application/x-www-form-urlencoded", "Sec-Fetch-Site: same-origin", &origin];
        self.send("POST", url, &[&PAGE[..], &form].concat(), &body).await
    }

    /// Goes on to where the answer to a request at this URL leads, until a page leads no further.
    pub async fn follow(&mut self, url: &str, mut answer: Answer) -> Answer {
        let mut url = Url::parse(url).expect("a URL");
        while let Some(next) = answer.leads_to() {
            url = url.join(&next).expect("a URL");
            answer = self.get(url.as_str(), &PAGE).await;
        }
        answer
    }

    pub async fn send(&mut self, method: &str, url: &str, headers: &[&str], body: &str) -> Answer {
        self.try_send(method, url, headers, body).await.expect("an answer")
    }

    pub async fn try_send(&mut self, method: &str, url: &str, headers: &[&str], body: &str) -> std::io::Result<Answer> {
        let url = Url::parse(url).expect("a URL");
        let length = format!("Content-Length: {}", body.len());
        let mut own = vec!["Connection: close"];
        if !body.is_empty() {
            own.push(&length);
        }
        let head = self.head(method, &url, &[headers, &own].concat());
        let mut stream = self.connect(url.host_str().expect("a host")).await?;
        stream.write_all(format!("{head}{body}").as_bytes()).await?;
        let mut bytes = Vec::new();
        // Some proxies close the connection without a word of TLS.
        if let Err(error) = stream.read_to_end(&mut bytes).await
            && error.kind() != std::io::ErrorKind::UnexpectedEof
        {
            return Err(error);
        }
        let answer = Answer::parse(&bytes).ok_or(std::io::ErrorKind::UnexpectedEof)?;
        self.keep_cookies(&answer);
        Ok(answer)
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        for cookie in answer.all("set-cookie") {
            let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Answer {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let mut answer = Self { status, headers: header_lines(head), body: body.to_owned() };
        if answer.header("transfer-encoding").is_some() {
            answer.body = unchunked(body)?;
        }
        Some(answer)
    }

    /// The values of all headers of this name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// Where this answer leads a browser: by a redirect, or by a page that goes on by itself.
    pub fn leads_to(&self) -> Option<String> {
        let refresh = || {
            let (_, rest) = self.body.split_once("http-equiv=\"refresh\" content=\"0; url=")?;
            Some(rest.split_once('"')?.0.replace("&#38;", "&"))
        };
        self.header("location").map(str::to_owned).or_else(refresh)
    }
}

/// A body that came in chunks (RFC 9112, 7.1).
fn unchunked(mut text: &str) -> Option<String> {
    let mut body = String::new();
    loop {
        let (length, rest) = text.split_once("\r\n")?;
        let length = usize::from_str_radix(length, 16).ok()?;
        if length == 0 {
            return Some(body);
        }
        body += rest.get(..length)?;
        text = rest.get(length..)?.strip_prefix("\r\n")?;
    }
}

/// The headers of a head, without its first line.
pub fn header_lines(head: &str) -> Vec<(String, String)> {
    let pairs = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    pairs.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect()
}

/// Reads a head, and what came with it.
pub async fn head_and_rest(stream: &mut (impl AsyncRead + Unpin)) -> Option<(String, Vec<u8>)> {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4_096]);
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            return Some((String::from_utf8_lossy(&bytes).trim_end().to_owned(), rest));
        }
        let Ok(read @ 1..) = stream.read(&mut piece).await else { return None };
        bytes.extend_from_slice(&piece[..read]);
    }
}
