//! Writes JSON: compact, and with numbers in their shortest form.
//!
//! The library that `serde_json` writes fractions with has tables of 10 kB, which do not compress. Fractions are rare
//! here, so they are written by big integers (Steele and White, 1990): slower, and the same text.

use std::cmp::Ordering;
use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Compact JSON text; empty if the value cannot be written, such as a map whose keys are objects.
///
/// ```
/// assert_eq!(claimgate::json::write(&("a", 1, 0.5, [1e21])), r#"["a",1,0.5,[1e+21]]"#);
/// ```
#[must_use]
pub fn write<T: Serialize + ?Sized>(value: &T) -> String {
    let mut bytes = Vec::with_capacity(128);
    let mut serializer = Serializer::with_formatter(&mut bytes, Compact);
    match value.serialize(&mut serializer) {
        Ok(()) => String::from_utf8(bytes).unwrap_or_default(),
        Err(_) => String::new(),
    }
}

struct Compact;

impl Formatter for Compact {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, number: f64) -> io::Result<()> {
        writer.write_all(fraction(number).as_bytes())
    }
}

/// A finite number as `serde_json` writes it.
fn fraction(number: f64) -> String {
    let sign = if number.is_sign_negative() { "-" } else { "" };
    if number == 0.0 {
        return format!("{sign}0.0");
    }
    let (digits, point) = digits(number);
    let length = i32::try_from(digits.len()).unwrap_or_default();
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    let at = |place: i32| digits.split_at(usize::try_from(place).unwrap_or_default());
    let exponent = || {
        let sign = if point > 0 { '+' } else { '-' };
        format!("e{sign}{}", (point - 1).unsigned_abs())
    };
    let text = match point {
        -4..=0 => format!("0.{}{digits}", zeros(-point)),
        1..=16 if length <= point => format!("{digits}{}.0", zeros(point - length)),
        1..=16 => {
            let (whole, rest) = at(point);
            format!("{whole}.{rest}")
        }
        _ if length == 1 => format!("{digits}{}", exponent()),
        _ => {
            let (whole, rest) = at(1);
            format!("{whole}.{rest}{}", exponent())
        }
    };
    format!("{sign}{text}")
}

/// The fewest digits that only this number is nearest to, and where its point is: 0.DIGITS × 10^POINT.
fn digits(number: f64) -> (String, i32) {
    let bits = number.to_bits();
    let (biased, fraction) = ((bits >> 52) & 0x7ff, bits & ((1 << 52) - 1));
    let (mantissa, exponent) = match i32::try_from(biased).unwrap_or_default() {
        0 => (fraction, -1074),
        biased => (fraction | 1 << 52, biased - 1075),
    };
    // The next lower number is nearer if this one is a power of two.
    let is_power = fraction == 0 && biased > 1;
    let extra = 1 + u32::from(is_power);
    let (up, down) = (
        exponent.max(0).unsigned_abs(),
        (-exponent).max(0).unsigned_abs(),
    );
    let mut rest = shifted(mantissa, up + extra);
    let mut unit = shifted(1, down + extra);
    // Half the distances to the next numbers.
    let mut above = shifted(1, up + extra - 1);
    let mut below = shifted(1, up);
    // From the logarithm; one too low at most.
    let log2 = exponent + 63 - i32::try_from(mantissa.leading_zeros()).unwrap_or_default();
    let mut point = (log2 * 78_913) >> 18;
    for _ in 0..point {
        multiply(&mut unit, 10);
    }
    for _ in point..0 {
        for big in [&mut rest, &mut above, &mut below] {
            multiply(big, 10);
        }
    }
    let is_even = mantissa % 2 == 0;
    let reaches =
        |order: Ordering| order == Ordering::Greater || (is_even && order == Ordering::Equal);
    while reaches(compare(&sum(&rest, &above), &unit)) {
        multiply(&mut unit, 10);
        point += 1;
    }
    let mut text = String::with_capacity(17);
    loop {
        for big in [&mut rest, &mut above, &mut below] {
            multiply(big, 10);
        }
        let mut digit = 0_u8;
        while compare(&rest, &unit) != Ordering::Less {
            subtract(&mut rest, &unit);
            digit += 1;
        }
        let is_low = reaches(compare(&below, &rest));
        let is_high = reaches(compare(&sum(&rest, &above), &unit));
        let half = compare(&sum(&rest, &rest), &unit);
        let is_upper = half == Ordering::Greater || (half == Ordering::Equal && digit % 2 == 1);
        digit += u8::from(is_high && (!is_low || is_upper));
        text.push(char::from(b'0' + digit));
        if is_low || is_high {
            return (text, point);
        }
    }
}

/// An integer of 1,280 bits, its lowest part first: more than any number here has.
type Big = [u32; 40];

fn shifted(number: u64, by: u32) -> Big {
    let mut big = [0; 40];
    let wide = u128::from(number) << (by % 32);
    let parts = [wide, wide >> 32, wide >> 64];
    for (limb, part) in big.iter_mut().skip(by as usize / 32).zip(parts) {
        *limb = part as u32;
    }
    big
}

fn multiply(big: &mut Big, factor: u32) {
    let mut carry = 0;
    for limb in big {
        carry += u64::from(*limb) * u64::from(factor);
        *limb = carry as u32;
        carry >>= 32;
    }
}

fn sum(one: &Big, other: &Big) -> Big {
    let mut sum = *one;
    let mut carry = 0;
    for (limb, other) in sum.iter_mut().zip(other) {
        carry += u64::from(*limb) + u64::from(*other);
        *limb = carry as u32;
        carry >>= 32;
    }
    sum
}

/// `other` is not larger.
fn subtract(one: &mut Big, other: &Big) {
    let mut borrow = 0;
    for (limb, other) in one.iter_mut().zip(other) {
        let difference = i64::from(*limb) - i64::from(*other) + borrow;
        *limb = difference as u32;
        borrow = difference >> 32;
    }
}

fn compare(one: &Big, other: &Big) -> Ordering {
    one.iter().rev().cmp(other.iter().rev())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(number: f64) {
        assert_eq!(fraction(number), serde_json::to_string(&number).unwrap());
    }

    #[test]
    fn fractions_are_written_as_the_library_writes_them() {
        for number in [
            0.0,
            -0.0,
            1.0,
            -1.5,
            0.1,
            0.3,
            1e15,
            1e16,
            1e17,
            123_456_789.125,
            1e-4,
            1e-5,
            1.5e-5,
            1e21,
            1e22,
            1e23,
            5e-324,
            9.5e-310,
            2.225_073_858_507_201_4e-308,
            f64::MIN_POSITIVE,
            f64::MAX,
            9_007_199_254_740_993.0,
            4_503_599_627_370_496.5,
            2e-3,
            1.7639424005e9,
        ] {
            check(number);
        }
        for exponent in -1074..1024 {
            check(2_f64.powi(exponent));
        }
        for exponent in -323..309 {
            check(format!("1e{exponent}").parse().unwrap());
        }
    }

    proptest! {
        #[test]
        fn so_are_all_others(bits: u64, small in -1_000_000_i64..1_000_000, scale in 0..8) {
            let number = f64::from_bits(bits);
            if number.is_finite() {
                check(number);
            }
            check(small as f64 / 10_f64.powi(scale));
        }
    }

    #[test]
    fn text_is_written_as_the_library_writes_it() {
        let value =
            serde_json::json!({ "a": ["\u{0}\"\\\n\u{7f}ü😀", null, true, -1, u64::MAX], "b": {} });
        assert_eq!(write(&value), value.to_string());
    }
}
