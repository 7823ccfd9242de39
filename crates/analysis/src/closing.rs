//! How a class of outsiders can be kept out.

use claimgate::diagnostic::Diagnostics;
use claimgate::pattern::escape;
use claimgate::sorted::sorted_by;
use claimgate_providers::grammar::{Claim, Grammar, Is, Outsider, Piece, Words};
use serde::{Deserialize, Serialize};

use crate::check::{Edit, apply};
use crate::mine::Mine;
use crate::model::PolicyModel;
use crate::questions::{Analysis, Difference, Ours, Relation, Who, difference, stays_useful};

/// The most ways that are tried, and the most that are returned.
const MAX_TRIED: usize = 12;
const MAX_FOUND: usize = 3;

/// A way to keep a class of outsiders out. It is proved that none of them is admitted then, that nothing
/// else is opened, and that no allow is made useless.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Closing {
    /// The changes of the policies.
    pub edits: Vec<Edit>,
    /// The titles of the other classes that are kept out then.
    pub also: Vec<String>,
    /// What it closes.
    pub difference: Difference,
}

/// Ways to keep a class of outsiders out, those that close least first. Empty if it is not admitted, or no
/// single rule or deny keeps it out.
///
/// # Errors
/// As [`PolicyModel::new`].
pub fn closings(
    model: &PolicyModel,
    mine: Option<&Mine>,
    class: &str,
) -> Result<Vec<Closing>, Diagnostics> {
    let before = Analysis::new(model).classes(mine);
    let Some(grammar) = model.grammar() else {
        return Ok(Vec::new());
    };
    let outsider = grammar.outsiders.iter().find(|known| known.id == class);
    let rung = before.rungs.iter().find(|rung| rung.id == class);
    let (Some(outsider), Some(rung)) = (outsider, rung.filter(|rung| rung.answer.is_yes())) else {
        return Ok(Vec::new());
    };
    let draft = Draft {
        model,
        grammar,
        outsider,
        ours: &before.ours,
        named: named(model, &rung.policies),
        allows: &rung.policies,
    };
    let mut found = Vec::new();
    for edits in draft.candidates().into_iter().take(MAX_TRIED) {
        found.extend(tried(model, mine, class, &before, edits)?);
    }
    let tokens = |closing: &Closing| {
        let kinds = closing.difference.kinds.iter();
        kinds.map(|kind| kind.closed.len()).sum::<usize>()
    };
    let by = |closing: &Closing| (closing.also.len(), tokens(closing), closing.edits.len());
    let mut found = sorted_by(found, by);
    found.truncate(MAX_FOUND);
    Ok(found)
}

/// What edits close, if they keep the class out and do nothing bad.
fn tried(
    model: &PolicyModel,
    mine: Option<&Mine>,
    class: &str,
    before: &Who,
    edits: Vec<Edit>,
) -> Result<Option<Closing>, Diagnostics> {
    let changed = model.with_policies(apply(model.definitions(), &edits))?;
    let mut analysis = Analysis::new(&changed);
    let after = analysis.classes(mine);
    let is_out = |id: &str| {
        after
            .rungs
            .iter()
            .any(|rung| rung.id == id && rung.answer.is_no())
    };
    if !is_out(class) || !stays_useful(model, &mut analysis) {
        return Ok(None);
    }
    let difference = difference(model, &changed);
    if difference.relation != Relation::Narrower {
        return Ok(None);
    }
    let was_in = before.rungs.iter().filter(|rung| rung.answer.is_yes());
    let also = was_in.filter(|rung| rung.id != class && is_out(&rung.id));
    Ok(Some(Closing {
        also: also.map(|rung| rung.title.clone()).collect(),
        edits,
        difference,
    }))
}

