//! The times of interest for a token.

/// The tolerated difference of clocks, in seconds: core's default.
pub const LEEWAY: i64 = 60;

/// Times of interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// `iat`.
    pub iat: Option<i64>,
    /// `exp`.
    pub exp: Option<i64>,
    /// The ends of the slider.
    pub range: Option<(i64, i64)>,
}

/// The times for a token's `iat`, `nbf` and `exp`, in seconds since 1970.
pub fn times(iat: Option<i64>, nbf: Option<i64>, exp: Option<i64>) -> Times {
    let first = [iat, nbf, exp].into_iter().flatten().min();
    let range = first.zip(exp).map(|(first, exp)| {
        (
            first.saturating_sub(3 * LEEWAY),
            exp.saturating_add(3 * LEEWAY),
        )
    });
    // A slider over years could not be set to the second.
    Times {
        iat,
        exp,
        range: range.filter(|(from, to)| to.saturating_sub(*from) <= 7 * 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slider_reaches_beyond_the_tokens_life() {
        assert_eq!(
            times(Some(1000), Some(900), Some(2000)).range,
            Some((720, 2180))
        );
        assert_eq!(times(None, None, Some(2000)).range, Some((1820, 2180)));
        assert_eq!(times(Some(1000), None, None).range, None);
        assert_eq!(times(Some(0), None, Some(i64::MAX)).range, None);
    }
}
