//! The address, user agent, host and scheme of a request. Forwarding headers count only when the peer is a trusted proxy.
//! The peer of a Unix socket is one: only users whom the rights of its file let in can connect.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use doorward_domain::{Client, UserAgent};
use ipnet::IpNet;
use poem::http::{HeaderMap, HeaderName, header};
use poem::{Addr, Request};
use url::Url;

use crate::origin::Origin;

/// The client of a request: its address and user agent.
pub(crate) fn of(request: &Request, trusted_proxies: &[IpNet]) -> Client {
    let user_agent = request.headers().get(header::USER_AGENT);
    let user_agent = user_agent.and_then(|value| UserAgent::parse(&String::from_utf8_lossy(value.as_bytes())));
    Client { address: address(request, trusted_proxies), user_agent }
}

/// The peer of a connection through a Unix socket.
#[must_use]
pub fn unix_socket_peer() -> Addr {
    Addr::Custom("unix", "".into())
}

/// The client's address: the peer's, or behind trusted proxies the nearest one that is not a trusted proxy's. A client of a
/// Unix socket that forwards no address has that of this machine. `None` where the peer has no address otherwise.
pub(crate) fn address(request: &Request, trusted_proxies: &[IpNet]) -> Option<IpAddr> {
    let peer = if is_from_unix_socket(request) { Ipv4Addr::LOCALHOST.into() } else { peer_address(request)? };
    if !is_from_trusted_proxy(request, trusted_proxies) {
        return Some(peer);
    }
    let lines = request.headers().get_all("x-forwarded-for").iter().rev();
    let hops = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
    let mut nearest = peer;
    for hop in hops {
        let Some(address) = parse_hop(hop) else { break };
        nearest = address;
        if !is_trusted(address, trusted_proxies) {
            break;
        }
    }
    Some(nearest)
}

/// The headers in which proxies say for whom they ask.
const FORWARDING: [&str; 5] = ["x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host", "x-forwarded-proto"];

/// A peer that is no trusted proxy, and the first forwarding header that it sends in vain.
pub(crate) fn ignored_forwarding<'a>(request: &'a Request, trusted_proxies: &[IpNet]) -> Option<(IpAddr, &'a str)> {
    let header = request.headers().keys().map(HeaderName::as_str).find(|name| FORWARDING.contains(name))?;
    let peer = peer_address(request).filter(|peer| !is_trusted(*peer, trusted_proxies))?;
    Some((peer, header))
}

/// The origin that the request was sent to: the scheme and host of this connection, or those that a trusted proxy forwards.
/// `None` where they form no origin.
pub(crate) fn own_origin(request: &Request, trusted_proxies: &[IpNet]) -> Option<Origin> {
    let headers = request.headers();
    let believed = is_from_trusted_proxy(request, trusted_proxies);
    let forwarded = |name| if believed { last_item(headers, name) } else { None };
    let host = forwarded("x-forwarded-host").or_else(|| headers.get(header::HOST)?.to_str().ok())?;
    let scheme = forwarded("x-forwarded-proto").unwrap_or("http");
    format!("{scheme}://{host}").parse().ok()
}

/// The URL of the request that a trusted proxy asks about, as Caddy's `forward_auth` and Traefik's `ForwardAuth` send it.
/// `None` where the proxy sends none.
pub(crate) fn forwarded_url(request: &Request, trusted_proxies: &[IpNet]) -> Option<Url> {
    let headers = request.headers();
    let uri =
        std::str::from_utf8(headers.get("x-forwarded-uri")?.as_bytes()).ok().filter(|uri| uri.starts_with('/'))?;
    let believed = is_from_trusted_proxy(request, trusted_proxies);
    let method = last_item(headers, "x-forwarded-method").unwrap_or("GET");
    if !believed || !matches!(method, "GET" | "HEAD") {
        return None;
    }
    let origin = own_origin(request, trusted_proxies)?;
    Url::parse(&format!("{origin}{uri}")).ok()
}

/// Whether the peer is a trusted proxy.
pub(crate) fn is_from_trusted_proxy(request: &Request, trusted_proxies: &[IpNet]) -> bool {
    is_from_unix_socket(request) || peer_address(request).is_some_and(|peer| is_trusted(peer, trusted_proxies))
}

fn is_from_unix_socket(request: &Request) -> bool {
    matches!(request.remote_addr().0, Addr::Custom("unix", _))
}

fn peer_address(request: &Request) -> Option<IpAddr> {
    match &request.remote_addr().0 {
        Addr::SocketAddr(address) => Some(address.ip().to_canonical()),
        _ => None,
    }
}

fn is_trusted(address: IpAddr, trusted_proxies: &[IpNet]) -> bool {
    trusted_proxies.iter().any(|block| block.contains(&address))
}

fn parse_hop(hop: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(hop).ok()?.trim();
    // Some load balancers append the port, and some put IPv6 addresses in brackets.
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let address: Option<IpAddr> = text.parse().ok().or_else(bracketed).or_else(with_port);
    address.map(|address| address.to_canonical())
}

