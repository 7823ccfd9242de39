//! Changes to a list of policies: to one of them, or to all that are selected.

use claimgate::policy::Decision;

use super::fields::PolicyFields;

/// A change to the list of policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListChange {
    /// One place towards the start.
    Up,
    /// One place towards the end.
    Down,
    /// Before the policy with this key, or to the end.
    Before(Option<usize>),
    /// A copy after the last of them.
    Duplicate,
    /// Delete.
    Delete,
    /// Allow, or deny and enforce it.
    Decide(Decision),
    /// Deny, and only report it.
    ReportOnly,
}

/// The list after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The policies.
    pub fields: Vec<PolicyFields>,
    /// The keys of the policies that the change was made to, or of their copies.
    pub keys: Vec<usize>,
    /// The change in one sentence.
    pub sentence: String,
}

/// Changes the policies with these keys; none if nothing changes.
pub fn changed(fields: &[PolicyFields], keys: &[usize], change: ListChange) -> Option<Changed> {
    let is_chosen = |fields: &PolicyFields| keys.contains(&fields.key);
    let count = fields.iter().filter(|fields| is_chosen(fields)).count();
    if count == 0 {
        return None;
    }
    let mut after = fields.to_vec();
    let mut keys = keys.to_vec();
    match change {
        ListChange::Up => shift(&mut after, is_chosen),
        ListChange::Down => {
            after.reverse();
            shift(&mut after, is_chosen);
            after.reverse();
        }
        ListChange::Before(target) => put_before(&mut after, is_chosen, target),
        ListChange::Duplicate => keys = duplicate(&mut after, is_chosen),
        ListChange::Delete => after.retain(|fields| !is_chosen(fields)),
        ListChange::Decide(decision) => each(&mut after, is_chosen, |fields| {
            decision.as_str().clone_into(&mut fields.decision);
            fields.report_only = false;
        }),
        ListChange::ReportOnly => each(&mut after, is_chosen, |fields| {
            Decision::Deny.as_str().clone_into(&mut fields.decision);
            fields.report_only = true;
        }),
    }
    let place = |list: &[PolicyFields]| {
        let first = list.iter().position(|fields| keys.contains(&fields.key));
        first.map_or(0, |place| place + 1)
    };
    let sentence = match (change, count) {
        (ListChange::Delete, 1) => sentence(change, 1, place(fields), fields.len()),
        _ => sentence(change, count, place(&after), after.len()),
    };
    (after != fields).then_some(Changed {
        fields: after,
        keys,
        sentence,
    })
}

/// Moves the chosen policies one place towards the start; those at the start stay.
fn shift(fields: &mut [PolicyFields], is_chosen: impl Fn(&PolicyFields) -> bool) {
    for place in 1..fields.len() {
        if is_chosen(&fields[place]) && !is_chosen(&fields[place - 1]) {
            fields.swap(place, place - 1);
        }
    }
}

/// Moves the chosen policies, in their order, before the one with that key; if it is chosen too, before the next one
/// that is not.
fn put_before(
    fields: &mut Vec<PolicyFields>,
    is_chosen: impl Fn(&PolicyFields) -> bool,
    target: Option<usize>,
) {
    let start = target.and_then(|key| fields.iter().position(|fields| fields.key == key));
    let behind = fields.split_off(start.unwrap_or(fields.len()));
    let chosen_first =
        |list: Vec<PolicyFields>| -> (Vec<_>, Vec<_>) { list.into_iter().partition(&is_chosen) };
    let (from_above, above) = chosen_first(std::mem::take(fields));
    let (from_below, below) = chosen_first(behind);
    *fields = [above, from_above, from_below, below].concat();
}

/// Inserts copies of the chosen policies after the last of them, and returns their keys.
fn duplicate(
    fields: &mut Vec<PolicyFields>,
    is_chosen: impl Fn(&PolicyFields) -> bool,
) -> Vec<usize> {
    let copies: Vec<_> = fields
        .iter()
        .filter(|fields| is_chosen(fields))
        .map(PolicyFields::duplicate)
        .collect();
    let end = fields
        .iter()
        .rposition(is_chosen)
        .map_or(0, |last| last + 1);
    let keys = copies.iter().map(|copy| copy.key).collect();
    fields.splice(end..end, copies);
    keys
}

fn each(
    fields: &mut [PolicyFields],
    is_chosen: impl Fn(&PolicyFields) -> bool,
    change: impl Fn(&mut PolicyFields),
) {
    for fields in fields.iter_mut().filter(|fields| is_chosen(fields)) {
        change(fields);
    }
}

