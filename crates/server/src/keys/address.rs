//! Which addresses may be connected to. The people who register issuers must not be able to make the
//! server connect to hosts that only it can reach.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A range of addresses, such as `10.1.0.0/16`, or a single address.
///
/// ```
/// use claimgate_server::keys::Network;
///
/// let network: Network = "10.1.0.0/16".parse()?;
/// assert!(network.contains("10.1.2.3".parse().unwrap()));
/// assert!(!network.contains("10.2.0.0".parse().unwrap()));
/// # Ok::<(), claimgate_server::keys::NetworkError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// The error for a text that is not a range of addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a range of addresses such as `10.1.0.0/16`, found `{found}`")]
pub struct NetworkError {
    /// The text.
    pub found: String,
}

impl Network {
    /// Whether an address is in the range.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                shares_prefix(own.to_bits(), other.to_bits(), 32, self.prefix)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                shares_prefix(own.to_bits(), other.to_bits(), 128, self.prefix)
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let error = || NetworkError {
            found: text.to_owned(),
        };
        let (address, prefix) = text
            .split_once('/')
            .map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| error())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => longest,
            Some(digits) => digits
                .parse()
                .ok()
                .filter(|prefix| *prefix <= longest)
                .ok_or_else(error)?,
        };
        Ok(Self { address, prefix })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.address, self.prefix)
    }
}

fn shares_prefix(own: impl Into<u128>, other: impl Into<u128>, bits: u32, prefix: u8) -> bool {
    let differ = own.into() ^ other.into();
    differ
        .checked_shr(bits.saturating_sub(prefix.into()))
        .unwrap_or(0)
        == 0
}

/// Why an address is not public; `None` if it is. The addresses in the registries of special-purpose
/// addresses ([RFC 6890](https://www.rfc-editor.org/rfc/rfc6890)) are not.
pub(super) fn problem(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => problem_v4(address),
        IpAddr::V6(address) => problem_v6(address),
    }
}

fn problem_v4(address: Ipv4Addr) -> Option<&'static str> {
    match address.octets() {
        [0, ..] => Some("an address of this network"),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Some("a private address"),
        [100, 64..=127, ..] => Some("an address within a provider's network"),
        [127, ..] => Some("a loopback address"),
        [169, 254, ..] => Some("a link-local address"),
        [192, 0, 0, _] | [192, 88, 99, _] => Some("an address for protocols"),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => {
            Some("an address for documentation")
        }
        [198, 18..=19, ..] => Some("an address for benchmarks"),
        [224..=239, ..] => Some("a multicast address"),
        [240..=255, ..] => Some("a reserved address"),
        _ => None,
    }
}

fn problem_v6(address: Ipv6Addr) -> Option<&'static str> {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some("an address of this network"),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some("a loopback address"),
        [0, 0, 0, 0, 0, 0xffff | 0, ..] => Some("an IPv4 address written as IPv6"),
        // NAT64: whatever the IPv4 address is (RFC 6052).
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            problem_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
        }
        [0xfc00..=0xfdff, ..] => Some("a private address"),
        [0xfe80..=0xfebf, ..] => Some("a link-local address"),
        [0xfec0..=0xfeff, ..] => Some("a private address"),
        [0xff00..=0xffff, ..] => Some("a multicast address"),
        [0x2001, 0..=0x1ff, ..] => Some("an address for protocols"),
        [0x2002, ..] => Some("an IPv4 address written as IPv6"),
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Some("an address for documentation"),
        [0x2000..=0x3fff, ..] => None,
        _ => Some("a reserved address"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(address: &str) -> Option<&'static str> {
        problem(address.parse().unwrap())
    }

    #[test]
    fn public_addresses_are_allowed() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "2001:4860:4860::8888",
            "2001:200::1",
            "64:ff9b::101:101",
        ] {
            assert_eq!(found(address), None, "{address}");
        }
    }

    #[test]
    fn other_addresses_are_not_allowed() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.0",
            "10.255.255.255",
            "100.64.0.0",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.0",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.0",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.0",
            "255.255.255.255",
        ] {
            assert!(found(address).is_some(), "{address}");
            assert!(
                found(&format!("::ffff:{address}")).is_some(),
                "{address}, mapped"
            );
            assert!(
                found(&format!("64:ff9b::{address}")).is_some(),
                "{address}, through NAT64"
            );
        }
        for address in [
            "::",
            "::1",
            "::7f00:1",
            "::ffff:8.8.8.8",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:1ff::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "3fff:fff::",
            "5f00::1",
            "fc00::1",
            "fdff::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
            "1::1",
        ] {
            assert!(found(address).is_some(), "{address}");
        }
    }

    #[test]
    fn addresses_are_connected_to_as_the_page_says() {
        let page = include_str!("../../../../docs/keys.md");
        let rows = page
            .lines()
            .skip_while(|line| *line != "| address | connected to |")
            .skip(2);
        let rows: Vec<Vec<&str>> = rows
            .map_while(|line| line.strip_prefix('|'))
            .map(|row| row.split('|').collect())
            .collect();
        assert!(rows.len() > 10);
        for row in rows {
            let address = row[0].trim().trim_matches('`');
            assert_eq!(found(address).unwrap_or("yes"), row[1].trim(), "{address}");
        }
    }

    #[test]
    fn ranges_are_read_and_hold_what_they_say() {
        for (network, inside, outside) in [
            ("127.0.0.1", "127.0.0.1", "127.0.0.2"),
            ("127.0.0.0/8", "127.9.9.9", "128.0.0.1"),
            ("10.1.2.3/16", "10.1.255.255", "10.2.0.0"),
            ("fd00::/8", "fd12::1", "fe00::1"),
            ("0.0.0.0/0", "255.1.1.1", "::1"),
            ("::/0", "ff::1", "1.1.1.1"),
        ] {
            let network: Network = network.parse().unwrap();
            assert!(
                network.contains(inside.parse().unwrap()),
                "{network} has {inside}"
            );
            assert!(
                !network.contains(outside.parse().unwrap()),
                "{network} has not {outside}"
            );
        }
        for text in [
            "",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0/8",
            "::/129",
            "a",
            "10.0.0.0/-1",
        ] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