/// The last item of a list header, which the nearest proxy wrote.
fn last_item<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let line = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    line.rsplit(',').next().map(str::trim).filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use poem::RequestBuilder;
    use poem::web::RemoteAddr;

    use super::*;

    /// An address, or `unix`.
    fn from_peer(peer: &str) -> RequestBuilder {
        let address = || format!("{peer}:1234").parse::<SocketAddr>().expect("an address").into();
        let peer = if peer == "unix" { unix_socket_peer() } else { address() };
        Request::builder().extension(RemoteAddr(peer))
    }

    /// Poem's builder sets no peer, so the request is made from hyper's parts.
    fn request(peer: &str, headers: &[(&str, &str)]) -> Request {
        let built =
            headers.iter().fold(from_peer(peer), |builder, (name, value)| builder.header(*name, *value)).finish();
        let (mut parts, body) = built.into_parts();
        let remote = parts.extensions.remove::<RemoteAddr>().expect("set above");
        let mut bare = poem::http::Request::new(());
        *bare.headers_mut() = parts.headers;
        let (bare, ()) = bare.into_parts();
        let parts = (bare, poem::web::LocalAddr::default(), remote, poem::http::uri::Scheme::HTTP).into();
        Request::from_parts(parts, body)
    }

    fn address_of(peer: &str, forwarded_for: &[&str], trusted: &[&str]) -> String {
        let headers: Vec<_> = forwarded_for.iter().map(|line| ("x-forwarded-for", *line)).collect();
        let trusted: Vec<IpNet> = trusted.iter().map(|block| block.parse().expect("a block")).collect();
        address(&request(peer, &headers), &trusted).expect("an IP peer").to_string()
    }

    #[test]
    fn forwarding_headers_of_untrusted_peers_are_ignored() {
        assert_eq!(address_of("192.0.2.1", &["198.51.100.7"], &[]), "192.0.2.1");
        assert_eq!(address_of("192.0.2.1", &["198.51.100.7"], &["10.0.0.0/8"]), "192.0.2.1");
    }

    #[test]
    fn the_rightmost_untrusted_address_is_the_client() {
        let trusted = ["10.0.0.0/8", "fd00::/8"];
        assert_eq!(address_of("10.0.0.1", &["198.51.100.7"], &trusted), "198.51.100.7");
        assert_eq!(address_of("10.0.0.1", &["6.6.6.6, 198.51.100.7, 10.0.0.2"], &trusted), "198.51.100.7");
        assert_eq!(address_of("10.0.0.1", &["6.6.6.6", "198.51.100.7", "fd00::2"], &trusted), "198.51.100.7");
        assert_eq!(address_of("10.0.0.1", &["6.6.6.6, garbage, 10.0.0.2"], &trusted), "10.0.0.2");
        assert_eq!(address_of("10.0.0.1", &[], &trusted), "10.0.0.1");
        for hop in ["::ffff:198.51.100.7", "198.51.100.7:4711", "[::ffff:198.51.100.7]", "[::ffff:198.51.100.7]:4711"] {
            assert_eq!(address_of("10.0.0.1", &[hop], &trusted), "198.51.100.7");
        }
    }

    #[test]
    fn the_peer_of_a_unix_socket_is_a_trusted_proxy() {
        assert_eq!(address_of("unix", &["6.6.6.6, 198.51.100.7"], &[]), "198.51.100.7");
        assert_eq!(address_of("unix", &["198.51.100.7, 10.0.0.2"], &["10.0.0.0/8"]), "198.51.100.7");
        assert_eq!(address_of("unix", &[], &[]), "127.0.0.1");
        let request = request("unix", &[("host", "x"), ("x-forwarded-host", "door.example"), ("x-real-ip", "x")]);
        assert_eq!(own_origin(&request, &[]).map(|origin| origin.to_string()).as_deref(), Some("http://door.example"));
        assert_eq!(ignored_forwarding(&request, &[]), None);
    }

    #[test]
    fn ipv4_mapped_ipv6_addresses_count_as_ipv4() {
        assert_eq!(address_of("[::ffff:10.0.0.1]", &["198.51.100.7"], &["10.0.0.0/8"]), "198.51.100.7");
    }

    #[test]
    fn the_own_origin_comes_from_host_or_a_trusted_proxy() {
        let headers = [
            ("host", "app.example"),
            ("x-forwarded-host", "Evil.example, Door.Example"),
            ("x-forwarded-proto", "https"),
        ];
        let origin =
            |trusted: &[IpNet]| own_origin(&request("10.0.0.1", &headers), trusted).map(|origin| origin.to_string());
        assert_eq!(origin(&[]).as_deref(), Some("http://app.example"));
        assert_eq!(origin(&["10.0.0.1/32".parse().expect("a block")]).as_deref(), Some("https://door.example"));
        assert_eq!(own_origin(&request("10.0.0.1", &[("host", "a@b/c")]), &[]), None);
    }
}
