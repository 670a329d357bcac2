//! Ports for programs that take a number and cannot say which one they took.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the ports that Linux gives to a listener on port 0 and to connections (`ip_local_port_range`, 32768 to 60999).
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// A port of the loopback address that nothing listens on. It stays free until it is used: no other test gets it, and neither
/// does a listener on port 0.
///
/// # Panics
/// Panics if no port is free.
pub fn free_port() -> u16 {
    // Another run of the tests starts elsewhere.
    let start = u16::try_from(std::process::id() % u32::from(COUNT)).expect("a remainder is small");
    let candidates = (0..COUNT).map(|_| FIRST + start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT);
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    candidates.into_iter().find(is_free).expect("a free port")
}
