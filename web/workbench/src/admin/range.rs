//! A range of time to search in: the last hours or days, or between two times.

use claimgate::time::{format_utc, parse};

/// An hour, in seconds.
pub const HOUR: i64 = 3_600;

/// A day, in seconds.
pub const DAY: i64 = 24 * HOUR;

/// The ranges that a button chooses: their name in the address, their label, and their length in
/// seconds.
pub const PRESETS: [(&str, &str, i64); 3] = [
    ("1h", "1 h", HOUR),
    ("24h", "24 h", DAY),
    ("7d", "7 d", 7 * DAY),
];

/// A range of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Range {
    /// Any time.
    #[default]
    Any,
    /// One of [`PRESETS`], up to now.
    Last(&'static str),
    /// From the first time to before the second, in seconds since 1970.
    Between(Option<i64>, Option<i64>),
}

impl Range {
    /// Reads a range from the query of an address.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let named = get("range").unwrap_or_default();
        if let Some((name, ..)) = PRESETS.iter().find(|(name, ..)| *name == named) {
            return Self::Last(name);
        }
        let time = |name| get(name).as_deref().and_then(parse);
        match (time("since"), time("until")) {
            (None, None) => Self::Any,
            (since, until) => Self::Between(since, until),
        }
    }

    /// Its parts of the query of an address.
    pub fn parts(self) -> Vec<(&'static str, String)> {
        match self {
            Self::Any => Vec::new(),
            Self::Last(name) => vec![("range", name.to_owned())],
            Self::Between(..) => self.request(0),
        }
    }

    /// Its parts of a request's query. `now` is in seconds since 1970.
    pub fn request(self, now: i64) -> Vec<(&'static str, String)> {
        let (since, until) = self.bounds(now);
        let part = |name, time: Option<i64>| time.map(|time| (name, format_utc(time)));
        [part("since", since), part("until", until)]
            .into_iter()
            .flatten()
            .collect()
    }

    /// The first time, and the time before which it ends.
    pub fn bounds(self, now: i64) -> (Option<i64>, Option<i64>) {
        match self {
            Self::Any => (None, None),
            Self::Last(name) => {
                let length = PRESETS.iter().find(|(other, ..)| *other == name);
                (length.map(|(.., length)| now - length), None)
            }
            Self::Between(since, until) => (since, until),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Range;

    fn read(query: &[(&str, &str)]) -> Range {
        Range::read(|name| {
            let part = query.iter().find(|(other, _)| *other == name);
            part.map(|(_, text)| (*text).to_owned())
        })
    }

    #[test]
    fn a_range_is_read_as_it_was_written() {
        for range in [
            Range::Any,
            Range::Last("24h"),
            Range::Between(Some(3_600), None),
            Range::Between(Some(0), Some(60)),
        ] {
            let parts = range.parts();
            let query: Vec<_> = parts
                .iter()
                .map(|(name, text)| (*name, text.as_str()))
                .collect();
            assert_eq!(read(&query), range);
        }
        assert_eq!(read(&[("range", "2h"), ("since", "yesterday")]), Range::Any);
    }

    #[test]
    fn the_last_hours_end_now() {
        assert_eq!(Range::Last("1h").bounds(7_200), (Some(3_600), None));
        assert_eq!(
            Range::Last("1h").request(7_200),
            [("since", "1970-01-01T01:00:00Z".to_owned())]
        );
    }
}
