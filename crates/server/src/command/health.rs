//! `doorward health`: asks the running server whether it is ready, for supervisors that run a command.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use super::failure::{Failure, Kind};
use crate::socket::ListenAddress;

/// How long the server has to answer.
const LIMIT: Duration = Duration::from_secs(3);
/// The most that is read of an answer, whose first line decides.
const MAX_ANSWER_BYTES: u64 = 16 * 1024;
const REQUEST: &[u8] = b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// Asks the server that listens at this address.
pub(super) async fn run(address: &ListenAddress) -> Result<String, Failure> {
    let not_ready = |why: String| Failure::new(Kind::Failed, why);
    if address.port() == Some(0) {
        let line = "DOORWARD_LISTEN has port 0, so the port of the server is not known".to_owned();
        return Err(not_ready(line));
    }
    let answer = timeout(LIMIT, ask(address)).await;
    let answer = answer
        .map_err(|_| not_ready(format!("the server at {address} did not answer within {} seconds", LIMIT.as_secs())))?
        .map_err(|error| not_ready(format!("no server answers at {address}: {error}")))?;
    match status(&answer) {
        Some(200) => Ok("ready\n".to_owned()),
        Some(503) => Err(not_ready(format!("the server at {address} is not ready: its store does not answer"))),
        Some(status) => Err(not_ready(format!("the server at {address} answered with status {status}"))),
        None => Err(not_ready(format!("the server at {address} does not speak HTTP"))),
    }
}

async fn ask(address: &ListenAddress) -> io::Result<Vec<u8>> {
    match address {
        ListenAddress::Tcp(address) => exchange(TcpStream::connect(reachable(*address)).await?).await,
        ListenAddress::Unix(path) => exchange(UnixStream::connect(path).await?).await,
    }
}

/// The address at which this machine reaches a server that listens on all addresses.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<Vec<u8>> {
    stream.write_all(REQUEST).await?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER_BYTES).read_to_end(&mut answer).await?;
    Ok(answer)
}

/// The status of an answer (RFC 9112, 4).
fn status(answer: &[u8]) -> Option<u16> {
    let rest = answer.strip_prefix(b"HTTP/1.1 ")?;
    std::str::from_utf8(rest.get(..3)?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_all_addresses_is_asked_on_loopback() {
        for (listen, asked) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:8080", "[::1]:8080"),
            ("192.0.2.7:80", "192.0.2.7:80"),
            ("127.0.0.1:8080", "127.0.0.1:8080"),
        ] {
            assert_eq!(reachable(listen.parse().expect("an address")).to_string(), asked, "{listen}");
        }
    }

    #[test]
    fn the_status_is_that_of_the_first_line() {
        assert_eq!(status(b"HTTP/1.1 503 Service Unavailable\r\n"), Some(503));
        for other in [&b"SSH-2.0-OpenSSH_9.2"[..], b"HTTP/1.1 20", b""] {
            assert_eq!(status(other), None);
        }
    }
}
