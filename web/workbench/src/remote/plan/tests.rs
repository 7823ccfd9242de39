use claimgate::policy::{Decision, PolicyDefinition, TokenType};

use super::*;

fn issuer(id: &str, name: &str) -> StoredIssuer {
    StoredIssuer {
        name: name.to_owned(),
        ..StoredIssuer::blank(id.to_owned(), 1)
    }
}

fn with_rule(issuer: &StoredIssuer, pattern: &str) -> StoredIssuer {
    let policy =
        PolicyDefinition::new(Decision::Deny, TokenType::Organization).rule("sub", pattern);
    StoredIssuer {
        policies: vec![policy],
        ..issuer.clone()
    }
}

fn confirmed(issuers: &[StoredIssuer]) -> Vec<Confirmed> {
    let one = |issuer: &StoredIssuer| Confirmed {
        issuer: issuer.clone(),
        version: "\"1\"".to_owned(),
        policy: format!("p{}", issuer.id),
        policy_version: "\"1\"".to_owned(),
        has_tests: true,
    };
    issuers.iter().map(one).collect()
}

fn names(issuers: &[StoredIssuer]) -> Vec<&str> {
    issuers.iter().map(|issuer| issuer.name.as_str()).collect()
}

#[test]
fn requests_follow_each_other_until_the_server_has_all_changes() {
    let (a, b) = (issuer("a", "A"), issuer("b", "B"));
    let server = confirmed(&[a.clone(), b.clone()]);
    assert_eq!(next(&server, &[a.clone(), b.clone()]), None);
    let changed = StoredIssuer {
        name: "A2".to_owned(),
        ..with_rule(&a, "x")
    };
    let step = next(&server, &[changed.clone(), b.clone()]);
    assert_eq!(
        step,
        Some(Step::Details(changed.clone())),
        "details first, then policies"
    );
    let ruled = with_rule(&a, "x");
    assert_eq!(
        next(&server, &[ruled.clone(), b.clone()]),
        Some(Step::Policies(ruled))
    );
    let new = issuer("c", "C");
    assert_eq!(
        next(&server, &[a.clone(), b, new.clone()]),
        Some(Step::Create(new))
    );
    assert_eq!(
        next(&server, std::slice::from_ref(&a)),
        Some(Step::Delete("b".to_owned()))
    );
}

#[test]
fn server_settings_are_sent() {
    let a = issuer("a", "A");
    for changed in [
        StoredIssuer {
            single_use: true,
            ..a.clone()
        },
        StoredIssuer {
            report_only: true,
            ..a.clone()
        },
    ] {
        let step = next(
            &confirmed(std::slice::from_ref(&a)),
            std::slice::from_ref(&changed),
        );
        assert_eq!(step, Some(Step::Details(changed)));
    }
}

#[test]
fn tests_are_sent_once_those_of_the_server_are_known() {
    let a = issuer("a", "A");
    let shown = StoredIssuer {
        samples: vec![claimgate_formats::Sample::blank("t".to_owned())],
        ..a.clone()
    };
    let mut server = confirmed(std::slice::from_ref(&a));
    let step = next(&server, std::slice::from_ref(&shown));
    assert_eq!(step, Some(Step::Tests(shown.clone())));
    let reverted = reverted(&Step::Tests(shown.clone()), &server, vec![shown.clone()]);
    assert_eq!(reverted[0].samples, []);
    server[0].has_tests = false;
    assert_eq!(next(&server, &[shown]), None);
}

#[test]
fn what_only_this_browser_knows_is_not_sent() {
    let a = issuer("a", "A");
    let shown = StoredIssuer {
        preset: "github".to_owned(),
        last_used: Some(9),
        revision: 5,
        ..a.clone()
    };
    assert_eq!(next(&confirmed(&[a]), &[shown]), None);
}

#[test]
fn what_the_server_does_not_do_is_undone_and_nothing_else() {
    let [a, b, c] = ["a", "b", "c"].map(|id| issuer(id, id));
    let server = confirmed(&[a.clone(), b.clone()]);
    let changed = StoredIssuer {
        name: "new".to_owned(),
        single_use: true,
        ..with_rule(&a, "x")
    };
    let details = reverted(
        &Step::Details(changed.clone()),
        &server,
        vec![changed.clone()],
    );
    assert_eq!(
        (
            details[0].name.as_str(),
            details[0].policies.len(),
            details[0].single_use
        ),
        ("a", 1, false)
    );
    let policies = reverted(&Step::Policies(changed.clone()), &server, vec![changed]);
    assert_eq!(
        (policies[0].name.as_str(), policies[0].policies.len()),
        ("new", 0)
    );
    let created = reverted(
        &Step::Create(c.clone()),
        &server,
        vec![a.clone(), c.clone()],
    );
    assert_eq!(names(&created), ["a"]);
    let deleted = reverted(&Step::Delete("b".to_owned()), &server, vec![a, c]);
    assert_eq!(names(&deleted), ["a", "b", "c"]);
}

#[test]
fn what_was_written_while_the_server_answered_stays() {
    let sent = issuer("a", "sent");
    let shown = with_rule(&sent, "later");
    let answered = StoredIssuer {
        modified: 9,
        ..sent.clone()
    };
    let now = settled(&sent, &shown, &answered);
    assert_eq!((now.policies == shown.policies, now.modified), (true, 9));
}

#[test]
fn two_people_who_change_different_parts_lose_nothing() {
    let base = issuer("a", "A");
    let (merged, lost) = reconciled(&base, &with_rule(&base, "mine"), &issuer("a", "theirs"));
    assert_eq!(
        (merged.name.as_str(), merged.policies.len(), lost),
        ("theirs", 1, None)
    );
}

#[test]
fn for_the_same_part_the_servers_version_is_shown_and_the_other_kept() {
    let base = issuer("a", "A");
    let (mine, theirs) = (with_rule(&base, "mine"), with_rule(&base, "theirs"));
    let (merged, lost) = reconciled(&base, &mine, &theirs);
    assert_eq!((merged.policies, lost), (theirs.policies, Some(mine)));
}

#[test]
fn a_refresh_merges_changes_by_others_with_unsent_ones() {
    let [a, b, c] = ["a", "b", "c"].map(|id| issuer(id, id));
    let before = confirmed(&[a.clone(), b.clone(), c.clone()]);
    let mine = StoredIssuer {
        name: "mine".to_owned(),
        ..a.clone()
    };
    let shown = [mine.clone(), b, issuer("new", "new")];
    let server = confirmed(&[a, issuer("b", "theirs"), c, issuer("d", "d")]);
    let (issuers, lost) = refreshed(&before, &shown, &server);
    assert_eq!(
        (names(&issuers), lost),
        (vec!["mine", "theirs", "d", "new"], vec![])
    );
}

#[test]
fn an_issuer_deleted_by_others_disappears_unless_it_was_changed_here() {
    let [a, b] = ["a", "b"].map(|id| issuer(id, id));
    let before = confirmed(&[a.clone(), b.clone()]);
    let mine = StoredIssuer {
        name: "mine".to_owned(),
        ..b
    };
    let (issuers, lost) = refreshed(&before, &[a, mine.clone()], &[]);
    assert_eq!((issuers, lost), (vec![], vec![mine]));
}
