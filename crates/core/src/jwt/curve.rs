//! Whether a point is on its curve. The arithmetic is this crate's own, so that the answer is the
//! same whatever cryptography checks signatures: some do not look at all, some only say that the
//! signature is wrong.

use std::cmp::Ordering;

/// A field modulo a prime, with Montgomery multiplication. Numbers are in limbs, the lowest first.
struct Field {
    prime: Vec<u32>,
    /// The inverse of `-prime` modulo 2^32.
    inverse: u32,
    /// What turns a number into its Montgomery form: R², where R is 2 to the number of bits.
    square: Vec<u32>,
    /// One in Montgomery form: R.
    one: Vec<u32>,
}

const P256: [[u32; 8]; 2] = [
    [
        0xffff_ffff,
        0x0000_0001,
        0,
        0,
        0,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
    ],
    [
        0x5ac6_35d8,
        0xaa3a_93e7,
        0xb3eb_bd55,
        0x7698_86bc,
        0x651d_06b0,
        0xcc53_b0f6,
        0x3bce_3c3e,
        0x27d2_604b,
    ],
];

const P384: [[u32; 12]; 2] = [
    [
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_fffe,
        0xffff_ffff,
        0,
        0,
        0xffff_ffff,
    ],
    [
        0xb331_2fa7,
        0xe23e_e7e4,
        0x988e_056b,
        0xe3f8_2d19,
        0x181d_9c6e,
        0xfe81_4112,
        0x0314_088f,
        0x5013_875a,
        0xc656_398d,
        0x8a2e_d19d,
        0x2a85_c8ed,
        0xd3ec_2aef,
    ],
];

const ED25519: [[u32; 8]; 2] = [
    [
        0x7fff_ffff,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffed,
    ],
    [
        0x5203_6cee,
        0x2b6f_fe73,
        0x8cc7_4079,
        0x7779_e898,
        0x0070_0a4d,
        0x4141_d8ab,
        0x75eb_4dca,
        0x1359_78a3,
    ],
];

/// Whether `x` and `y` are coordinates of a point on P-256 (32 bytes each) or P-384 (48 bytes): y² is
/// x³ - 3x + b, and both are below the prime.
pub(super) fn is_on_ec(x: &[u8], y: &[u8]) -> bool {
    let [prime, b]: [&[u32]; 2] = if x.len() == 32 {
        [&P256[0], &P256[1]]
    } else {
        [&P384[0], &P384[1]]
    };
    let field = Field::new(prime, 1);
    let (Some(x), Some(y)) = (field.number(x), field.number(y)) else {
        return false;
    };
    let b = field.multiply(&limbs(b), &field.square);
    let three = field.add(&field.one, &field.add(&field.one, &field.one));
    let slope = field.subtract(&field.multiply(&x, &x), &three);
    field.multiply(&y, &y) == field.add(&field.multiply(&x, &slope), &b)
}

/// Whether a text of 32 bytes is a point of Ed25519 in its only form ([RFC 8032, section
/// 5.1.3](https://www.rfc-editor.org/rfc/rfc8032#section-5.1.3)): `y` is below the prime, and there is
/// an x with x² = (y² - 1) / (dy² + 1).
pub(super) fn is_on_ed25519(point: &[u8]) -> bool {
    let mut bytes: Vec<u8> = point.iter().rev().copied().collect();
    if let Some(first) = bytes.first_mut() {
        *first &= 0x7f; // the sign of x
    }
    // 19 times this is 1 modulo 2^32.
    let field = Field::new(&ED25519[0], 0x286b_ca1b);
    let Some(y) = field.number(&bytes) else {
        return false;
    };
    let y2 = field.multiply(&y, &y);
    let d = field.multiply(&limbs(&ED25519[1]), &field.square);
    let above = field.subtract(&y2, &field.one);
    let below = field.add(&field.multiply(&d, &y2), &field.one);
    // A quotient is a square where the product is. `below` is never zero.
    let product = field.multiply(&above, &below);
    // Euler's criterion: the power of half of `prime - 1`, 2^254 - 10.
    let bits = (0..254).map(|bit| !matches!(bit, 250 | 253));
    let power = bits.fold(field.one.clone(), |power, bit| {
        let power = field.multiply(&power, &power);
        if bit {
            field.multiply(&power, &product)
        } else {
            power
        }
    });
    power == field.one || product.iter().all(|limb| *limb == 0)
}

impl Field {
    fn new(prime: &[u32], inverse: u32) -> Self {
        let prime = limbs(prime);
        let mut field = Self {
            inverse,
            square: Vec::new(),
            one: Vec::new(),
            prime,
        };
        let double = |mut number: Vec<u32>| {
            for _ in 0..32 * field.prime.len() {
                number = field.add(&number, &number);
            }
            number
        };
        let mut one = vec![0; field.prime.len()];
        if let Some(first) = one.first_mut() {
            *first = 1;
        }
        let one = double(one);
        let square = double(one.clone());
        field.one = one;
        field.square = square;
        field
    }

    /// A number in Montgomery form, from big-endian bytes; `None` if it is not below the prime.
    fn number(&self, bytes: &[u8]) -> Option<Vec<u32>> {
        let limb = |bytes: &[u8]| {
            bytes
                .iter()
                .fold(0, |limb, byte| limb << 8 | u32::from(*byte))
        };
        let number: Vec<u32> = bytes.rchunks(4).map(limb).collect();
        let is_below = number.iter().rev().cmp(self.prime.iter().rev()) == Ordering::Less;
        is_below.then(|| self.multiply(&number, &self.square))
    }

