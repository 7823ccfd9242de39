//! The ways in which patterns leave values open.

use claimgate::issuer::IssuerDefinition;
use claimgate::pattern::Dialect;
use claimgate::policy::parse_policies;

use super::*;
use crate::model::PolicyModel;

const GITHUB: &str = "https://token.actions.githubusercontent.com";
const GITLAB: &str = "https://gitlab.com";

fn fits(url: &str, subject: &str, claim: Option<&str>, pattern: &str) -> Fits {
    let policies = format!(
        r#"[{{"decision": "allow", "tokenType": "organization", "rules": {{"sub": "{subject}"}}}}]"#
    );
    let issuer = IssuerDefinition {
        url: url.to_owned(),
        policies: parse_policies(&policies).unwrap(),
        ..IssuerDefinition::default()
    };
    let model = PolicyModel::new(&issuer, Dialect::Pulumi).unwrap();
    Analysis::new(&model).fits(claim, pattern, None)
}

fn of_subject(pattern: &str) -> Fits {
    fits(GITHUB, "repo:acme/web:*", Some("sub"), pattern)
}

/// A way as text: `repo:[owner acme!]/…`, with `+` after one's own and `!` after strangers'.
fn told(way: &[Piece]) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text { text } => text.clone(),
        Piece::Part(part) => {
            let range = match &part.range {
                Range::Any => "*".to_owned(),
                Range::Only { texts } => texts.join("|"),
                Range::Beginning { with } => format!("{with}…"),
                Range::Like { patterns } => format!("~{}", patterns.join("|")),
            };
            let kind = match part.kind {
                PartKind::Ours => "+",
                PartKind::Strangers => "!",
                PartKind::Neutral => "",
            };
            format!("[{range}{kind}]")
        }
    };
    way.iter().map(piece).collect()
}

fn ways(fits: &Fits) -> Vec<String> {
    let ways = fits.forms.iter().flat_map(|form| &form.ways);
    ways.map(|way| told(way)).collect()
}

#[test]
fn parts_that_the_pattern_leaves_open_are_ranges() {
    for (pattern, expected, whose) in [
        (
            "repo:acme/web:ref:refs/heads/main",
            &["repo:[acme+]/[web+]:ref:refs/heads/[main]"][..],
            Whose::Ours,
        ),
        (
            "repo:acme/*",
            &[
                "repo:[acme+]/[*]:ref:refs/heads/[*]",
                "repo:[acme+]/[*]:pull_request",
                "repo:[acme+]/[*]:ref:refs/tags/[*]",
                "repo:[acme+]/[*]:environment:[*]",
            ],
            Whose::Ours,
        ),
        (
            "repo:acme*:pull_request",
            &[
                "repo:[acme…!]/[*]:pull_request",
                "repo:[acme…!]/[*]:environment:[pull_request]",
                "repo:[acme…!]@[*!]/[*]@[*!]:pull_request",
                "repo:[acme…!]@[*!]/[*]@[*!]:environment:[pull_request]",
            ],
            Whose::Strangers,
        ),
        (
            "repo:*/web:environment:prod-?",
            &["repo:[*!]/[web+]:environment:[~prod-?]"],
            Whose::Strangers,
        ),
        ("repo:acme/web", &["repo:[acme+]/[web+][]"], Whose::Ours),
    ] {
        let fits = of_subject(pattern);
        // Those of customized subjects follow.
        let mut found = ways(&fits);
        found.truncate(expected.len());
        assert_eq!(
            (found, fits.whose),
            (expected.iter().copied().map(str::to_owned).collect(), whose),
            "{pattern}"
        );
        assert_eq!(fits.undecided, None);
    }
}

#[test]
fn own_names_that_fit_are_told_from_others() {
    let fits = of_subject("repo:acme*:pull_request");
    let Piece::Part(owner) = &fits.forms[0].ways[0][1] else {
        panic!("{fits:?}");
    };
    assert_eq!(
        (owner.name.as_str(), &*owner.ours),
        ("owner", &["acme".to_owned()][..])
    );
    assert_eq!(owner.other.as_deref(), Some("acme-evil"));
    let Piece::Part(repository) = &fits.forms[0].ways[0][3] else {
        panic!("{fits:?}");
    };
    assert_eq!(
        (repository.kind, &*repository.ours),
        (PartKind::Neutral, &["web".to_owned()][..])
    );
    assert!(
        repository
            .other
            .as_deref()
            .is_some_and(|other| other != "web")
    );
    assert_eq!(fits.ours[0].values, ["acme"]);
}

#[test]
fn the_forms_that_fit_are_named_and_those_that_do_not() {
    let fits = of_subject("repo:acme/web:*");
    assert!(fits.forms.len() > 4, "{:?}", fits.forms);
    assert_eq!(
        fits.forms[0].when,
        ["a job without environment, on a branch"]
    );
    assert!(
        fits.unfit
            .iter()
            .any(|when| when.contains("immutable subjects")),
        "{:?}",
        fits.unfit
    );
    // The same for all tokens that have the claim.
    let owner = self::fits(GITHUB, "repo:acme/web:*", Some("repository_owner"), "ac*");
    assert_eq!(
        (ways(&owner), owner.forms[0].when.len()),
        (vec!["[ac…!]".to_owned()], 0)
    );
    let kind = self::fits(GITHUB, "repo:acme/web:*", Some("ref_type"), "*a*");
    assert!(ways(&kind).contains(&"[branch]".to_owned()), "{kind:?}");
}

#[test]
fn without_facts_a_claim_is_one_part_and_says_nothing_of_tenants() {
    let fits = fits("https://ci.example", "a:*", Some("sub"), "a:*");
    assert_eq!(
        (ways(&fits), fits.whose),
        (vec!["[a:…]".to_owned()], Whose::Unsaid)
    );
    assert_eq!(fits.facts.provider, None);
    let team = self::fits(GITHUB, "repo:acme/web:*", None, "deploy-*");
    assert_eq!(ways(&team), ["[deploy-…]"]);
}

#[test]
fn a_claim_of_strangers_is_theirs_unless_another_part_keeps_them_out() {
    let id = self::fits(
        GITHUB,
        "repo:acme@*/web@*:*",
        Some("sub"),
        "repo:acme@*/web@*:pull_request",
    );
    assert_eq!(
        ways(&id)[..2],
        [
            "repo:[acme+]@[*]/[web+]@[*]:pull_request",
            "repo:[acme+]@[*]/[web+]@[*]:environment:[pull_request]",
        ]
    );
    assert_eq!(id.whose, Whose::Ours);
    // Two names that are one's own.
    let project = self::fits(
        GITLAB,
        "project_path:acme/web:*",
        Some("project_path"),
        "*/web",
    );
    assert_eq!(project.whose, Whose::Strangers, "{project:?}");
}

#[test]
fn what_takes_too_long_is_not_known() {
    let hard = format!("*a{}*b*c", ".".repeat(60));
    let fits = of_subject(&hard);
    assert!(fits.undecided.is_some(), "{fits:?}");
}
