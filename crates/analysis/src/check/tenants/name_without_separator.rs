//! `name-without-separator`: a wildcard continues a name, so that other names are admitted.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::policy::PolicyDefinition;
use claimgate_providers::grammar::Piece;
use claimgate_providers::shared_issuer;

use crate::answer::Witness;
use crate::check::context::{Context, rule_on, token};
use crate::check::finding::Finding;
use crate::check::fix::with_rule;
use crate::check::rule::{Example, Rule};
use crate::outline::{WILDCARD, outline};
use crate::pin::{Pin, Unended, is_same_claim, pin, unended};
use crate::questions::{Class, Texts};
use crate::sent::claims_of;

pub(in crate::check) const RULE: Rule = Rule {
    code: "name-without-separator",
    severity: Severity::Error,
    basis: Basis::Facts,
    title: "A wildcard continues a name, so that other names that start the same way are admitted.",
    about: "A name ends at its separator: `repo:acme*` admits `repo:acme-evil/web:…`, whose owner anyone can register. For the name of a tenant it is an error; for one within a tenant, such as a repository, a warning.",
    incident: "Tinder's security team found roles that trusted `repo:tinder*`. An official Terraform example had a prefix without separator too. `repo:o*/r*`, sometimes advised for immutable subjects, admits any owner that begins with `o`.",
    remedy: "write the separator right after the name, before any wildcard",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme*" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/*" } }
]"#,
    ),
};

/// A stranger's token is admitted by the beginning of a tenant's name.
pub(super) fn reason(
    cx: &mut Context<'_>,
    allow: usize,
    definition: &PolicyDefinition,
    witness: &Witness,
) -> Option<Finding> {
    let issuer = shared_issuer(&cx.issuer.url)?;
    let Pin::Part(name) = pin(definition, issuer, cx.dialect) else {
        return None;
    };
    let mut found = report(allow, &name, witness);
    let claim = name.claim.as_str();
    let pattern = rule_on(definition, claim).map(|(_, pattern)| pattern.as_str());
    if let Some(pattern) = pattern.and_then(|pattern| ended(pattern, &name)) {
        let title = format!("end the name with `{}`", name.until);
        found
            .fixes
            .extend(with_rule(cx, title, allow, (claim, &pattern)));
    }
    Some(found)
}

/// The names within a tenant.
pub(super) fn find(cx: &mut Context<'_>) {
    if cx.grammar().is_none() {
        return;
    }
    for (allow, definition) in cx.allows() {
        if cx.stranger(allow).is_some() {
            continue;
        }
        let shared = shared_issuer(&cx.issuer.url);
        let name = shared.and_then(|issuer| unended(definition, issuer, cx.dialect));
        let other = other_name(cx, allow);
        let name = name.or_else(|| {
            other
                .as_ref()
                .and_then(|(part, _)| in_rule(cx, allow, part))
        });
        let found = match (other, name) {
            (Some((_, witness)), Some(name)) => {
                // Several names of one's own may be meant, so ending the name is no safe fix.
                let found = report(allow, &name, &witness);
                let meant = format!(
                    ", unless all whose names begin with `{}` are meant",
                    name.name
                );
                let help = found.diagnostic.help.clone().unwrap_or_default();
                found.help(help + &meant).witness(witness)
            }
            (Some((part, witness)), None) => {
                let token = token(&witness);
                let message =
                    format!("this admits every {part} whose name starts the same way: {token}");
                Finding::on(allow, RULE.says(message)).witness(witness)
            }
            (None, Some(name)) => {
                let Unended {
                    claim,
                    word,
                    name: own,
                    ..
                } = &name;
                let message = format!(
                    "the rule on `{claim}` admits every {word} whose name begins with `{own}`"
                );
                Finding::on_rule(allow, claim, RULE.says(message)).basis(Basis::Heuristic)
            }
            (None, None) => continue,
        };
        cx.add(found.severity(Severity::Warning));
    }
}

/// A token of something whose name begins like the one that an allow names, and what it is.
fn other_name(cx: &mut Context<'_>, allow: usize) -> Option<(&'static str, Witness)> {
    let grammar = cx.grammar()?;
    // Other tenants are strangers, which are another finding.
    let is_tenant = |part: &str| grammar.atom(part).is_some_and(|atom| atom.is_tenant);
    let skipped = usize::from(grammar.mine.first().is_some_and(|part| is_tenant(part)));
    for part in grammar.mine.iter().skip(skipped) {
        let starts = cx.plain.said(allow, part).starts;
        let other: Vec<String> = starts.iter().map(|start| format!("{start}-evil")).collect();
        let class = Class {
            is: vec![(*part, Texts::exact(other))],
            ..Class::default()
        };
        let found = (!starts.is_empty()).then(|| cx.admits(allow, &class));
        if let Some(witness) = found.flatten() {
            return Some((part, witness));
        }
    }
    None
}

/// The name of a part of claims that a rule begins and does not end, by the form of the provider's claims.
fn in_rule(cx: &mut Context<'_>, allow: usize, part: &'static str) -> Option<Unended> {
    let grammar = cx.grammar()?;
    let starts = cx.plain.said(allow, part).starts;
    let rules = &cx.policies().get(allow)?.rules;
    rules.iter().find_map(|(claim, pattern)| {
        let outline = outline(pattern, cx.dialect);
        let mut claims = claims_of(grammar).filter(|own| is_same_claim(own.path, claim));
        let form = claims.find(|own| own.value.contains(&Piece::Atom(part)))?;
        let mut rest = form
            .value
            .iter()
            .skip_while(|piece| **piece != Piece::Atom(part));
        let until = match rest.nth(1) {
            Some(Piece::Text(text)) => *text,
            _ => "",
        };
        let continued = |start: &&String| outline.contains(&format!("{start}{WILDCARD}"));
        let name = starts.iter().find(continued)?;
        Some(Unended {
            claim: claim.clone(),
            word: part,
            name: name.clone(),
            shared: String::new(),
            is_end: false,
            until,
        })
    })
}

fn report(allow: usize, name: &Unended, witness: &Witness) -> Finding {
    let Unended {
        claim,
        word,
        name: own,
        until,
        ..
    } = name;
    let place = if name.is_end { "ends" } else { "begins" };
    let message = format!(
        "this admits every {word} whose name {place} with `{own}`: {} is admitted",
        token(witness)
    );
    let advice = match *until {
        _ if name.is_end => "write the whole name after an `@`".to_owned(),
        _ if is_prefix(own) => format!("name each {word} in full"),
        "" => "write the whole name".to_owned(),
        until => format!("write `{until}` right after the name, before any wildcard"),
    };
    Finding::on_rule(allow, claim, RULE.says(message)).help(advice)
}

/// Whether a name goes on, as it is written: no name of its own ends so.
fn is_prefix(name: &str) -> bool {
    name.ends_with(['-', '_', '.'])
}

/// The pattern with the separator after the name that a `*` continues.
fn ended(pattern: &str, name: &Unended) -> Option<String> {
    if name.is_end || name.until.is_empty() || is_prefix(&name.name) {
        return None;
    }
    let rest = pattern.strip_prefix(name.shared.as_str())?;
    let rest = rest.strip_prefix(WILDCARD)?;
    let is_ended = rest.starts_with(name.until);
    Some(match is_ended {
        true => format!("{}{rest}", name.shared),
        false => format!("{}{}{WILDCARD}{rest}", name.shared, name.until),
    })
}