/// What allows name in full, for each of them, by the names of parts.
type Named = Vec<Vec<(&'static str, Vec<String>)>>;

fn named(model: &PolicyModel, allows: &[usize]) -> Named {
    let mut analysis = Analysis::new(model);
    let mut of = |allow: &usize| {
        let sayings = analysis.sayings(&[*allow]).into_iter();
        sayings
            .map(|(part, said)| (part, said.named.into_iter().collect()))
            .collect()
    };
    allows.iter().map(&mut of).collect()
}

/// The making of candidates.
struct Draft<'a> {
    model: &'a PolicyModel,
    grammar: &'static Grammar,
    outsider: &'static Outsider,
    ours: &'a [Ours],
    /// In the order of `allows`.
    named: Named,
    /// The allows that admit one of the class.
    allows: &'a [usize],
}

impl Draft<'_> {
    /// Edits that may keep the class out: one more rule on every allow that admits it, then a deny.
    fn candidates(&self) -> Vec<Vec<Edit>> {
        let mut candidates: Vec<Vec<Edit>> = Vec::new();
        let claims = self.claims();
        for claim in &claims {
            let rules = self.allows.iter().enumerate();
            let edits: Option<Vec<Edit>> = rules
                .map(|(place, allow)| {
                    let pattern = self.narrow(claim, place)?;
                    self.is_free(*allow, claim.path).then(|| Edit::SetRule {
                        policy: *allow,
                        claim: claim.path.to_owned(),
                        pattern,
                    })
                })
                .collect();
            candidates.extend(edits.filter(|edits| !edits.is_empty()));
        }
        let denies = claims.iter().flat_map(|claim| self.denied(claim));
        candidates.extend(denies.map(|(claim, pattern)| self.deny(claim, &pattern)));
        let mut unique: Vec<Vec<Edit>> = Vec::new();
        for edits in candidates {
            if !unique.contains(&edits) {
                unique.push(edits);
            }
        }
        unique
    }

    /// The claims of all shapes, each form once.
    fn claims(&self) -> Vec<&'static Claim> {
        let mut claims: Vec<&'static Claim> = Vec::new();
        for shape in self.grammar.shapes {
            for claim in self.grammar.claims_of(shape) {
                let is_same =
                    |other: &&Claim| other.path == claim.path && other.value == claim.value;
                if !claim.is_many && !claims.iter().any(is_same) {
                    claims.push(claim);
                }
            }
        }
        claims
    }

    /// Whether a policy has no rule on a claim.
    fn is_free(&self, policy: usize, path: &str) -> bool {
        let definition = self.model.definition(policy);
        definition.is_some_and(|own| own.rules.iter().all(|(claim, _)| claim != path))
    }

    /// The pattern on a claim that the class does not match, for the allow at that place: its parts are what
    /// the class's are not.
    fn narrow(&self, claim: &Claim, place: usize) -> Option<String> {
        let mut tells_apart = false;
        let mut pattern = String::new();
        for piece in claim.value {
            match piece {
                Piece::Text(text) => pattern += &escape(text, self.model.dialect()),
                Piece::Atom(name) => {
                    let (value, is_telling) = self.kept(name, place)?;
                    tells_apart |= is_telling;
                    pattern += &escape(&value, self.model.dialect());
                }
                _ => return None,
            }
        }
        tells_apart.then_some(pattern)
    }

    /// The only value of a part that stays admitted, and whether the class has another one.
    fn kept(&self, name: &'static str, place: usize) -> Option<(String, bool)> {
        let other = |(part, is): &&(&str, Is)| *part == name && matches!(is, Is::Text(_));
        if let Some((_, Is::Text(text))) = self.outsider.is.iter().find(other) {
            return match self.grammar.atom(name)?.words {
                Words::OneOf([one, two]) if one == text => Some(((*two).to_owned(), true)),
                Words::OneOf([one, two]) if two == text => Some(((*one).to_owned(), true)),
                _ => None,
            };
        }
        // A part with one word, in shapes that the class does not have.
        if let Words::OneOf([only]) = self.grammar.atom(name)?.words {
            return (!self.outsider.shapes.is_empty()).then(|| ((*only).to_owned(), true));
        }
        let is_not = self.outsider.is_not.iter().any(|(part, _)| *part == name);
        let ours = self.ours.iter().find(|own| own.part == name);
        let values = match ours {
            Some(own) => own.values.as_slice(),
            None => self.named_by(name, place),
        };
        match values {
            [only] => Some((only.clone(), is_not)),
            _ => None,
        }
    }

    fn named_by(&self, name: &str, place: usize) -> &[String] {
        let own = self.named.get(place).into_iter().flatten();
        own.filter(|(part, _)| *part == name)
            .map(|(_, values)| values.as_slice())
            .next()
            .unwrap_or_default()
    }

    /// The pattern of a deny on a claim by which the class is recognized.
    fn denied(&self, claim: &'static Claim) -> Option<(&'static str, String)> {
        let is_word = |(part, is): &(&str, Is)| match (claim.value, is) {
            ([Piece::Atom(name)], Is::Text(text)) if name == part => Some((*text).to_owned()),
            _ => None,
        };
        if let Some(text) = self.outsider.is.iter().find_map(is_word) {
            return Some((claim.path, escape(&text, self.model.dialect())));
        }
        let is_same = |own: &Claim| own.path == claim.path && own.value == claim.value;
        let shapes = self.grammar.shapes.iter();
        let mut of_class = shapes.filter(|shape| self.outsider.shapes.contains(&shape.name));
        if !of_class.any(|shape| shape.claims.iter().any(is_same)) {
            return None;
        }
        let pattern = self.outline(claim)?;
        pattern
            .contains(|c| c != '*')
            .then_some((claim.path, pattern))
    }

    /// The claim's fixed texts at its ends, with `*` for what is between; a part with few words is the common
    /// beginning of them.
    fn outline(&self, claim: &Claim) -> Option<String> {
        if let [Piece::Atom(name)] = claim.value {
            return match self.grammar.atom(name)?.words {
                Words::OneOf([only]) => Some((*only).to_owned()),
                Words::OneOf(words) => Some(format!("{}*", common(words)?)),
                _ => None,
            };
        }
        let dialect = self.model.dialect();
        let text = |piece: &Piece| match piece {
            Piece::Text(text) => Some(escape(text, dialect)),
            _ => None,
        };
        let start = claim.value.first().and_then(text).unwrap_or_default();
        let end: String = match claim.value {
            [.., Piece::Text(last)] => escape(last, dialect),
            [.., Piece::Text(before), Piece::Atom(_)] => format!("{}*", escape(before, dialect)),
            _ => return None,
        };
        Some(format!("{start}*{end}"))
    }

    /// A deny for each type of token and target that these allows are about.
    fn deny(&self, claim: &str, pattern: &str) -> Vec<Edit> {
        let target = |policy: usize| {
            let own = self.model.definition(policy);
            own.map(|own| {
                (
                    own.token_type,
                    &own.team_name,
                    &own.user_login,
                    &own.runner_id,
                )
            })
        };
        let mut like: Vec<usize> = Vec::new();
        for allow in self.allows {
            if !like.iter().any(|other| target(*other) == target(*allow)) {
                like.push(*allow);
            }
        }
        let deny = |like: usize| Edit::AddDeny {
            like,
            claim: claim.to_owned(),
            pattern: pattern.to_owned(),
        };
        like.into_iter().map(deny).collect()
    }
}

/// What words begin with.
fn common(words: &[&str]) -> Option<String> {
    let (first, others) = words.split_first()?;
    let is_shared = |length: &usize| {
        let start = first.get(..*length);
        start.is_some_and(|start| others.iter().all(|word| word.starts_with(start)))
    };
    let length = (1..=first.len()).rev().find(is_shared)?;
    first.get(..length).map(str::to_owned)
}
