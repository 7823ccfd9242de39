//! Classes of outsiders, and differences.

use super::*;

fn rungs(policies: &[PolicyDefinition], mine: Option<&str>) -> Vec<(String, String)> {
    let model = github(policies);
    let mine = mine.map(|mine| Mine(mine.to_owned()));
    let who = Analysis::new(&model).who(mine.as_ref());
    let text = |answer: &Answer| match answer {
        Answer::Yes { .. } => claim(answer, "sub"),
        Answer::No { .. } => "no".to_owned(),
        _ => format!("{answer:?}"),
    };
    who.rungs
        .iter()
        .map(|rung| (rung.id.clone(), text(&rung.answer)))
        .collect()
}

#[test]
fn the_ladder_is_lit_up_to_where_policies_admit() {
    let pinned = [allow(&[("sub", "repo:acme/web:ref:refs/heads/main")])];
    let expected = |list: &[(&str, &str)]| -> Vec<(String, String)> {
        list.iter()
            .map(|(id, text)| ((*id).to_owned(), (*text).to_owned()))
            .collect()
    };
    assert_eq!(
        rungs(&pinned, None),
        expected(&[
            ("anyone", "no"),
            ("look-alike-owner", "no"),
            ("recycled-name", "repo:acme/web:ref:refs/heads/main"),
            ("other-repository", "no"),
            ("other-branch", "no"),
            ("other-tag", "no"),
            ("pull-request", "no"),
            ("other-environment", "no"),
            ("other-workflow", "repo:acme/web:ref:refs/heads/main"),
            ("self-hosted-runner", "repo:acme/web:ref:refs/heads/main"),
        ])
    );
    assert_eq!(rungs(&pinned, Some("github-actions:acme/web")).len(), 10);
    let wide = [
        allow(&[("sub", "repo:acme*")]),
        deny(&[("sub", "*:pull_request")]),
    ];
    assert_eq!(
        rungs(&wide, Some("github-actions:acme/web")),
        expected(&[
            ("anyone", "no"),
            ("look-alike-owner", "repo:acme-evil/web:ref:refs/heads/main"),
            ("recycled-name", "repo:acme/web:ref:refs/heads/main"),
            ("other-repository", "repo:acme/evil:ref:refs/heads/main"),
            ("other-branch", "repo:acme/web:ref:refs/heads/main"),
            ("other-tag", "repo:acme/web:ref:refs/tags/v1"),
            // The deny is on the usual subjects only.
            (
                "pull-request",
                "repo:acme/web:pull_request:ref:refs/heads/main",
            ),
            ("other-environment", "repo:acme/web:environment:production"),
            ("other-workflow", "repo:acme/web:ref:refs/heads/main"),
            ("self-hosted-runner", "repo:acme/web:ref:refs/heads/main"),
        ])
    );
}

#[test]
fn differences_show_readable_tokens() {
    let old = github(&[allow(&[
        ("sub", "repo:acme/web:ref:refs/heads/main"),
        ("aud", "acme"),
    ])]);
    let new = github(&[allow(&[("sub", "repo:acme/web:*"), ("aud", "acme")])]);
    let wider = difference(&old, &new);
    assert_eq!(wider.relation, Relation::Wider);
    let change = &wider.kinds[0].opened[0];
    assert_eq!((change.policy, change.refused_by.as_slice()), (0, &[][..]));
    assert_eq!(change.witness.matters, ["aud", "sub"]);
    assert_eq!(difference(&new, &old).relation, Relation::Narrower);
    let reordered = github(&[allow(&[("aud", "acme"), ("sub", "repo:acme/web:**")])]);
    assert_eq!(difference(&new, &reordered).relation, Relation::Equivalent);
    let other = github(&[allow(&[("sub", "repo:acme/web:pull_request")])]);
    assert_eq!(difference(&old, &other).relation, Relation::Incomparable);
}

#[test]
fn another_role_closes() {
    let with = |role: &str, sub: &str| PolicyDefinition {
        role_id: Some(role.to_owned()),
        ..allow(&[("sub", sub)])
    };
    let old = github(&[with("reader", "repo:acme/*")]);
    let new = github(&[
        with("reader", "repo:acme/*"),
        with("writer", "repo:acme/web:*"),
    ]);
    let change = difference(&old, &new);
    assert_eq!(change.relation, Relation::Narrower);
    assert_eq!(change.kinds[0].closed[0].refused_by, [0, 1]);
    let review = Analysis::new(&new).review();
    let defects: Vec<_> = review.issues.iter().map(|issue| issue.defect).collect();
    assert_eq!(defects, [Defect::RoleAmbiguous]);
}

#[test]
fn the_token_of_a_class_shows_what_makes_it_one() {
    for (rules, class, matters) in [
        (
            &[("sub", "repo:acme/web:*")][..],
            "self-hosted-runner",
            &["runner_environment", "sub"][..],
        ),
        (&[("sub", "repo:acme/web:*")], "other-branch", &["sub"]),
        (
            &[("repository", "acme/web")],
            "pull-request",
            &["repository", "sub"],
        ),
        (
            &[("repository", "acme/web")],
            "other-tag",
            &["repository", "sub"],
        ),
        (&[("sub", "repo:acme/*")], "other-repository", &["sub"]),
        (
            &[("repository_owner", "acme")],
            "other-repository",
            &["repository", "repository_owner"],
        ),
        (
            &[("repository_owner", "acme*")],
            "look-alike-owner",
            &["repository_owner"],
        ),
    ] {
        let model = github(&[allow(rules)]);
        let who = Analysis::new(&model).who(Some(&Mine("acme/web".to_owned())));
        let rung = who.rungs.iter().find(|rung| rung.id == class).unwrap();
        let witness = rung.answer.witness().unwrap();
        assert_eq!(witness.matters, matters, "{class} {rules:?} {witness:?}");
    }
}
