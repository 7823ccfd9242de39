//! How many connections are open, in total and from each address.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ipnet::IpNet;

use crate::http::client_address::networks;
use crate::lock::lock;

/// At least how long there is between two warnings.
const WARNING_INTERVAL: Duration = Duration::from_secs(60);

/// The connections that are open. Only their addresses are kept, so its memory is bounded by the
/// total.
#[derive(Debug)]
pub(super) struct OpenConnections {
    /// The most in total; zero is no limit.
    total: usize,
    /// The most from one address; zero is no limit.
    per_address: usize,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    total: usize,
    by_network: HashMap<IpNet, usize>,
    /// Connections that were refused since the last warning.
    refused: usize,
    warned: Option<Instant>,
}

/// Why a connection is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Refusal {
    #[error("too many connections in total")]
    Total,
    #[error("too many connections from one address")]
    Address,
}

/// The place of a connection, until it is dropped.
#[derive(Debug)]
pub(super) struct Permit {
    open: Arc<OpenConnections>,
    networks: Vec<(IpNet, usize)>,
}

impl OpenConnections {
    pub(super) fn new(total: usize, per_address: usize) -> Arc<Self> {
        Arc::new(Self {
            total,
            per_address,
            counts: Mutex::default(),
        })
    }

    /// Counts a connection from an address.
    ///
    /// # Errors
    /// If there are too many.
    pub(super) fn admit(self: &Arc<Self>, address: IpAddr) -> io::Result<Permit> {
        let networks = networks(address);
        let mut counts = lock(&self.counts);
        if let Some(refusal) = self.refusal(&counts, &networks) {
            counts.warn(refusal, address);
            return Err(io::Error::other(refusal));
        }
        counts.total += 1;
        for (network, _) in &networks {
            *counts.by_network.entry(*network).or_default() += 1;
        }
        Ok(Permit {
            open: Arc::clone(self),
            networks,
        })
    }

    fn refusal(&self, counts: &Counts, networks: &[(IpNet, usize)]) -> Option<Refusal> {
        let is_reached = |count: usize, limit: usize| limit > 0 && count >= limit;
        let is_full = |(network, factor): &(IpNet, usize)| {
            let own = counts.by_network.get(network).copied().unwrap_or(0);
            is_reached(own, self.per_address.saturating_mul(*factor))
        };
        if is_reached(counts.total, self.total) {
            Some(Refusal::Total)
        } else {
            networks.iter().any(is_full).then_some(Refusal::Address)
        }
    }
}

impl Counts {
    /// Logs refusals, but not each of them.
    fn warn(&mut self, refusal: Refusal, address: IpAddr) {
        self.refused += 1;
        let now = Instant::now();
        if self
            .warned
            .is_some_and(|warned| now.saturating_duration_since(warned) < WARNING_INTERVAL)
        {
            return;
        }
        let Self { total, refused, .. } = self;
        tracing::warn!(%address, open = *total, refused = *refused, "refused a connection: {refusal}");
        (self.refused, self.warned) = (0, Some(now));
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut counts = lock(&self.open.counts);
        counts.total = counts.total.saturating_sub(1);
        for (network, _) in &self.networks {
            if let Some(own) = counts.by_network.get_mut(network) {
                *own -= 1;
                if *own == 0 {
                    counts.by_network.remove(network);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{OpenConnections, Permit, Refusal};

    fn admit(open: &Arc<OpenConnections>, address: &str) -> Result<Permit, Refusal> {
        open.admit(address.parse().unwrap())
            .map_err(|error| error.downcast().unwrap())
    }

    #[test]
    fn each_address_has_a_limit_of_its_own() {
        let open = OpenConnections::new(0, 2);
        let first = admit(&open, "192.0.2.1").unwrap();
        let _second = admit(&open, "::ffff:192.0.2.1").unwrap();
        assert_eq!(admit(&open, "192.0.2.1").unwrap_err(), Refusal::Address);
        let _other = admit(&open, "192.0.2.2").unwrap();
        drop(first);
        let _third = admit(&open, "192.0.2.1").unwrap();
    }

    #[test]
    fn one_customers_network_is_one_address() {
        let open = OpenConnections::new(0, 1);
        let _first = admit(&open, "2001:db8:1:2::1").unwrap();
        assert_eq!(
            admit(&open, "2001:db8:1:2:ffff::").unwrap_err(),
            Refusal::Address
        );
        let _other = admit(&open, "2001:db8:1:3::1").unwrap();
    }

    #[test]
    fn a_48_has_sixteen_times_the_connections_of_an_address() {
        let open = OpenConnections::new(0, 2);
        let address = |network: u16| format!("2001:db8:1:{network:x}::1");
        let in_56: Vec<_> = (0..100)
            .filter_map(|network| admit(&open, &address(network)).ok())
            .collect();
        assert_eq!(in_56.len(), 8);
        let in_48: Vec<_> = (0..100)
            .filter_map(|network| admit(&open, &address(network << 8)).ok())
            .collect();
        assert_eq!(in_48.len(), 24);
        drop(in_56);
        assert!(admit(&open, &address(5)).is_ok());
    }

    #[test]
    fn the_total_has_a_limit_whatever_the_addresses() {
        let open = OpenConnections::new(2, 0);
        let first = admit(&open, "192.0.2.1").unwrap();
        let _second = admit(&open, "192.0.2.1").unwrap();
        assert_eq!(admit(&open, "192.0.2.2").unwrap_err(), Refusal::Total);
        drop(first);
        let _third = admit(&open, "192.0.2.2").unwrap();
    }

    #[test]
    fn what_is_closed_takes_no_memory() {
        let open = OpenConnections::new(0, 0);
        for number in 0..1_000_u32 {
            let address = std::net::Ipv4Addr::from(number).into();
            drop(open.admit(address).unwrap());
        }
        assert_eq!(open.counts.lock().unwrap().by_network.len(), 0);
    }
}
