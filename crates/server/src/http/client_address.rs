//! The address that a request comes from.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;
use ipnet::Ipv6Net;

/// The client's address, as an extension of the request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

/// The client's address: that of the connection, or with `proxies` in front, the one that the
/// outermost of them saw.
pub(super) fn find(request: &Request, proxies: usize) -> Option<IpAddr> {
    let connection = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip());
    forwarded(request.headers(), proxies).or(connection)
}

/// Each proxy appends the address that it saw, so the client's is as many from the end as there are
/// proxies. The client itself may have sent the ones before.
fn forwarded(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    if proxies == 0 {
        return None;
    }
    let values = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok());
    let addresses: Vec<&str> = values
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    let index = addresses.len().checked_sub(proxies)?;
    addresses.get(index)?.parse().ok()
}

/// The network that rate limits apply to: an IPv4 address, or the /64 of an IPv6 address, which is
/// what one customer gets.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Net::new_assert(v6, 64).network().into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::{forwarded, network};

    fn found(header: &'static str, proxies: usize) -> Option<String> {
        let headers: HeaderMap = [("x-forwarded-for".parse().unwrap(), header.parse().unwrap())]
            .into_iter()
            .collect();
        forwarded(&headers, proxies).map(|address| address.to_string())
    }

    #[test]
    fn the_outermost_trusted_proxy_says_the_address() {
        assert_eq!(found("6.6.6.6, 1.2.3.4", 1).as_deref(), Some("1.2.3.4"));
        assert_eq!(
            found("6.6.6.6, 1.2.3.4, 10.0.0.1", 2).as_deref(),
            Some("1.2.3.4")
        );
    }

    #[test]
    fn without_a_proxy_or_with_too_few_the_header_is_ignored() {
        assert_eq!(found("1.2.3.4", 0), None);
        assert_eq!(found("1.2.3.4", 2), None);
        assert_eq!(found("nonsense", 1), None);
    }

    #[test]
    fn addresses_in_one_64_are_one_network() {
        let address = |text: &str| network(text.parse().unwrap());
        assert_eq!(address("2001:db8:1:2:3::4"), address("2001:db8:1:2:ffff::"));
        assert_ne!(address("2001:db8:1:2::"), address("2001:db8:1:3::"));
        assert_eq!(address("::ffff:1.2.3.4"), address("1.2.3.4"));
    }
}
