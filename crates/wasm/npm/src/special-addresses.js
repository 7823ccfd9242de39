// Generated from crates/server/src/keys/address.rs: CLAIMGATE_WRITE=1 cargo test -p claimgate-server --lib

export const SPECIAL = [
  ["0.0.0.0/8", "an address of this network"],
  ["10.0.0.0/8", "a private address"],
  ["172.16.0.0/12", "a private address"],
  ["192.168.0.0/16", "a private address"],
  ["100.64.0.0/10", "an address within a provider's network"],
  ["127.0.0.0/8", "a loopback address"],
  ["169.254.0.0/16", "a link-local address"],
  ["192.0.0.0/24", "an address reserved for protocols"],
  ["192.88.99.0/24", "an address reserved for protocols"],
  ["192.0.2.0/24", "an address reserved for documentation"],
  ["198.51.100.0/24", "an address reserved for documentation"],
  ["203.0.113.0/24", "an address reserved for documentation"],
  ["198.18.0.0/15", "an address reserved for benchmarks"],
  ["224.0.0.0/4", "a multicast address"],
  ["240.0.0.0/4", "a reserved address"],
  ["::/128", "an address of this network"],
  ["::1/128", "a loopback address"],
  ["::/96", "an IPv4 address written as IPv6"],
  ["::ffff:0:0/96", "an IPv4 address written as IPv6"],
  ["2002::/16", "an IPv4 address written as IPv6"],
  ["fc00::/7", "a private address"],
  ["fec0::/10", "a private address"],
  ["fe80::/10", "a link-local address"],
  ["ff00::/8", "a multicast address"],
  ["2001::/23", "an address reserved for protocols"],
  ["2001:db8::/32", "an address reserved for documentation"],
  ["3fff::/20", "an address reserved for documentation"],
];
export const NAT64 = "64:ff9b::/96";
export const GLOBAL_UNICAST = "2000::/3";
export const RESERVED = "a reserved address";
