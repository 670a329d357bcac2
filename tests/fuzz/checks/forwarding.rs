//! Forwarding headers. Input: the first line is the peer's address, the rest is the head of its request.

use std::net::IpAddr;

use doorward_adapters_http::Origin;
use doorward_adapters_http::fuzzing::{client_address, own_origin};
use ipnet::IpNet;
use poem::http::{HeaderMap, HeaderValue};

use super::head;

pub fn check(input: &[u8]) {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let peer = std::str::from_utf8(&input[..end]).ok().and_then(|text| text.parse::<IpAddr>().ok());
    let Some(peer) = peer else { return };
    let headers = head::parse(&input[end..]);
    let proxies: Vec<IpNet> = ["10.0.0.0/8", "fd00::/8"].map(|block| block.parse().expect("a block")).into();
    let is_proxy = |address: IpAddr| proxies.iter().any(|block| block.contains(&address.to_canonical()));

    let address = client_address(peer, headers.clone(), &proxies).expect("an IP peer");
    assert_eq!(address, address.to_canonical(), "an IPv4-mapped IPv6 address");
    assert_eq!(address, expected_address(peer, &headers, &is_proxy));
    assert_eq!(client_address(peer, headers.clone(), &[]), Some(peer.to_canonical()), "no proxy is trusted");

    // Addresses that a client puts in front of the list do not outweigh the ones that a proxy appends.
    let forged = head::with(&headers, "x-forwarded-for", "6.6.6.6, 10.6.6.6", true);
    let with_forged = client_address(peer, forged, &proxies);
    if !is_proxy(address) {
        assert_eq!(with_forged, Some(address));
    }

    let origin = own_origin(peer, headers.clone(), &proxies);
    if let Some(origin) = &origin {
        assert_eq!(origin.to_string().parse::<Origin>().as_ref(), Ok(origin));
    }
    if !is_proxy(peer) {
        assert_eq!(address, peer.to_canonical(), "an untrusted peer chose its address");
        let bare = head::without(&head::without(&headers, "x-forwarded-host"), "x-forwarded-proto");
        assert_eq!(origin, own_origin(peer, bare, &proxies), "an untrusted peer chose the origin");
    }
}

/// The rule, implemented independently: the last address of the list that is no proxy. An entry that is no address
/// discards everything before it.
fn expected_address(peer: IpAddr, headers: &HeaderMap, is_proxy: &dyn Fn(IpAddr) -> bool) -> IpAddr {
    let lines: Vec<&[u8]> = headers.get_all("x-forwarded-for").iter().map(HeaderValue::as_bytes).collect();
    let list = lines.join(&b","[..]);
    let hops = list.split(|byte| *byte == b',').map(|hop| std::str::from_utf8(hop).ok()?.trim().parse::<IpAddr>().ok());
    let mut route: Vec<IpAddr> = Vec::new();
    for hop in hops {
        match hop {
            Some(address) => route.push(address.to_canonical()),
            None => route.clear(),
        }
    }
    route.push(peer.to_canonical());
    let first = route[0];
    route.into_iter().rev().find(|address| !is_proxy(*address)).unwrap_or(first)
}
