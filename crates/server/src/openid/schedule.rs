//! When signing keys are replaced. A key is published before it signs, and stays published until the last token that it signed
//! has expired.

/// How long a key signs, in seconds.
pub(super) const PERIOD: i64 = 30 * 86_400;

/// How long a key is published before it signs, at least: verifiers keep key sets for a day.
pub(super) const LEAD: i64 = 2 * 86_400;

/// How long a key is published after the next one signs: the longest lifetime of a token, and a day for clocks.
pub(super) const REST: i64 = 3_600 + 86_400;

/// What is to be done with the keys of a purpose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// The times from which new keys are to sign.
    pub(super) create: Vec<i64>,
    /// How many of the oldest keys are to be deleted.
    pub(super) delete: usize,
}

/// What is to be done, where keys sign from these times, in order.
pub(super) fn plan(active: &[i64], now: i64) -> Plan {
    let mut create = Vec::new();
    let current = active.iter().rposition(|active| *active <= now);
    let signing = match current {
        Some(current) => active[current],
        None => {
            create.push(now);
            now
        }
    };
    let has_next = active.last().is_some_and(|last| *last > now);
    if !has_next {
        create.push((signing + PERIOD).max(now + LEAD));
    }
    // A key is needed until the one after it has signed for a while.
    let successors = active.iter().skip(1);
    let delete = successors.take_while(|next| *next + REST <= now).count();
    Plan { create, delete }
}

#[cfg(test)]
mod tests {
    use super::{LEAD, PERIOD, Plan, REST, plan};

    #[test]
    fn there_is_always_a_key_that_signs_and_one_that_comes_next() {
        let first = plan(&[], 1_000);
        assert_eq!(first.create, [1_000, 1_000 + PERIOD]);
        let keys = [1_000, 1_000 + PERIOD];
        assert_eq!(plan(&keys, 1_000), Plan::default());
        assert_eq!(plan(&keys, 999 + PERIOD), Plan::default());
        let rotated = plan(&keys, 1_000 + PERIOD);
        assert_eq!(
            (rotated.create.as_slice(), rotated.delete),
            (&[1_000 + 2 * PERIOD][..], 0)
        );
        let keys = [1_000, 1_000 + PERIOD, 1_000 + 2 * PERIOD];
        assert_eq!(plan(&keys, 999 + PERIOD + REST).delete, 0);
        assert_eq!(plan(&keys, 1_000 + PERIOD + REST).delete, 1);
    }

    #[test]
    fn a_server_that_was_off_publishes_the_next_key_before_it_signs() {
        let later = 1_000 + 10 * PERIOD;
        let keys = [1_000, 1_000 + PERIOD];
        let found = plan(&keys, later);
        assert_eq!(
            (found.create.as_slice(), found.delete),
            (&[later + LEAD][..], 1)
        );
    }
}
