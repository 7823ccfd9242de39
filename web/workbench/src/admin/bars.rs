//! The histogram of exchanges: hours of a server's statistics as bars.

use claimgate::time::format_utc;
use claimgate_api::StatisticsBody;

use super::query::join;
use super::range::{DAY, HOUR, Range};

/// The most bars.
const MOST: i64 = 48;

/// The hours that a bar may stand for.
const WIDTHS: [i64; 6] = [1, 3, 6, 12, 24, 48];

/// The most days that a server counts in one answer.
const MOST_DAYS: i64 = 92;

/// A bar: exchanges in a range of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bar {
    /// Its beginning, in seconds since 1970.
    pub since: i64,
    /// Its end.
    pub until: i64,
    /// How many were allowed.
    pub allowed: u64,
    /// How many were denied.
    pub denied: u64,
}

impl Bar {
    /// All of its exchanges.
    pub fn total(&self) -> u64 {
        self.allowed + self.denied
    }
}

/// The query of the statistics for a range of time: at least a day, at most 92, and a week for any
/// time.
pub fn statistics_query(range: Range, now: i64) -> String {
    let (since, until) = range.bounds(now);
    let end = until.unwrap_or(now);
    let since = since.map(|since| since.min(end - DAY).max(end - MOST_DAYS * DAY));
    let text = |time: Option<i64>| time.map(format_utc).unwrap_or_default();
    join(&[("since", text(since)), ("until", text(until))])
}

/// The bars of the statistics, oldest first, also those without exchanges.
pub fn bars(statistics: &StatisticsBody) -> Vec<Bar> {
    let (since, until) = (statistics.since, statistics.until);
    let hours = (until.saturating_sub(since) / HOUR).clamp(0, (MOST_DAYS + 1) * 24);
    let fits = |width: &&i64| hours <= **width * MOST;
    let width = WIDTHS.iter().find(fits).unwrap_or(&48) * HOUR;
    let count = (hours * HOUR).div_euclid(width) + i64::from((hours * HOUR) % width > 0);
    let empty = |place: i64| Bar {
        since: since + place * width,
        until: (since + (place + 1) * width).min(until),
        ..Bar::default()
    };
    let mut bars: Vec<_> = (0..count).map(empty).collect();
    for hour in &statistics.hours {
        let place = usize::try_from((hour.at - since).div_euclid(width));
        if let Some(bar) = place.ok().and_then(|place| bars.get_mut(place)) {
            bar.allowed += u64::try_from(hour.allowed).unwrap_or_default();
            bar.denied += u64::try_from(hour.denied).unwrap_or_default();
        }
    }
    bars
}

#[cfg(test)]
mod tests {
    use claimgate_api::HourCount;

    use super::*;

    fn statistics(hours: i64, counted: &[(i64, i64, i64)]) -> StatisticsBody {
        let hour = |&(at, allowed, denied): &(i64, i64, i64)| HourCount {
            at: at * HOUR,
            allowed,
            denied,
        };
        StatisticsBody {
            since: 0,
            until: hours * HOUR,
            hours: counted.iter().map(hour).collect(),
            ..StatisticsBody::default()
        }
    }

    #[test]
    fn a_day_has_a_bar_for_each_hour() {
        let bars = bars(&statistics(24, &[(3, 2, 1)]));
        assert_eq!(bars.len(), 24);
        assert_eq!(
            (bars[3].allowed, bars[3].denied, bars[3].total()),
            (2, 1, 3)
        );
        assert_eq!(bars[4].total(), 0);
    }

    #[test]
    fn a_week_has_bars_of_six_hours_and_the_last_one_ends_with_the_range() {
        let bars = bars(&statistics(
            169,
            &[(6, 1, 0), (11, 1, 0), (168, 0, 4), (500, 9, 9)],
        ));
        assert_eq!(bars.len(), 29);
        assert_eq!((bars[1].since / HOUR, bars[1].allowed), (6, 2));
        let last = bars.last().unwrap();
        assert_eq!((last.until / HOUR, last.denied), (169, 4));
    }

    #[test]
    fn no_range_has_too_many_bars() {
        for hours in [0, 1, 48, 49, 2_208, 2_209, 1_000_000] {
            let bars = bars(&statistics(hours, &[]));
            assert!(bars.len() <= 48, "{hours}: {}", bars.len());
        }
    }

    #[test]
    fn statistics_are_requested_for_at_least_a_day_and_at_most_what_is_counted() {
        let now = 200 * DAY;
        let of = |range| statistics_query(range, now);
        assert_eq!(of(Range::Any), "");
        assert_eq!(of(Range::Last("1h")), of(Range::Last("24h")));
        let all = of(Range::Between(Some(0), Some(100 * DAY)));
        assert_eq!(
            all,
            "since=1970-01-09T00%3A00%3A00Z&until=1970-04-11T00%3A00%3A00Z"
        );
    }
}