fn sentence(change: ListChange, count: usize, place: usize, total: usize) -> String {
    match (change, count) {
        (ListChange::Up | ListChange::Down | ListChange::Before(_), 1) => {
            format!("Now policy {place} of {total}. The order of policies does not matter.")
        }
        (ListChange::Up, _) => {
            format!("Moved {count} policies up. The order of policies does not matter.")
        }
        (ListChange::Down, _) => {
            format!("Moved {count} policies down. The order of policies does not matter.")
        }
        (ListChange::Before(_), _) => {
            format!("Moved {count} policies. The order of policies does not matter.")
        }
        (ListChange::Duplicate, 1) => format!("Duplicated as policy {place}."),
        (ListChange::Duplicate, _) => format!("Duplicated {count} policies."),
        (ListChange::Delete, 1) => format!("Deleted policy {place}."),
        (ListChange::Delete, _) => format!("Deleted {count} policies."),
        (ListChange::Decide(decision), 1) => {
            format!("Set policy {place} to {}.", decision.as_str())
        }
        (ListChange::Decide(decision), _) => {
            format!("Set {count} policies to {}.", decision.as_str())
        }
        (ListChange::ReportOnly, 1) => format!("Set policy {place} to report only."),
        (ListChange::ReportOnly, _) => format!("Set {count} policies to report only."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> Vec<PolicyFields> {
        let named = |name: &str| PolicyFields {
            name: name.to_owned(),
            ..PolicyFields::blank()
        };
        ["a", "b", "c", "d"].map(named).to_vec()
    }

    fn names(fields: &[PolicyFields]) -> String {
        fields.iter().map(|fields| fields.name.as_str()).collect()
    }

    /// The names after a change to the policies at these places, and its sentence.
    fn after(places: &[usize], change: ListChange) -> Option<(String, String)> {
        let list = list();
        let keys: Vec<_> = places.iter().map(|place| list[*place].key).collect();
        let changed = changed(&list, &keys, change)?;
        Some((names(&changed.fields), changed.sentence))
    }

    #[test]
    fn policies_move_as_a_group_and_stop_at_the_ends() {
        let moved = |places: &[usize], change| after(places, change).map(|(names, _)| names);
        assert_eq!(moved(&[2], ListChange::Up).as_deref(), Some("acbd"));
        assert_eq!(moved(&[1, 2], ListChange::Up).as_deref(), Some("bcad"));
        assert_eq!(moved(&[0, 2], ListChange::Up).as_deref(), Some("acbd"));
        assert_eq!(moved(&[1, 2], ListChange::Down).as_deref(), Some("adbc"));
        assert_eq!(moved(&[0, 1], ListChange::Up), None);
        assert_eq!(moved(&[3], ListChange::Down), None);
        assert_eq!(moved(&[], ListChange::Delete), None);
    }

    #[test]
    fn policies_move_to_any_place_in_their_order() {
        let list = list();
        let before = |places: &[usize], target: Option<usize>| {
            let keys: Vec<_> = places.iter().map(|place| list[*place].key).collect();
            let target = target.map(|place| list[place].key);
            changed(&list, &keys, ListChange::Before(target)).map(|after| names(&after.fields))
        };
        assert_eq!(before(&[3], Some(0)).as_deref(), Some("dabc"));
        assert_eq!(before(&[0], Some(2)).as_deref(), Some("bacd"));
        assert_eq!(before(&[0], None).as_deref(), Some("bcda"));
        assert_eq!(before(&[0, 3], Some(2)).as_deref(), Some("badc"));
        assert_eq!(before(&[1, 3], Some(1)).as_deref(), Some("abdc"));
        assert_eq!(before(&[1], Some(1)), None, "before itself");
        assert_eq!(before(&[1], Some(2)), None, "where it is");
        assert_eq!(before(&[3], None), None);
    }

    #[test]
    fn every_change_says_what_it_did() {
        let cases = [
            (
                &[1][..],
                ListChange::Up,
                "bacd",
                "Now policy 1 of 4. The order of policies does not matter.",
            ),
            (
                &[0],
                ListChange::Duplicate,
                "aabcd",
                "Duplicated as policy 2.",
            ),
            (
                &[0, 2],
                ListChange::Duplicate,
                "abcacd",
                "Duplicated 2 policies.",
            ),
            (&[2], ListChange::Delete, "abd", "Deleted policy 3."),
            (&[0, 1, 3], ListChange::Delete, "c", "Deleted 3 policies."),
            (
                &[1],
                ListChange::Decide(Decision::Deny),
                "abcd",
                "Set policy 2 to deny.",
            ),
            (
                &[1, 2],
                ListChange::ReportOnly,
                "abcd",
                "Set 2 policies to report only.",
            ),
        ];
        for (places, change, expected, sentence) in cases {
            let found = after(places, change).unwrap();
            assert_eq!(
                (found.0.as_str(), found.1.as_str()),
                (expected, sentence),
                "{change:?}"
            );
        }
    }

    #[test]
    fn decisions_are_set_for_all() {
        let list = list();
        let keys: Vec<_> = list.iter().map(|fields| fields.key).collect();
        let reported = changed(&list, &keys, ListChange::ReportOnly).unwrap();
        let is_reported = |fields: &PolicyFields| fields.decision == "deny" && fields.report_only;
        assert!(reported.fields.iter().all(is_reported));
        let enforced = changed(&reported.fields, &keys, ListChange::Decide(Decision::Deny));
        assert!(
            enforced
                .unwrap()
                .fields
                .iter()
                .all(|fields| !fields.report_only)
        );
        assert_eq!(
            changed(&list, &keys, ListChange::Decide(Decision::Allow)),
            None
        );
    }

    #[test]
    fn copies_have_keys_of_their_own() {
        let list = list();
        let copied = changed(&list, &[list[1].key], ListChange::Duplicate).unwrap();
        assert!(!list.iter().any(|fields| copied.keys.contains(&fields.key)));
        assert_eq!(copied.fields[2].key, copied.keys[0]);
    }
}
