use super::*;

fn issuer(id: &str, name: &str, revision: u64) -> StoredIssuer {
    StoredIssuer {
        name: name.to_owned(),
        revision,
        ..StoredIssuer::blank(id.to_owned(), 1)
    }
}

fn state(issuers: &[StoredIssuer]) -> StoredState {
    StoredState {
        issuers: issuers.to_vec(),
        ..StoredState::default()
    }
}

fn names(state: &StoredState) -> Vec<&str> {
    state
        .issuers
        .iter()
        .map(|issuer| issuer.name.as_str())
        .collect()
}

/// The merge, which must have the same result whichever tab does it.
fn merged(base: &StoredState, one: &StoredState, other: &StoredState) -> StoredState {
    let merged = merge(base, one, other);
    let mut turned = merge(base, other, one);
    turned.issuers.sort_by_key(|issuer| {
        merged
            .issuers
            .iter()
            .position(|known| known.id == issuer.id)
    });
    turned
        .removed
        .sort_by_key(|gone| merged.removed.iter().position(|known| known.id == gone.id));
    assert_eq!(turned, merged);
    // Merging once more changes nothing, whatever a tab had in common with the storage.
    for (base, tab) in [
        (one, &merged),
        (one, one),
        (other, other),
        (base, one),
        (base, other),
    ] {
        assert_eq!(merge(base, tab, &merged), merged);
    }
    merged
}

#[test]
fn what_one_tab_added_stays() {
    let base = state(&[issuer("a", "A", 1)]);
    let one = state(&[issuer("a", "A", 1), issuer("b", "B", 1)]);
    let other = state(&[issuer("a", "A", 1), issuer("c", "C", 1)]);
    assert_eq!(names(&merged(&base, &one, &other)), ["A", "C", "B"]);
}

#[test]
fn what_one_tab_changed_stays() {
    let base = state(&[issuer("a", "A", 1), issuer("b", "B", 1)]);
    let one = state(&[issuer("a", "A2", 2), issuer("b", "B", 1)]);
    let other = state(&[issuer("a", "A", 1), issuer("b", "B2", 2)]);
    let merged = merged(&base, &one, &other);
    assert_eq!(names(&merged), ["A2", "B2"]);
    assert_eq!(merged.conflicts, []);
}

#[test]
fn what_one_tab_deleted_is_gone_and_what_it_knew_nothing_of_is_not() {
    let base = state(&[issuer("a", "A", 1), issuer("b", "B", 1)]);
    let mut one = state(&[issuer("b", "B", 1)]);
    add_tombstone(&mut one.removed, "a", 1);
    let other = state(&[
        issuer("a", "A", 1),
        issuer("b", "B", 1),
        issuer("c", "C", 1),
    ]);
    assert_eq!(names(&merged(&base, &one, &other)), ["B", "C"]);
}

#[test]
fn what_is_saved_while_another_tab_deletes_it_stays() {
    let base = state(&[issuer("a", "A", 1)]);
    let mut one = state(&[]);
    add_tombstone(&mut one.removed, "a", 1);
    let other = state(&[issuer("a", "A2", 2)]);
    let merged = merged(&base, &one, &other);
    assert_eq!(names(&merged), ["A2"]);
    assert_eq!(merged.removed, []);
}

#[test]
fn different_parts_of_an_issuer_come_together() {
    let base = state(&[issuer("a", "A", 1)]);
    let one = state(&[issuer("a", "A2", 2)]);
    let other = state(&[StoredIssuer {
        max_expiration: Some(60),
        modified: 9,
        ..issuer("a", "A", 2)
    }]);
    let merged = merged(&base, &one, &other);
    let expected = StoredIssuer {
        max_expiration: Some(60),
        modified: 9,
        ..issuer("a", "A2", 3)
    };
    assert_eq!(merged, state(&[expected]));
}

#[test]
fn the_same_part_is_a_conflict_and_both_versions_are_kept() {
    let base = state(&[issuer("a", "A", 1)]);
    let one = state(&[StoredIssuer {
        modified: 5,
        ..issuer("a", "first", 2)
    }]);
    let other = state(&[StoredIssuer {
        modified: 6,
        ..issuer("a", "second", 2)
    }]);
    let merged = merged(&base, &one, &other);
    assert_eq!(names(&merged), ["second"]);
    assert_eq!(merged.conflicts, [conflict(one.issuers[0].clone())]);
    assert_eq!(
        differences(&merged.issuers[0], &merged.conflicts[0].issuer),
        ["name"]
    );
}

#[test]
fn a_decided_conflict_does_not_come_back() {
    let base = state(&[issuer("a", "A", 1)]);
    let open = StoredState {
        conflicts: vec![conflict(issuer("a", "lost", 1))],
        ..base.clone()
    };
    let mut decided = base.clone();
    add_tombstone(&mut decided.removed, &open.conflicts[0].id, 0);
    assert_eq!(merged(&open, &open, &decided).conflicts, []);
}

#[test]
fn that_it_was_used_is_no_change() {
    let base = state(&[issuer("a", "A", 1)]);
    let one = state(&[StoredIssuer {
        last_used: Some(9),
        ..issuer("a", "A", 1)
    }]);
    let other = state(&[issuer("a", "A2", 2)]);
    let merged = merged(&base, &one, &other);
    assert_eq!(
        merged,
        state(&[StoredIssuer {
            last_used: Some(9),
            ..issuer("a", "A2", 2)
        }])
    );
}

#[test]
fn a_page_saves_what_it_changed_over_what_another_saved() {
    let opened = issuer("a", "A", 1);
    let mine = issuer("a", "mine", 1);
    let elsewhere = StoredIssuer {
        max_expiration: Some(60),
        ..issuer("a", "A", 2)
    };
    let (saved, lost) = rebase(&opened, &mine, &elsewhere);
    assert_eq!(
        (saved.name.as_str(), saved.max_expiration, lost),
        ("mine", Some(60), None)
    );
    let theirs = issuer("a", "theirs", 2);
    let (saved, lost) = rebase(&opened, &mine, &theirs);
    assert_eq!((saved.name.as_str(), lost), ("mine", Some(theirs)));
}

#[test]
fn old_deletions_are_forgotten() {
    let mut removed = Vec::new();
    for number in 0..MAX_TOMBSTONES + 5 {
        add_tombstone(&mut removed, &number.to_string(), 1);
    }
    assert_eq!(
        (removed.len(), removed[0].id.as_str()),
        (MAX_TOMBSTONES, "5")
    );
}
