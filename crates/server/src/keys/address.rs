//! Which addresses may be connected to. The people who register issuers must not be able to make the
//! server connect to hosts that only it can reach.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;
use std::sync::LazyLock;

use ipnet::{AddrParseError, IpNet, Ipv6Net};

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
pub struct Network(IpNet);

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
        self.0.contains(&address)
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        parse(text).map(Self).ok_or_else(|| NetworkError {
            found: text.to_owned(),
        })
    }
}

/// The address is parsed by the standard library, which refuses numbers with leading zeros.
fn parse(text: &str) -> Option<IpNet> {
    let Some((address, prefix)) = text.split_once('/') else {
        return Some(IpNet::from(text.parse::<IpAddr>().ok()?));
    };
    IpNet::new(address.parse().ok()?, prefix.parse().ok()?).ok()
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Why an address is not public; `None` if it is. The addresses in the registries of special-purpose
/// addresses ([RFC 6890](https://www.rfc-editor.org/rfc/rfc6890)) are not.
pub(super) fn problem(address: IpAddr) -> Option<&'static str> {
    let Ranges {
        special,
        nat64,
        global_unicast,
    } = &*RANGES;
    if let IpAddr::V6(address) = address
        && nat64.contains(&address)
    {
        let embedded = Ipv4Addr::from_bits(address.to_bits() as u32);
        return problem(embedded.into());
    }
    let registered = special.iter().find(|(range, _)| range.contains(&address));
    match (registered, address) {
        (Some((_, problem)), _) => Some(problem),
        (None, IpAddr::V6(address)) if !global_unicast.contains(&address) => Some(RESERVED),
        _ => None,
    }
}

struct Ranges {
    /// The first range that contains an address says why it is not public.
    special: Vec<(IpNet, &'static str)>,
    /// Addresses that stand for the IPv4 address in their last 32 bits ([RFC
    /// 6052](https://www.rfc-editor.org/rfc/rfc6052)).
    nat64: Ipv6Net,
    /// The only IPv6 addresses that are assigned to networks so far.
    global_unicast: Ipv6Net,
}

/// Addresses that are not public, and why: the first range that contains an address says it. The npm
/// package has the same ranges, which a test writes to `npm/src/special-addresses.js`.
const SPECIAL: [(&str, &str); 27] = [
    ("0.0.0.0/8", "an address of this network"),
    ("10.0.0.0/8", "a private address"),
    ("172.16.0.0/12", "a private address"),
    ("192.168.0.0/16", "a private address"),
    ("100.64.0.0/10", "an address within a provider's network"),
    ("127.0.0.0/8", "a loopback address"),
    ("169.254.0.0/16", "a link-local address"),
    ("192.0.0.0/24", "an address reserved for protocols"),
    ("192.88.99.0/24", "an address reserved for protocols"),
    ("192.0.2.0/24", "an address reserved for documentation"),
    ("198.51.100.0/24", "an address reserved for documentation"),
    ("203.0.113.0/24", "an address reserved for documentation"),
    ("198.18.0.0/15", "an address reserved for benchmarks"),
    ("224.0.0.0/4", "a multicast address"),
    ("240.0.0.0/4", "a reserved address"),
    ("::/128", "an address of this network"),
    ("::1/128", "a loopback address"),
    ("::/96", "an IPv4 address written as IPv6"),
    ("::ffff:0:0/96", "an IPv4 address written as IPv6"),
    ("2002::/16", "an IPv4 address written as IPv6"),
    ("fc00::/7", "a private address"),
    ("fec0::/10", "a private address"),
    ("fe80::/10", "a link-local address"),
    ("ff00::/8", "a multicast address"),
    ("2001::/23", "an address reserved for protocols"),
    ("2001:db8::/32", "an address reserved for documentation"),
    ("3fff::/20", "an address reserved for documentation"),
];

const NAT64: &str = "64:ff9b::/96";

const GLOBAL_UNICAST: &str = "2000::/3";

const RESERVED: &str = "a reserved address";

static RANGES: LazyLock<Ranges> = LazyLock::new(|| Ranges {
    special: SPECIAL
        .map(|(range, problem)| (parsed(range), problem))
        .into(),
    nat64: parsed(NAT64),
    global_unicast: parsed(GLOBAL_UNICAST),
});

/// A range of this file.
fn parsed<N: FromStr<Err = AddrParseError>>(range: &str) -> N {
    range.parse().expect("a range of addresses with its prefix")
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

    /// The ranges for the npm package, which has no addresses but those in URLs.
    fn javascript() -> String {
        let text = |text: &str| serde_json::to_string(text).unwrap();
        let rows =
            SPECIAL.map(|(range, problem)| format!("  [{}, {}],\n", text(range), text(problem)));
        format!(
            "// Generated from crates/server/src/keys/address.rs: CLAIMGATE_WRITE=1 cargo test -p claimgate-server --lib\n\
             \n\
             export const SPECIAL = [\n{}];\n\
             export const NAT64 = {};\n\
             export const GLOBAL_UNICAST = {};\n\
             export const RESERVED = {};\n",
            rows.concat(),
            text(NAT64),
            text(GLOBAL_UNICAST),
            text(RESERVED),
        )
    }

    #[test]
    fn the_npm_package_has_the_same_ranges() {
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../wasm/npm/src/special-addresses.js"
        );
        if std::env::var_os("CLAIMGATE_WRITE").is_some() {
            std::fs::write(file, javascript()).unwrap();
        }
        let found = std::fs::read_to_string(file).unwrap_or_default();
        assert_eq!(found, javascript(), "CLAIMGATE_WRITE=1 writes {file}");
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
            "010.0.0.0/8",
            "a",
            "10.0.0.0/-1",
        ] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
