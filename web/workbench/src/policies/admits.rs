//! What the wildcards of a pattern leave open: what they take of known values, and which neighbours of
//! those values match too. The analysis will add exact witnesses.

use claimgate::pattern::{Dialect, PartKind, Pattern, Trace};

use super::neighbours::{Kind, neighbours};

/// How many texts of a kind are shown.
const SHOWN: usize = 4;

/// What a pattern leaves open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Admitted {
    /// Its wildcards, in their order.
    pub open: Vec<Open>,
    /// Values of other owners that match: anyone could have them.
    pub strangers: Vec<String>,
    /// Other neighbours that match: another branch, a longer name.
    pub others: Vec<String>,
}

/// A wildcard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// As it is written.
    pub wildcard: String,
    /// The literal text before it, to tell it from others.
    pub after: String,
    /// What it takes of the known values.
    pub own: Vec<String>,
}

/// What a pattern leaves open, measured by known values of its claim; none without wildcards.
pub fn admitted(pattern: &str, values: &[String]) -> Option<Admitted> {
    let compiled = Pattern::new(pattern, Dialect::Pulumi).ok()?;
    let mut found = Admitted {
        open: wildcards(&compiled),
        ..Admitted::default()
    };
    if found.open.is_empty() {
        return None;
    }
    for value in values.iter().take(20) {
        let Trace::Matched { captures } = compiled.trace(value) else {
            continue;
        };
        for (open, capture) in found.open.iter_mut().zip(captures) {
            add(&mut open.own, capture.text);
        }
        for near in neighbours(value) {
            if !values.contains(&near.text) && compiled.is_match(&near.text) {
                match near.kind {
                    Kind::Owner => add(&mut found.strangers, near.text),
                    Kind::Name => add(&mut found.others, near.text),
                }
            }
        }
    }
    Some(found)
}

fn add(texts: &mut Vec<String>, text: String) {
    if texts.len() < SHOWN && !texts.contains(&text) {
        texts.push(text);
    }
}

/// The wildcards of a pattern, each with the end of the literal text before it.
fn wildcards(pattern: &Pattern) -> Vec<Open> {
    let mut before = String::new();
    let mut found = Vec::new();
    for part in pattern.parts() {
        match part.kind {
            PartKind::Literal | PartKind::Escape => before = part.text,
            _ => found.push(Open {
                wildcard: part.text,
                after: std::mem::take(&mut before),
                own: Vec::new(),
            }),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: &str = "repo:octo-org/octo-repo:ref:refs/heads/main";

    fn of(pattern: &str) -> Admitted {
        admitted(pattern, &[VALUE.to_owned()]).unwrap()
    }

    #[test]
    fn a_pattern_with_an_owner_admits_no_stranger() {
        let found = of("repo:octo-org/*");
        assert_eq!(found.strangers, Vec::<String>::new());
        assert_eq!(found.open[0].own, ["octo-repo:ref:refs/heads/main"]);
        assert_eq!(found.open[0].after, "repo:octo-org/");
        assert!(!found.others.is_empty());
    }

    #[test]
    fn a_pattern_without_the_separator_after_the_owner_admits_strangers() {
        for pattern in ["repo:octo-org*", "repo:*/octo-repo:*", "*"] {
            let found = of(pattern);
            assert!(!found.strangers.is_empty(), "{pattern}: {found:?}");
        }
        assert!(of("repo:octo-org*").strangers[0].starts_with("repo:octo-org-2/"));
        assert_eq!(admitted("main", &[]), None);
        assert_eq!(
            admitted("*", &[]).unwrap().open[0].own,
            Vec::<String>::new()
        );
    }
}
