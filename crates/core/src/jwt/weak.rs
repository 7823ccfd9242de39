//! Well-formed keys that are insecure: anyone can make signatures for them.

/// The primes that the flawed generator's fingerprint shows in; those up to 167, for keys of every
/// size.
const PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// Whether an RSA modulus bears the fingerprint of the generator with the ROCA flaw
/// ([CVE-2017-15361]): modulo each of the small primes it is a power of 65537. Its private key can
/// be computed. Of sound keys, one in 2^27 looks so too.
///
/// [CVE-2017-15361]: https://crocs.fi.muni.cz/public/papers/rsa_ccs17
pub(super) fn is_roca(modulus: &[u8]) -> bool {
    PRIMES
        .iter()
        .all(|prime| is_power(65_537 % prime, remainder(modulus, *prime), *prime))
}

fn remainder(number: &[u8], prime: u32) -> u32 {
    number
        .iter()
        .fold(0, |rest, byte| (rest * 256 + u32::from(*byte)) % prime)
}

fn is_power(base: u32, value: u32, prime: u32) -> bool {
    let next = |power: &u32| Some(power * base % prime).filter(|power| *power != 1);
    std::iter::successors(Some(1), next).any(|power| power == value)
}

/// The encodings, but for the sign bit, of Ed25519's points of small order, two of them not
/// canonical.
const SMALL_ORDER: [[u8; 32]; 7] = [
    ends(0, 0, 0),
    ends(1, 0, 0),
    ends(0xec, 0xff, 0x7f),
    ends(0xed, 0xff, 0x7f),
    ends(0xee, 0xff, 0x7f),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

const fn ends(first: u8, between: u8, last: u8) -> [u8; 32] {
    let mut bytes = [between; 32];
    let [head, .., tail] = &mut bytes;
    *head = first;
    *tail = last;
    bytes
}

/// Whether an Ed25519 public key is a point of small order ([RFC 8032, section 8.8] leaves it to
/// applications): under such a key one signature holds for any message.
///
/// [RFC 8032, section 8.8]: https://www.rfc-editor.org/rfc/rfc8032#section-8
pub(super) fn is_small_order(point: &[u8]) -> bool {
    SMALL_ORDER
        .iter()
        .any(|weak| match (point.split_last(), weak.split_last()) {
            (Some((last, rest)), Some((weak_last, weak_rest))) => {
                rest == weak_rest && last & 0x7f == *weak_last
            }
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_65537_bear_the_fingerprint() {
        let mut product = vec![1];
        for _ in 0..12 {
            product = times_65537(&product);
            assert!(is_roca(&product));
        }
        *product.last_mut().unwrap() ^= 2;
        assert!(!is_roca(&product));
        assert!(!is_roca(&[]));
    }

    fn times_65537(number: &[u8]) -> Vec<u8> {
        let shifted = [number, &[0, 0]].concat();
        let mut sum = Vec::new();
        let mut carry = 0;
        for (index, byte) in shifted.iter().rev().enumerate() {
            let other = number.iter().rev().nth(index).copied().unwrap_or_default();
            let digit = u32::from(*byte) + u32::from(other) + carry;
            sum.insert(0, u8::try_from(digit % 256).unwrap());
            carry = digit / 256;
        }
        sum
    }

    #[test]
    fn points_of_small_order_are_known_with_either_sign() {
        for mut point in SMALL_ORDER {
            assert!(is_small_order(&point));
            point[31] |= 0x80;
            assert!(is_small_order(&point));
            point[15] ^= 1;
            assert!(!is_small_order(&point));
        }
        assert!(!is_small_order(&[]));
    }

    #[test]
    fn the_list_of_small_orders_is_that_of_the_curve() {
        for mut point in SMALL_ORDER {
            for sign in [0, 0x80] {
                point[31] |= sign;
                let key = ed25519_dalek::VerifyingKey::from_bytes(&point);
                assert!(
                    key.is_err() || key.is_ok_and(|key| key.is_weak()),
                    "{point:?}"
                );
            }
        }
    }
}
