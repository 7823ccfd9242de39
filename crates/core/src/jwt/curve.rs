//! Whether a point is on its curve. The arithmetic is this crate's own, so that the answer is the
//! same whatever cryptography checks signatures: some do not look at all, some only say that the
//! signature is wrong.

/// A number below 2^384 in limbs, the lowest first, with room for one more limb.
type Number = [u32; 13];

/// A field modulo a prime, with Montgomery multiplication: where R is 2 to the number of bits, `x` is in
/// the form `xR`.
struct Field {
    /// How many limbs its numbers have.
    limbs: usize,
    /// The inverse of `-prime` modulo 2^32.
    inverse: u32,
    prime: Number,
    /// R², which turns a number into Montgomery form.
    square: Number,
    /// One in Montgomery form: R.
    one: Number,
    /// The curve's constant: b of y² = x³ - 3x + b, or d of -x² + y² = 1 + dx²y².
    constant: Number,
}

/// P-256.
const P256: Field = Field {
    limbs: 8,
    inverse: 1,
    prime: [
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
        0,
        0,
        0,
        0x0000_0001,
        0xffff_ffff,
        0,
        0,
        0,
        0,
        0,
    ],
    square: [
        0x0000_0003,
        0,
        0xffff_ffff,
        0xffff_fffb,
        0xffff_fffe,
        0xffff_ffff,
        0xffff_fffd,
        0x0000_0004,
        0,
        0,
        0,
        0,
        0,
    ],
    one: [
        0x0000_0001,
        0,
        0,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_fffe,
        0,
        0,
        0,
        0,
        0,
        0,
    ],
    constant: [
        0x27d2_604b,
        0x3bce_3c3e,
        0xcc53_b0f6,
        0x651d_06b0,
        0x7698_86bc,
        0xb3eb_bd55,
        0xaa3a_93e7,
        0x5ac6_35d8,
        0,
        0,
        0,
        0,
        0,
    ],
};

/// P-384.
const P384: Field = Field {
    limbs: 12,
    inverse: 1,
    prime: [
        0xffff_ffff,
        0,
        0,
        0xffff_ffff,
        0xffff_fffe,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
        0,
    ],
    square: [
        0x0000_0001,
        0xffff_fffe,
        0,
        0x0000_0002,
        0,
        0xffff_fffe,
        0,
        0x0000_0002,
        0x0000_0001,
        0,
        0,
        0,
        0,
    ],
    one: [
        0x0000_0001,
        0xffff_ffff,
        0xffff_ffff,
        0,
        0x0000_0001,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
    ],
    constant: [
        0xd3ec_2aef,
        0x2a85_c8ed,
        0x8a2e_d19d,
        0xc656_398d,
        0x5013_875a,
        0x0314_088f,
        0xfe81_4112,
        0x181d_9c6e,
        0xe3f8_2d19,
        0x988e_056b,
        0xe23e_e7e4,
        0xb331_2fa7,
        0,
    ],
};