    /// The product of two numbers, divided by R.
    fn multiply(&self, a: &[u32], b: &[u32]) -> Vec<u32> {
        let mut sum = vec![0; self.prime.len() + 1];
        for limb in a {
            let mut over = add_product(&mut sum, b, *limb);
            let lowest = sum.first().copied().unwrap_or_default();
            over += add_product(&mut sum, &self.prime, lowest.wrapping_mul(self.inverse));
            // The lowest limb is zero now.
            sum.rotate_left(1);
            if let Some(last) = sum.last_mut() {
                *last = over;
            }
        }
        self.reduce(sum)
    }

    fn add(&self, a: &[u32], b: &[u32]) -> Vec<u32> {
        let mut sum = a.to_vec();
        sum.push(0);
        add_product(&mut sum, b, 1);
        self.reduce(sum)
    }

    fn subtract(&self, a: &[u32], b: &[u32]) -> Vec<u32> {
        self.add(a, &less(&self.prime, b).0)
    }

    /// A number below twice the prime, with one limb more than that, modulo the prime.
    fn reduce(&self, number: Vec<u32>) -> Vec<u32> {
        let (rest, is_negative) = less(&number, &self.prime);
        let mut number = if is_negative { number } else { rest };
        number.truncate(self.prime.len());
        number
    }
}

/// Limbs in the order that this module computes in.
fn limbs(number: &[u32]) -> Vec<u32> {
    number.iter().rev().copied().collect()
}

/// Adds `number` times `factor`, and returns what does not fit.
fn add_product(sum: &mut [u32], number: &[u32], factor: u32) -> u32 {
    let mut carry = 0_u64;
    let limbs = number.iter().chain(std::iter::repeat(&0));
    for (digit, limb) in sum.iter_mut().zip(limbs) {
        carry += u64::from(*digit) + u64::from(*limb) * u64::from(factor);
        *digit = carry as u32;
        carry >>= 32;
    }
    carry as u32
}

/// `a` less `b`, and whether that is negative.
fn less(a: &[u32], b: &[u32]) -> (Vec<u32>, bool) {
    let mut borrow = false;
    let limbs = b.iter().chain(std::iter::repeat(&0));
    let each = |(a, b): (&u32, &u32)| {
        let (rest, first) = a.overflowing_sub(*b);
        let (rest, second) = rest.overflowing_sub(u32::from(borrow));
        borrow = first || second;
        rest
    };
    let rest = a.iter().zip(limbs).map(each).collect();
    (rest, borrow)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use p256::elliptic_curve::sec1::ToEncodedPoint;

    use super::{is_on_ec, is_on_ed25519};

    fn bytes(text: &str) -> Vec<u8> {
        BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// Bytes that look random, the same in every run.
    fn scattered(seed: u32, length: usize) -> Vec<u8> {
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state.to_le_bytes()[1]
        };
        (0..length).map(|_| next()).collect()
    }

    #[test]
    fn points_of_ed25519_are_those_that_another_library_finds() {
        let known = bytes("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert!(is_on_ed25519(&known));
        let mut count = 0;
        for seed in 0..400 {
            let point = scattered(seed, 32);
            let other = ed25519_dalek::VerifyingKey::from_bytes(&point.clone().try_into().unwrap());
            assert_eq!(is_on_ed25519(&point), other.is_ok(), "{point:02x?}");
            count += u32::from(other.is_ok());
        }
        assert!((100..300).contains(&count), "about half are points");
    }

    #[test]
    fn a_number_has_one_form() {
        // 9 is a coordinate of a point; 9 + p is the same number, written otherwise.
        for small in 0..19_u8 {
            let mut point = [0; 32];
            point[0] = small;
            let mut other = [0xff; 32];
            other[0] = 0xed + small;
            other[31] = 0x7f;
            if u16::from(small) + 0xed < 0x100 {
                assert!(!is_on_ed25519(&other), "{small}");
            }
            let known = ed25519_dalek::VerifyingKey::from_bytes(&point);
            assert_eq!(is_on_ed25519(&point), known.is_ok(), "{small}");
        }
        assert!(!is_on_ec(&[0xff; 32], &[0xff; 32]));
        assert!(!is_on_ec(&[0xff; 48], &[0xff; 48]));
    }

    #[test]
    fn points_of_the_other_curves_are_their_multiples_and_nothing_near_them() {
        for seed in 1..60 {
            let p256 = p256::SecretKey::from_slice(&scattered(seed, 32)).unwrap();
            check(p256.public_key().to_encoded_point(false).as_bytes());
            let p384 = p384::SecretKey::from_slice(&scattered(seed, 48)).unwrap();
            check(p384.public_key().to_encoded_point(false).as_bytes());
        }
    }

    fn check(point: &[u8]) {
        let (x, y) = point[1..].split_at(point.len() / 2);
        assert!(is_on_ec(x, y));
        assert!(!is_on_ec(y, x));
        for place in [0, 7, x.len() - 1] {
            let mut near = y.to_vec();
            near[place] ^= 1;
            assert!(!is_on_ec(x, &near));
            let mut near = x.to_vec();
            near[place] ^= 1;
            assert!(!is_on_ec(&near, y));
        }
    }
}
