//! The address that a request comes from.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The client's address, as an extension of the request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

/// How many times as much the networks around an IPv6 address may do, by the lengths of their
/// prefixes. A customer gets a /64, a /56 or a /48, so that each must have a limit: otherwise one
/// /48 could do as much as 65,536 addresses.
const IPV6_FACTORS: [(u8, usize); 3] = [(64, 1), (56, 4), (48, 16)];

/// Where a request comes from.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) address: Option<IpAddr>,
    /// Why it is the connection's address, although proxies are configured.
    pub(super) problem: Option<String>,
}

/// The client's address: that of the connection, or with `proxies` in front, the one that the
/// outermost of them saw.
pub(super) fn find(request: &Request, proxies: usize) -> Found {
    let connection = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip().to_canonical());
    if proxies == 0 {
        return Found {
            address: connection,
            problem: None,
        };
    }
    match forwarded(request.headers(), proxies) {
        Ok(address) => Found {
            address: Some(address),
            problem: None,
        },
        Err(problem) => Found {
            address: connection,
            problem: Some(problem),
        },
    }
}

/// Each proxy appends the address that it saw, so the client's is as many from the end as there are
/// proxies. The client itself may have sent the ones before, whatever bytes they are.
fn forwarded(headers: &HeaderMap, proxies: usize) -> Result<IpAddr, String> {
    let lines = headers.get_all("x-forwarded-for");
    let mut entries = lines
        .iter()
        .rev()
        .flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','))
        // Empty members of a list do not count (RFC 9110, section 5.6.1).
        .filter(|entry| !entry.trim_ascii().is_empty());
    let mut passed = 0;
    let entry = entries.by_ref().inspect(|_| passed += 1).nth(proxies - 1);
    let Some(entry) = entry else {
        return Err(format!("expected {proxies} addresses, found {passed}"));
    };
    parse(entry).ok_or_else(|| {
        let found = String::from_utf8_lossy(entry);
        let found: String = found.trim().chars().take(100).collect();
        format!("expected an address at place {proxies} from the end, found `{found}`")
    })
}

/// An address, with or without a port; an IPv6 address with a port is in brackets. An IPv4 address is
/// one, also where it is written as IPv6: it is searched for in the audit log.
fn parse(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry.trim_ascii()).ok()?;
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let address = match bare {
        Some(bare) => bare.parse().ok().map(IpAddr::V6),
        None => text
            .parse()
            .or_else(|_| text.parse().map(|address: SocketAddr| address.ip()))
            .ok(),
    };
    address.as_ref().map(IpAddr::to_canonical)
}

/// The networks of an address that limits apply to, with how many times as much each may do: an IPv4
/// address, or the /64, /56 and /48 of an IPv6 address.
pub(super) fn networks(address: IpAddr) -> Vec<(IpNet, usize)> {
    match address.to_canonical() {
        IpAddr::V6(address) => IPV6_FACTORS
            .map(|(prefix, factor)| {
                let network = Ipv6Net::new_assert(address, prefix).trunc();
                (network.into(), factor)
            })
            .to_vec(),
        IpAddr::V4(address) => vec![(Ipv4Net::new_assert(address, 32).into(), 1)],
    }
}