/// Ed25519. 19 times `inverse` is 1 modulo 2^32.
const ED25519: Field = Field {
    limbs: 8,
    inverse: 0x286b_ca1b,
    prime: [
        0xffff_ffed,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
        0xffff_ffff,
        0x7fff_ffff,
        0,
        0,
        0,
        0,
        0,
    ],
    square: [0x0000_05a4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    one: [0x0000_0026, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    constant: [
        0x1359_78a3,
        0x75eb_4dca,
        0x4141_d8ab,
        0x0070_0a4d,
        0x7779_e898,
        0x8cc7_4079,
        0x2b6f_fe73,
        0x5203_6cee,
        0,
        0,
        0,
        0,
        0,
    ],
};

/// Whether `x` and `y` are coordinates of a point on P-256 (32 bytes each) or P-384 (48 bytes): y² is
/// x³ - 3x + b, and both are below the prime.
pub(super) fn is_on_ec(x: &[u8], y: &[u8]) -> bool {
    let field = if x.len() == 32 { P256 } else { P384 };
    let (Some(x), Some(y)) = (field.number(x), field.number(y)) else {
        return false;
    };
    let b = field.multiply(&field.constant, &field.square);
    let three = field.add(&field.one, &field.add(&field.one, &field.one));
    let slope = field.subtract(&field.multiply(&x, &x), &three);
    field.multiply(&y, &y) == field.add(&field.multiply(&x, &slope), &b)
}

/// Whether 32 bytes are a point of Ed25519 in its only form ([RFC 8032, section
/// 5.1.3](https://www.rfc-editor.org/rfc/rfc8032#section-5.1.3)): `y` is below the prime, and there is
/// an x with x² = (y² - 1) / (dy² + 1).
pub(super) fn is_on_ed25519(point: &[u8]) -> bool {
    let mut bytes: Vec<u8> = point.iter().rev().copied().collect();
    if let Some(first) = bytes.first_mut() {
        *first &= 0x7f; // the sign of x
    }
    let field = ED25519;
    let Some(y) = field.number(&bytes) else {
        return false;
    };
    let y2 = field.multiply(&y, &y);
    let d = field.multiply(&field.constant, &field.square);
    let above = field.subtract(&y2, &field.one);
    let below = field.add(&field.multiply(&d, &y2), &field.one);
    // A quotient is a square where the product is. `below` is never zero.
    let product = field.multiply(&above, &below);
    product == [0; 13] || field.half_power(&product) == field.one
}

impl Field {
    /// A number in Montgomery form, from big-endian bytes; `None` if it is not below the prime.
    fn number(&self, bytes: &[u8]) -> Option<Number> {
        let mut number = [0; 13];
        for (limb, bytes) in number.iter_mut().zip(bytes.rchunks(4)) {
            *limb = bytes
                .iter()
                .fold(0, |limb, byte| limb << 8 | u32::from(*byte));
        }
        let (_, is_below) = less(&number, &self.prime);
        is_below.then(|| self.multiply(&number, &self.square))
    }

    /// The product of two numbers, divided by R.
    fn multiply(&self, a: &Number, b: &Number) -> Number {
        let mut sum = [0; 13];
        for limb in a.iter().take(self.limbs) {
            let mut over = self.add_product(&mut sum, b, *limb);
            let [lowest, ..] = sum;
            over += self.add_product(&mut sum, &self.prime, lowest.wrapping_mul(self.inverse));
            // The lowest limb is zero now.
            sum.copy_within(1.., 0);
            if let Some(last) = sum.get_mut(self.limbs) {
                *last = over;
            }
        }
        self.reduce(sum)
    }

    /// Adds `number` times `factor`, and returns what does not fit.
    fn add_product(&self, sum: &mut Number, number: &Number, factor: u32) -> u32 {
        let mut carry = 0_u64;
        for (digit, limb) in sum.iter_mut().zip(number).take(self.limbs + 1) {
            carry += u64::from(*digit) + u64::from(*limb) * u64::from(factor);
            *digit = carry as u32;
            carry >>= 32;
        }
        carry as u32
    }

    fn add(&self, a: &Number, b: &Number) -> Number {
        let mut sum = *a;
        self.add_product(&mut sum, b, 1);
        self.reduce(sum)
    }

    fn subtract(&self, a: &Number, b: &Number) -> Number {
        self.add(a, &less(&self.prime, b).0)
    }

    /// A number below twice the prime, modulo the prime.
    fn reduce(&self, number: Number) -> Number {
        let (rest, is_negative) = less(&number, &self.prime);
        if is_negative { number } else { rest }
    }

    /// The power of half of `prime - 1` of Ed25519, 2^254 - 10, which is one for squares (Euler's
    /// criterion).
    fn half_power(&self, x: &Number) -> Number {
        // The power of 2^count, times another number.
        let step = |power: &Number, count: usize, other: &Number| {
            let power = (0..count).fold(*power, |power, _| self.multiply(&power, &power));
            self.multiply(&power, other)
        };
        // The powers of 2^n - 1, by n.
        let two = step(x, 1, x);
        let four = step(&two, 2, &two);
        let five = step(&four, 1, x);
        let ten = step(&five, 5, &five);
        let twenty = step(&ten, 10, &ten);
        let forty = step(&twenty, 20, &twenty);
        let fifty = step(&forty, 10, &ten);
        let hundred = step(&fifty, 50, &fifty);
        let two_hundred = step(&hundred, 100, &hundred);
        let most = step(&two_hundred, 50, &fifty);
        step(&most, 4, &self.multiply(&two, &two))
    }
}

/// `a` less `b`, and whether that is negative.
fn less(a: &Number, b: &Number) -> (Number, bool) {
    let mut rest = *a;
    let mut borrow = false;
    for (limb, other) in rest.iter_mut().zip(b) {
        let (difference, first) = limb.overflowing_sub(*other);
        let (difference, second) = difference.overflowing_sub(u32::from(borrow));
        borrow = first || second;
        *limb = difference;
    }
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
