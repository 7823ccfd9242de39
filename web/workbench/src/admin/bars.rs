//! The histogram of exchanges: hours of a server's statistics as bars.

use claimgate::time::format_utc;
use claimgate_api::StatisticsBody;

use super::query::{LogQuery, join};
use super::range::{DAY, HOUR, Range};
use crate::text::local_time::local;

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
    /// Without the exchanges of a decision that is not shown: allowed ones, denied ones.
    pub fn only(self, [allowed, denied]: [bool; 2]) -> Self {
        Self {
            allowed: if allowed { self.allowed } else { 0 },
            denied: if denied { self.denied } else { 0 },
            ..self
        }
    }

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

/// What the histogram of a search counts: the request, without its path.
pub fn histogram_query(query: &LogQuery, now: i64) -> String {
    let range = statistics_query(query.range, now);
    let issuer = join(&[("issuer", query.issuer.clone())]);
    let parts = [range, issuer].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("&")
}

/// Which filters of a search the histogram cannot apply, because the server counts no exchanges by
/// them: "the search", "the kind of denial", or both.
pub fn not_counted(query: &LogQuery) -> Option<String> {
    let of_denials = matches!(query.decision.as_str(), "policy" | "default");
    let parts = [
        (!query.search.trim().is_empty()).then_some("the search"),
        of_denials.then_some("the kind of denial"),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}

/// Whether a search for exchanges with a decision shows allowed ones, and denied ones.
pub fn shown_sides(decision: &str) -> [bool; 2] {
    match decision {
        "" => [true, true],
        "allowed" => [true, false],
        _ => [false, true],
    }
}

/// The top of an axis for a largest count: at least that, and 1, 2 or 5 times a power of ten.
pub fn axis_top(most: u64) -> u64 {
    let mut power: u64 = 1;
    loop {
        for step in [1, 2, 5] {
            let top = power.saturating_mul(step);
            if top >= most {
                return top;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// The times below the bars: beginning, quarters, end, as in `14:00` within a day, and `11-27 18:00`
/// for longer. `offset` is that of the time zone at a time, in minutes.
pub fn time_labels(bars: &[Bar], offset: impl Fn(i64) -> i32) -> Vec<String> {
    let (Some(first), Some(last)) = (bars.first(), bars.last()) else {
        return Vec::new();
    };
    let from = if last.until - first.since > DAY + HOUR {
        5
    } else {
        11
    };
    let text = |at: i64| {
        let whole = local(at, offset(at));
        whole.get(from..16).unwrap_or_default().to_owned()
    };
    let quarter = |part: usize| bars.get(bars.len() * part / 4).map(|bar| bar.since);
    let inner = (0..4).filter_map(quarter);
    inner.chain([last.until]).map(text).collect()
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
    fn a_histogram_counts_what_the_server_can_count() {
        let query = LogQuery {
            issuer: "7".to_owned(),
            decision: "policy".to_owned(),
            search: " a ".to_owned(),
            ..LogQuery::default()
        };
        assert_eq!(histogram_query(&query, 0), "issuer=7");
        let left_out = not_counted(&query);
        assert_eq!(
            left_out.as_deref(),
            Some("the search and the kind of denial")
        );
        assert_eq!(not_counted(&LogQuery::default()), None);
        let bar = Bar {
            allowed: 2,
            denied: 3,
            ..Bar::default()
        };
        assert_eq!(bar.only(shown_sides("policy")).total(), 3);
        let last_day = LogQuery {
            range: Range::Last("24h"),
            issuer: "7".to_owned(),
            ..LogQuery::default()
        };
        assert_eq!(
            histogram_query(&last_day, DAY),
            "since=1970-01-01T00%3A00%3A00Z&issuer=7"
        );
    }

    #[test]
    fn an_axis_ends_at_a_round_number() {
        for (most, top) in [(0, 1), (1, 1), (3, 5), (10, 10), (11, 20), (4_321, 5_000)] {
            assert_eq!(axis_top(most), top);
        }
    }

    #[test]
    fn times_below_the_bars_are_short() {
        let labels = |hours| time_labels(&bars(&statistics(hours, &[])), |_| 60);
        assert_eq!(labels(24), ["01:00", "07:00", "13:00", "19:00", "01:00"]);
        let of_a_week = labels(168);
        assert_eq!((of_a_week[0].as_str(), of_a_week.len()), ("01-01 01:00", 5));
        assert_eq!(of_a_week[4], "01-08 01:00");
        assert_eq!(time_labels(&[], |_| 0), Vec::<String>::new());
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
