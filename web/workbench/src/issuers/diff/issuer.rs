//! Differences between two versions of an issuer, part by part.

use claimgate::json::Value;
use claimgate::pattern::visible;
use claimgate_formats::Sample;

use super::change::{Change, ChangeKind, Line, compare};
use super::policies::{changes, lines};
use crate::issuers::issuer_part::Part;
use crate::issuers::lifetime;
use crate::issuers::storage::StoredIssuer;

/// The changes from one version of an issuer to another, part by part.
pub fn issuer_changes(old: &StoredIssuer, new: &StoredIssuer) -> Vec<Change> {
    let change = |part: Part| {
        let details = part_details(part, old, new);
        let title = part.name().filter(|_| !details.is_empty())?.to_owned();
        Some(Change {
            kind: ChangeKind::Changed,
            title,
            details,
        })
    };
    Part::differing(old, new)
        .filter_map(change)
        .chain(changes(&old.policies, &new.policies))
        .collect()
}

/// What changed within a part, in words. The policies have changes of their own.
fn part_details(part: Part, old: &StoredIssuer, new: &StoredIssuer) -> Vec<String> {
    match part {
        Part::Keys => keys(old.jwks.as_deref(), new.jwks.as_deref()),
        Part::Thumbprints => in_one_only("thumbprint", &old.thumbprints, &new.thumbprints),
        Part::Audiences => in_one_only("audience", audiences(old), audiences(new)),
        Part::Samples => samples(&old.samples, &new.samples),
        Part::Policies | Part::Preset => Vec::new(),
        Part::Name | Part::MaxExpiration | Part::SingleUse | Part::ReportOnly => {
            becomes(&part_text(part, old), &part_text(part, new))
        }
    }
}

/// Both versions of an issuer line by line, without the parts that are the same.
pub fn issuer_lines(old: &StoredIssuer, new: &StoredIssuer) -> Vec<Line> {
    let lines_of = |part: Part| match (part, part.name()) {
        (Part::Policies, _) => lines(&old.policies, &new.policies),
        (Part::Samples, _) | (_, None) => Vec::new(),
        (_, Some(name)) => {
            let line = |issuer| format!("{name}: {}", part_text(part, issuer));
            compare(&line(old), &line(new))
        }
    };
    Part::differing(old, new).flat_map(lines_of).collect()
}

/// A part as text. Policies and samples have none.
fn part_text(part: Part, issuer: &StoredIssuer) -> String {
    match part {
        Part::Name => issuer.name.clone(),
        Part::MaxExpiration => lifetime::describe(issuer.max_expiration),
        Part::Keys => {
            let jwks = issuer.jwks.as_deref();
            jwks.map_or_else(|| "none".to_owned(), pretty)
        }
        Part::Thumbprints => issuer.thumbprints.join(", "),
        Part::Audiences => audiences(issuer).join(", "),
        Part::SingleUse => yes_or_no(issuer.single_use).to_owned(),
        Part::ReportOnly => yes_or_no(issuer.report_only).to_owned(),
        Part::Preset => issuer.preset.clone(),
        Part::Policies | Part::Samples => String::new(),
    }
}

fn audiences(issuer: &StoredIssuer) -> &[String] {
    issuer.audiences.as_deref().unwrap_or_default()
}

fn yes_or_no(flag: bool) -> &'static str {
    if flag { "yes" } else { "no" }
}

fn becomes(old: &str, new: &str) -> Vec<String> {
    let differs = old != new;
    differs
        .then(|| format!("`{}` becomes `{}`", visible(old), visible(new)))
        .into_iter()
        .collect()
}

/// The items that only the old list has, and those that only the new one has.
fn in_one_only(what: &str, old: &[String], new: &[String]) -> Vec<String> {
    let goes = old
        .iter()
        .filter(|one| !new.contains(one))
        .map(|one| format!("{what} `{}` is removed", visible(one)));
    let comes = new
        .iter()
        .filter(|one| !old.contains(one))
        .map(|one| format!("new {what} `{}`", visible(one)));
    let mut details: Vec<_> = goes.chain(comes).collect();
    if details.is_empty() && old != new {
        details.push("only their order".to_owned());
    }
    details
}

pub(super) fn samples(old: &[Sample], new: &[Sample]) -> Vec<String> {
    let name = |sample: &Sample| visible(&sample.name).to_string();
    let find = |among: &[Sample], id: &str| among.iter().find(|sample| sample.id == id).cloned();
    let mut details = Vec::new();
    for sample in old {
        match find(new, &sample.id) {
            None => details.push(format!("test `{}` is removed", name(sample))),
            Some(other) if other != *sample => {
                details.push(format!("test `{}` changes", name(&other)));
            }
            Some(_) => {}
        }
    }
    let comes = new.iter().filter(|sample| find(old, &sample.id).is_none());
    details.extend(comes.map(|sample| format!("new test `{}`", name(sample))));
    if details.is_empty() && old != new {
        details.push("only their order".to_owned());
    }
    details
}

/// The differences between two key sets, key by key.
pub(super) fn keys(old: Option<&str>, new: Option<&str>) -> Vec<String> {
    if old == new {
        return Vec::new();
    }
    let (Some(old), Some(new)) = (keys_of(old), keys_of(new)) else {
        return vec!["they are replaced".to_owned()];
    };
    let find = |among: &[(String, String)], id: &str| {
        among
            .iter()
            .find(|(other, _)| other == id)
            .map(|(_, key)| key.clone())
    };
    let mut details = Vec::new();
    for (id, key) in &old {
        match find(&new, id) {
            None => details.push(format!("key `{}` is removed", visible(id))),
            Some(other) if other != *key => {
                details.push(format!("key `{}` changes", visible(id)));
            }
            Some(_) => {}
        }
    }
    let comes = new.iter().filter(|(id, _)| find(&old, id).is_none());
    details.extend(comes.map(|(id, _)| format!("new key `{}`", visible(id))));
    if details.is_empty() {
        details.push("the same keys, formatted differently".to_owned());
    }
    details
}

/// The keys of a set, each with its identifier, or with its position if it has none. None if the
/// text is not a key set.
fn keys_of(jwks: Option<&str>) -> Option<Vec<(String, String)>> {
    let Some(jwks) = jwks else {
        return Some(Vec::new());
    };
    let set = Value::parse(jwks).ok()?;
    let items = match set.member("keys") {
        Some(Value::Array(items)) => items.as_slice(),
        _ => return None,
    };
    let key = |(index, item): (usize, &Value)| {
        let id = item
            .member("kid")
            .and_then(Value::as_str)
            .map_or_else(|| (index + 1).to_string(), str::to_owned);
        (id, item.to_json())
    };
    Some(items.iter().enumerate().map(key).collect())
}

fn pretty(jwks: &str) -> String {
    Value::parse(jwks).map_or_else(|_| jwks.to_owned(), |set| set.to_json_pretty())
}