/// How much a request takes from the rate limits of networks.
#[expect(clippy::cast_precision_loss, reason = "factors are small")]
pub(super) fn costs(address: IpAddr) -> Vec<(IpNet, f64)> {
    let networks = networks(address).into_iter();
    networks
        .map(|(network, factor)| (network, 1.0 / factor as f64))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use axum::body::Body;
    use axum::extract::{ConnectInfo, Request};
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::{SocketAddr, costs, find, forwarded, networks};
    use crate::http::rate_limit::RateLimit;

    const NAME: HeaderName = HeaderName::from_static("x-forwarded-for");

    fn found(lines: &[&[u8]], proxies: usize) -> Result<String, String> {
        let line = |bytes: &&[u8]| (NAME, HeaderValue::from_bytes(bytes).unwrap());
        let headers: HeaderMap = lines.iter().map(line).collect();
        forwarded(&headers, proxies).map(|address| address.to_string())
    }

    #[test]
    fn the_outermost_trusted_proxy_says_the_address() {
        for (lines, proxies, expected) in [
            (&[&b"6.6.6.6, 1.2.3.4"[..]][..], 1, "1.2.3.4"),
            (&[b"6.6.6.6, 1.2.3.4, 10.0.0.1"], 2, "1.2.3.4"),
            (&[b"6.6.6.6", b"1.2.3.4", b"10.0.0.1"], 2, "1.2.3.4"),
            (&[b"6.6.6.6, 1.2.3.4", b"10.0.0.1"], 2, "1.2.3.4"),
            (&[b"6.6.6.6,1.2.3.4\t"], 1, "1.2.3.4"),
            (&[b"\xff\xfe, 1.2.3.4"], 1, "1.2.3.4"),
            (&[b"\xc3\xa9", b"1.2.3.4"], 1, "1.2.3.4"),
            (&[b",,, 1.2.3.4"], 1, "1.2.3.4"),
            (&[b"1.2.3.4, "], 1, "1.2.3.4"),
            (&[b"1.2.3.4", b""], 1, "1.2.3.4"),
            (
                &[b"6.6.6.6, 1.2.3.4,, ,", b" , ", b"10.0.0.1,\t"],
                2,
                "1.2.3.4",
            ),
            (&[b"1.2.3.4:5678"], 1, "1.2.3.4"),
            (&[b"2001:db8::1"], 1, "2001:db8::1"),
            (&[b"[2001:db8::1]"], 1, "2001:db8::1"),
            (&[b"[2001:db8::1]:443"], 1, "2001:db8::1"),
            (&[b"::ffff:1.2.3.4"], 1, "1.2.3.4"),
            (&[b"[::ffff:1.2.3.4]:443"], 1, "1.2.3.4"),
        ] {
            assert_eq!(found(lines, proxies).as_deref(), Ok(expected), "{lines:?}");
        }
    }

    #[test]
    fn a_connection_from_ipv4_to_a_socket_for_both_is_from_ipv4() {
        let address: SocketAddr = "[::ffff:1.2.3.4]:5678".parse().unwrap();
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(ConnectInfo(address));
        let found = find(&request, 0).address.unwrap();
        assert_eq!(found.to_string(), "1.2.3.4");
    }

    #[test]
    fn anything_else_is_no_address_and_the_problem_says_so() {
        for (lines, proxies, expected) in [
            (&[][..], 1, "expected 1 addresses, found 0"),
            (&[&b"1.2.3.4"[..]][..], 2, "expected 2 addresses, found 1"),
            (&[b"nonsense"], 1, "from the end, found `nonsense`"),
            (&[b" , ,"], 1, "expected 1 addresses, found 0"),
            (&[b"1.2.3.4, "], 2, "expected 2 addresses, found 1"),
            (&[b"1.2.3.4\xff"], 1, "found `1.2.3.4\u{fffd}`"),
            (&[b"1.2.3.4:"], 1, "found `1.2.3.4:`"),
            (&[b"1.2.3.4:99999"], 1, "found"),
            (&[b"[1.2.3.4]"], 1, "found"),
            (&[b"[2001:db8::1"], 1, "found"),
        ] {
            let problem = found(lines, proxies).unwrap_err();
            assert!(problem.contains(expected), "{problem}");
        }
        let long = "9".repeat(5_000);
        assert!(found(&[long.as_bytes()], 1).unwrap_err().len() < 200);
    }

    #[test]
    fn an_address_is_in_one_network_of_ipv4_or_three_of_ipv6() {
        let of = |text: &str| networks(text.parse().unwrap());
        let prefixes = |text: &str| -> Vec<_> {
            let networks = of(text).into_iter();
            networks.map(|(network, _)| network.to_string()).collect()
        };
        assert_eq!(
            prefixes("2001:db8:1:2345:6::7"),
            [
                "2001:db8:1:2345::/64",
                "2001:db8:1:2300::/56",
                "2001:db8:1::/48"
            ]
        );
        assert_eq!(prefixes("1.2.3.4"), ["1.2.3.4/32"]);
        assert_eq!(of("::ffff:1.2.3.4"), of("1.2.3.4"));
    }

    #[test]
    fn a_48_makes_sixteen_times_the_requests_of_an_address_and_no_more() {
        let (limit, now) = (RateLimit::new(50.0, 200.0), Instant::now());
        let taken = |text: String| {
            let costs = costs(text.parse().unwrap());
            std::iter::repeat_with(|| limit.take_all(&costs, now))
                .take_while(Result::is_ok)
                .count()
        };
        let in_48 = |network: u16| taken(format!("2001:db8:1:{network:x}::1"));
        assert_eq!(in_48(0), 200, "a /64");
        assert_eq!(
            (1..256).map(in_48).sum::<usize>(),
            600,
            "the rest of its /56"
        );
        assert_eq!(
            (256..65_535).map(in_48).sum::<usize>(),
            2_400,
            "the rest of its /48"
        );
        assert_eq!(taken("2001:db8:2::1".to_owned()), 200, "another /48");
    }
}
