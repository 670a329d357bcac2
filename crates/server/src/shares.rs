//! How much of something one address may hold, and all addresses together: connections, and answers that are not read.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use doorward_domain::AddressBlock;
use ipnet::IpNet;

/// An amount that is shared by all addresses, of which each may hold a part.
pub(crate) struct Shares {
    /// The most that all hold together.
    total: usize,
    /// The most that one address holds.
    each: usize,
    /// The addresses that hold for many clients. Only the total bounds them.
    proxies: Vec<IpNet>,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    total: usize,
    by_address: HashMap<AddressBlock, usize>,
}

/// What an address holds, until it is dropped.
pub(crate) struct Share {
    shares: Arc<Shares>,
    address: AddressBlock,
    amount: usize,
}

impl Shares {
    /// `total` for all, of which each address gets at most `each`; proxies and this machine as much as there is.
    pub(crate) fn new(total: usize, each: usize, proxies: Vec<IpNet>) -> Arc<Self> {
        Arc::new(Self { total, each, proxies, held: Mutex::default() })
    }

    /// Takes an amount for an address; `None` where it or all together would hold too much.
    pub(crate) fn take(self: &Arc<Self>, address: IpAddr, amount: usize) -> Option<Share> {
        let each = if self.holds_for_many(address.to_canonical()) { self.total } else { self.each };
        let address = AddressBlock::of(Some(address));
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let of_address = held.by_address.get(&address).copied().unwrap_or_default();
        if of_address.saturating_add(amount) > each || held.total.saturating_add(amount) > self.total {
            return None;
        }
        held.by_address.insert(address, of_address + amount);
        held.total += amount;
        Some(Share { shares: Arc::clone(self), address, amount })
    }

    fn holds_for_many(&self, address: IpAddr) -> bool {
        address.is_loopback() || self.proxies.iter().any(|block| block.contains(&address))
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.shares.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.total -= self.amount;
        if let Some(of_address) = held.by_address.get_mut(&self.address) {
            *of_address -= self.amount;
            if *of_address == 0 {
                held.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn an_address_gets_its_share_and_all_get_the_total() {
        let shares = Shares::new(10, 4, vec![]);
        let held: Vec<_> = (0..4).filter_map(|_| shares.take(address("192.0.2.1"), 1)).collect();
        assert_eq!(held.len(), 4);
        assert!(shares.take(address("192.0.2.1"), 1).is_none(), "its share");
        assert!(shares.take(address("::ffff:192.0.2.1"), 1).is_none(), "the same address");
        let other = shares.take(address("2001:db8::1"), 4).expect("another share");
        assert!(shares.take(address("2001:db8::2"), 1).is_none(), "the same /64");
        assert!(shares.take(address("192.0.2.2"), 3).is_none(), "the total");
        drop(other);
        assert!(shares.take(address("192.0.2.2"), 3).is_some());
        drop(held);
        assert!(shares.held.lock().expect("no panic").by_address.is_empty(), "nothing is kept of who held");
    }

    #[test]
    fn a_trusted_proxy_and_this_machine_hold_for_many() {
        let shares = Shares::new(10, 1, vec!["192.0.2.0/24".parse().expect("a block")]);
        let proxied = shares.take(address("192.0.2.9"), 5);
        let local = [shares.take(address("127.0.0.1"), 2), shares.take(address("::1"), 3)];
        assert!(proxied.is_some() && local.iter().all(Option::is_some));
        assert!(shares.take(address("192.0.2.9"), 1).is_none(), "the total");
    }
}
