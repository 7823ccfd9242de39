//! The guard of shared issuers: which policies let strangers in after a change. SEMANTICS, section 8.

use std::collections::HashSet;

use claimgate::diagnostic::{Diagnostic, Severity};
use claimgate::issuer::IssuerDefinition;
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition, to_json};
use claimgate_providers::{SharedIssuer, shared_issuer};

use crate::answer::{Answer, Undecided, Witness};
use crate::check::shared_issuer_unpinned::{OPENED_BY_DOTS, RULE, admitted};
use crate::check::{Finding, with_plain_dots};
use crate::model::PolicyModel;
use crate::pin::{Pin, advice, pin};
use crate::questions::Analysis;

/// The most findings of each kind that are given: more would not be read, and take time to find.
const MANY: usize = 20;

/// The allows of an issuer that admit strangers after a change who did not get in before it: errors, each
/// with a token. Where it is not known whether they do, there is a warning without one. At most twenty of
/// each. Nothing is found on an issuer that is not known to be shared.
///
/// A path names the policy, or the member of the issuer that lets strangers in, if its policies are as they
/// were.
///
/// An allow that is as it was needs no question, unless something else lets more in: a deny is gone, or
/// the issuer accepts more audiences.
///
/// ```
/// use claimgate::issuer::IssuerDefinition;
/// use claimgate::policy::parse_policies;
/// use claimgate_analysis::guard;
///
/// let github = |policies: &str| IssuerDefinition {
///     url: "https://token.actions.githubusercontent.com".to_owned(),
///     policies: parse_policies(policies).unwrap(),
///     ..IssuerDefinition::default()
/// };
/// let open = github(r#"[{"decision": "allow", "tokenType": "organization", "rules": {"sub": "repo:*"}}]"#);
/// let found = guard(&github("[]"), &open);
/// assert_eq!((found[0].diagnostic.path.as_str(), found[0].witness.is_some()), ("policies[0]", true));
/// assert_eq!(guard(&open, &open), []);
/// ```
#[must_use]
pub fn guard(before: &IssuerDefinition, after: &IssuerDefinition) -> Vec<Finding> {
    let Some(shared) = shared_issuer(&after.url) else {
        return Vec::new();
    };
    let stored: HashSet<_> = before.policies.iter().map(effect_text).collect();
    let is_restricted = restricts_as_before(before, after);
    let is_asked = |policy: &PolicyDefinition| {
        policy.decision == Decision::Allow
            && !(is_restricted && stored.contains(&effect_text(policy)))
    };
    let all = after.policies.iter().enumerate();
    let asked: Vec<usize> = all
        .filter(|(_, policy)| is_asked(policy))
        .map(|(index, _)| index)
        .collect();
    let Some(model) = model(after).filter(|_| !asked.is_empty()) else {
        return Vec::new();
    };
    let member = edited_member(before, after);
    if model.grammar().is_none() {
        let is_open = |policy: &usize| !names_tenant(after, *policy, shared);
        let open = asked.into_iter().filter(is_open).take(MANY);
        let found = open.map(|policy| Finding::on(policy, undocumented(shared)));
        return found.map(|finding| at(finding, member)).collect();
    }
    // Stored policies that cannot be read admit no one.
    let nothing = || PolicyModel::new(&IssuerDefinition::default(), Dialect::Pulumi).ok();
    let Some(stored) = self::model(before).or_else(nothing) else {
        return Vec::new();
    };
    let answers = Analysis::new(&model).new_strangers(&asked, &stored, MANY);
    let found = answers
        .into_iter()
        .filter_map(|(policy, answer)| finding(after, policy, answer));
    let mut undecided = 0;
    let is_told = |finding: &Finding| {
        undecided += usize::from(finding.witness.is_none());
        finding.witness.is_some() || undecided <= MANY
    };
    found
        .filter(is_told)
        .map(|finding| at(finding, member))
        .collect()
}

/// The policy as far as it has an effect on decisions: without its name and its note, its rules sorted.
#[must_use]
pub fn effect(policy: &PolicyDefinition) -> PolicyDefinition {
    let mut effect = policy.clone();
    (effect.name, effect.note) = (None, None);
    effect.authorized_permissions.get_or_insert_default();
    effect.rules.sort();
    effect
}

/// The same as a text, for comparisons of thousands with thousands.
fn effect_text(policy: &PolicyDefinition) -> String {
    to_json(&[effect(policy)])
}

/// The member of the issuer that lets more in, if its policies are as they were.
fn edited_member(before: &IssuerDefinition, after: &IssuerDefinition) -> Option<&'static str> {
    match () {
        () if before.policies != after.policies => None,
        () if before.audiences != after.audiences => Some("audiences"),
        () => Some("reportOnly"),
    }
}

/// The finding at the member, if one lets strangers in.
fn at(mut finding: Finding, member: Option<&str>) -> Finding {
    if let Some(member) = member {
        let number = finding.policies.first().map_or(0, |policy| policy + 1);
        let message = &finding.diagnostic.message;
        finding.diagnostic.message = format!("policy {number}: {message}");
        finding.diagnostic.path = member.to_owned();
    }
    finding
}

/// Whether all that restricted the allows before still does: denies, other allows' roles, audiences.
fn restricts_as_before(before: &IssuerDefinition, after: &IssuerDefinition) -> bool {
    let restricts =
        |policy: &&PolicyDefinition| policy.decision == Decision::Deny || policy.role_id.is_some();
    let kept = after.policies.iter().filter(restricts);
    let kept: HashSet<_> = kept.map(effect_text).collect();
    let mut own = before.policies.iter().filter(restricts);
    before.audiences == after.audiences
        && before.report_only >= after.report_only
        && own.all(|policy| kept.contains(&effect_text(policy)))
}

/// Whether an allow names the tenant as a whole, on an issuer of which only the claim with its name is known.
fn names_tenant(issuer: &IssuerDefinition, policy: usize, shared: &SharedIssuer) -> bool {
    let Some(policy) = issuer.policies.get(policy) else {
        return false;
    };
    let is_pinned = |policy: &PolicyDefinition| pin(policy, shared, Dialect::Pulumi) == Pin::Tenant;
    // In audiences, only `*` is a wildcard.
    let with = |audience: &String| {
        let audience = audience.replace('.', "\\.").replace('?', "\\?");
        is_pinned(&policy.clone().rule("aud", audience))
    };
    let audiences = issuer.audiences.as_ref();
    is_pinned(policy) || audiences.is_some_and(|list| list.iter().all(with))
}

fn undocumented(shared: &SharedIssuer) -> Diagnostic {
    let message = format!(
        "it is not known whether strangers are admitted: everyone gets tokens of {}, and their claims are not documented",
        shared.name
    );
    Diagnostic::note(RULE.code, message)
        .severity(Severity::Warning)
        .help(advice(shared))
}

/// What an answer says of a policy; `None` if it is proved that no new stranger is admitted.
fn finding(issuer: &IssuerDefinition, policy: usize, answer: Answer) -> Option<Finding> {
    let (diagnostic, witness) = match answer {
        Answer::No { .. } => return None,
        Answer::Yes { witness } => (open(issuer, policy, &witness), Some(witness)),
        Answer::Undecided { reason } => (undecided(reason), None),
    };
    let mut finding = Finding::on(policy, diagnostic);
    finding.witness = witness;
    Some(finding)
}

fn open(issuer: &IssuerDefinition, policy: usize, witness: &Witness) -> Diagnostic {
    let help = match is_opened_by_dots(issuer, policy) {
        true => OPENED_BY_DOTS.to_owned(),
        false => shared_issuer(&issuer.url).map_or_else(String::new, advice),
    };
    RULE.says(admitted(witness)).help(help)
}

fn undecided(reason: Undecided) -> Diagnostic {
    let message = format!(
        "it is not known whether strangers are admitted: {}",
        reason.sentence()
    );
    Diagnostic::note(RULE.code, message)
        .severity(Severity::Warning)
        .help("write the policy with fewer wildcards")
}

/// Whether a policy alone admits no stranger once each of its dots stands for itself.
fn is_opened_by_dots(issuer: &IssuerDefinition, policy: usize) -> bool {
    let Some(mut own) = issuer.policies.get(policy).cloned() else {
        return false;
    };
    let mut has_dots = false;
    for (_, pattern) in &mut own.rules {
        let literal = with_plain_dots(pattern, Dialect::Pulumi);
        has_dots |= literal != *pattern;
        *pattern = literal;
    }
    let alone = IssuerDefinition {
        url: issuer.url.clone(),
        audiences: issuer.audiences.clone(),
        policies: vec![own],
        ..IssuerDefinition::default()
    };
    let answer = || model(&alone).and_then(|model| Analysis::new(&model).stranger(0));
    has_dots && answer().is_some_and(|answer| answer.is_no())
}

fn model(issuer: &IssuerDefinition) -> Option<PolicyModel> {
    PolicyModel::new(issuer, Dialect::Pulumi).ok()
}

#[cfg(test)]
mod tests {
    use claimgate::issuer::IssuerDefinition;
    use claimgate::policy::parse_policies;

    use super::{Finding, guard};

    const GITHUB: &str = "https://token.actions.githubusercontent.com";

    /// An issuer with policies: those that begin with `{` are the rules of an allow.
    fn issuer(url: &str, policies: &[&str]) -> IssuerDefinition {
        let policy = |text: &&str| match text.strip_prefix("deny ") {
            Some(rules) => {
                format!(r#"{{"decision":"deny","tokenType":"organization","rules":{rules}}}"#)
            }
            None if text.starts_with('{') => {
                format!(r#"{{"decision":"allow","tokenType":"organization","rules":{text}}}"#)
            }
            None => format!(r#"{{"decision":"allow",{text}}}"#),
        };
        let all: Vec<_> = policies.iter().map(policy).collect();
        IssuerDefinition {
            url: url.to_owned(),
            policies: parse_policies(&format!("[{}]", all.join(","))).unwrap(),
            ..IssuerDefinition::default()
        }
    }

    fn github(policies: &[&str]) -> IssuerDefinition {
        issuer(GITHUB, policies)
    }

    /// The indices of the policies that let new strangers in.
    fn opened(before: &IssuerDefinition, after: &IssuerDefinition) -> Vec<usize> {
        let found = guard(before, after);
        found.iter().map(|finding| finding.policies[0]).collect()
    }

    const OPEN: &str = r#"{"sub":"repo:*"}"#;
    const CLOSED: &str = r#"{"sub":"repo:octo-org/*"}"#;

    #[test]
    fn only_an_allow_that_is_new_or_wider_is_judged() {
        let stored = github(&[OPEN, CLOSED]);
        for (after, expected) in [
            (&[CLOSED][..], &[][..]),
            (&[OPEN], &[]),
            (&[CLOSED, OPEN], &[]),
            // Still open, and narrower.
            (&[r#"{"sub":"repo:*","event_name":"push"}"#, CLOSED], &[]),
            (&[r#"{"sub":"repo:octo*"}"#], &[]),
            (&[r#"{"sub":"repo:*:environment:production"}"#, OPEN], &[]),
            (&[OPEN, r#"deny {"sub":"*:pull_request"}"#], &[]),
            // Wider, or for others.
            (&[r#"{"sub":"*"}"#, CLOSED], &[0]),
            (&[CLOSED, r#"{"actor":"ada"}"#], &[1]),
            (
                &[r#""tokenType":"personal","userLogin":"ada","rules":{"sub":"repo:*"}"#],
                &[0],
            ),
            (
                &[
                    r#""tokenType":"organization","authorizedPermissions":["admin"],"rules":{"sub":"repo:*"}"#,
                ],
                &[0],
            ),
            (
                &[r#""tokenType":"organization","roleID":"owner","rules":{"sub":"repo:*"}"#],
                &[0],
            ),
        ] {
            // A composed subject begins with another key: `*` alone admits it too.
            assert_eq!(opened(&stored, &github(after)), expected, "{after:?}");
        }
        assert_eq!(opened(&github(&[]), &stored), [0]);
        let ways = [r#"{"aud":"x"}"#, r#"{"sub":"repo:octo-org*"}"#, CLOSED];
        assert_eq!(opened(&github(&[]), &github(&ways)), [0, 1]);
        let other = issuer("https://ci.example", &[OPEN]);
        assert_eq!(opened(&issuer("https://ci.example", &[]), &other), [0; 0]);
    }

    #[test]
    fn what_no_longer_restricts_an_allow_lets_strangers_in_too() {
        let denied = github(&[OPEN, r#"deny {"sub":"repo:*"}"#]);
        assert_eq!(opened(&github(&[]), &denied), [0; 0]);
        assert_eq!(opened(&denied, &github(&[OPEN])), [0]);
        let mut reporting = denied.clone();
        reporting.report_only = true;
        assert_eq!(opened(&denied, &reporting), [0]);
        assert_eq!(opened(&reporting, &denied), [0; 0]);

        let with = |audiences: &[&str]| IssuerDefinition {
            audiences: (!audiences.is_empty())
                .then(|| audiences.iter().copied().map(str::to_owned).collect()),
            ..github(&[r#"{"sub":"repo:*"}"#])
        };
        let (own, more, any) = (
            with(&["sts.example"]),
            with(&["sts.example", "x"]),
            with(&[]),
        );
        for (before, after, expected) in [
            (&own, &more, &[0][..]),
            (&own, &any, &[0]),
            (&any, &more, &[]),
            (&more, &own, &[]),
            (&more, &more, &[]),
        ] {
            assert_eq!(opened(before, after), expected, "{after:?}");
        }
    }

    #[test]
    fn a_finding_has_a_token_that_is_admitted_and_names_its_subject() {
        let nothing = github(&[]);
        let [open] = &guard(&nothing, &github(&[r#"{"sub":"repo:octo-org*"}"#]))[..] else {
            panic!("one finding");
        };
        let witness = open.witness.as_deref().unwrap();
        let subject = witness.claim("sub").and_then(|sub| sub.as_str()).unwrap();
        assert!(subject.starts_with("repo:octo-org") && !subject.starts_with("repo:octo-org/"));
        let message = &open.diagnostic.message;
        assert!(message.contains(subject), "{message}");
        assert_eq!(guard(&nothing, &github(&[CLOSED])), []);
    }

    #[test]
    fn where_only_the_claim_of_the_tenant_is_known_there_is_a_warning() {
        let found = |url: &str, rules: &str| {
            let found = guard(&issuer(url, &[]), &issuer(url, &[rules]));
            assert!(found.iter().all(|finding| finding.witness.is_none()));
            found.len()
        };
        for url in [
            "https://tokens.cloud.shisho.dev",
            "https://studio.datachain.ai/api",
            "https://oidc.op1.openshiftapps.com/x",
            "https://oidc-configuration.audit-log.githubusercontent.com",
            "https://vstoken.actions.githubusercontent.com",
        ] {
            assert_eq!(found(url, r#"{"aud":"x"}"#), 1, "{url}");
            assert_eq!(found(url, r#"{"sub":"*"}"#), 1, "{url}");
            assert_eq!(
                found(url, r#"{"aud":"x","sub":"https:octo-org"}"#),
                0,
                "{url}"
            );
        }
        let sandboxes = "https://sandboxes.cloud";
        assert_eq!(found(sandboxes, r#"{"sub":"*"}"#), 1);
        assert_eq!(found(sandboxes, r#"{"aud":"acme"}"#), 0);
        let mut listed = issuer(sandboxes, &[r#"{"sub":"*"}"#]);
        listed.audiences = Some(vec!["acme.example".to_owned()]);
        assert_eq!(guard(&issuer(sandboxes, &[]), &listed), []);
        let stored = issuer(sandboxes, &[r#"{"sub":"*"}"#]);
        assert_eq!(guard(&stored, &stored), []);
    }

    #[test]
    fn the_help_is_that_of_a_check() {
        for rules in [r#"{"aud":"x"}"#, r#"{"actor":"ada"}"#] {
            let found = guard(&github(&[]), &github(&[rules]));
            let help = found[0].diagnostic.help.as_deref();
            assert_eq!(
                help,
                Some("add a rule on `sub` that begins with `repo:OWNER/`")
            );
        }
    }

    #[test]
    fn many_that_are_not_known_hide_no_open_one() {
        let hard = format!(r#"{{"sub":"*a{}*b*c"}}"#, ".".repeat(40));
        let mut all = vec![hard.as_str(); 30];
        all.push(OPEN);
        let found = guard(&github(&[]), &github(&all));
        let is_open = |finding: &&Finding| finding.witness.is_some();
        let open: Vec<usize> = found
            .iter()
            .filter(is_open)
            .map(|finding| finding.policies[0])
            .collect();
        assert_eq!((open.as_slice(), found.len()), (&[30][..], 21));
        // Nor are more told than are read.
        let open = guard(&github(&[]), &github(&[OPEN; 30]));
        assert_eq!(open.len(), 20);
    }

    #[test]
    fn where_only_a_dot_admits_strangers_the_help_says_so() {
        let nothing = github(&[]);
        for (rule, is_dot) in [
            (r#"{"sub":"repo:octo.org/*"}"#, true),
            (r#"{"sub":"repo:octo-org*"}"#, false),
        ] {
            let [open] = &guard(&nothing, &github(&[rule]))[..] else {
                panic!("{rule}");
            };
            let help = open.diagnostic.help.as_deref().unwrap();
            assert_eq!(
                help.contains(r"write `\.` for a dot"),
                is_dot,
                "{rule}: {help}"
            );
        }
    }

    #[test]
    fn a_name_a_note_and_an_order_make_no_policy_new() {
        let stored = github(&[r#"{"sub":"repo:*","event_name":"push"}"#]);
        let mut after = github(&[r#"{"event_name":"push","sub":"repo:*"}"#]);
        after.policies[0].name = Some("a name".to_owned());
        after.policies[0].note = Some("a note".to_owned());
        assert_eq!(opened(&stored, &after), [0; 0]);
    }
}
