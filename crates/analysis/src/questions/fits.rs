//! Which values of a claim fit a pattern, by what the provider sends.

use claimgate::pattern::Pattern;
use claimgate_providers::shared_issuer;
use serde::{Deserialize, Serialize};

use super::outsiders::{Ours, ours};
use super::session::Analysis;
use crate::answer::{Facts, Undecided};
use crate::automaton::{Exhausted, LangId, Segment, tokens};
use crate::mine::Mine;
use crate::query::{Fitting, Left, PartTexts};

/// The most ways of a form that are listed.
const MOST_WAYS: usize = 4;

/// The values of a claim that fit a pattern.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Fits {
    /// What was taken for one's own.
    pub ours: Vec<Ours>,
    /// Whose tokens have a value that fits.
    pub whose: Whose,
    /// The forms of tokens that have a value that fits.
    pub forms: Vec<Form>,
    /// When tokens have no such value, each once.
    pub unfit: Vec<String>,
    /// Why it is not known which values fit.
    pub undecided: Option<Undecided>,
    /// What the answer assumes.
    pub facts: Facts,
}

/// Whose tokens have a value that fits a pattern, by that claim alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Whose {
    /// One's own only.
    Ours,
    /// Strangers', too.
    Strangers,
    /// The claim does not say it, or the issuer is not known to sign tokens for everybody.
    Unsaid,
}

/// Tokens whose values of the claim consist of the same pieces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Form {
    /// When tokens have the form: "a job without environment, on a branch". Empty if all that have the
    /// claim do.
    pub when: Vec<String>,
    /// The ways in which a value fits: a value does if all its pieces are as in one of them.
    pub ways: Vec<Vec<Piece>>,
    /// How many more ways there are.
    pub left_out: usize,
}

/// A piece of a claim's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "piece")]
#[non_exhaustive]
pub enum Piece {
    /// This text.
    Text {
        /// The text.
        text: String,
    },
    /// A part that the tokens of the provider differ in.
    Part(Part),
}

/// What fits for a part of a claim's value, such as the owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Part {
    /// Its name in the facts: `owner`.
    pub name: String,
    /// Which texts fit.
    pub range: Range,
    /// Whose they are.
    pub kind: PartKind,
    /// Those of one's own names that fit.
    pub ours: Vec<String>,
    /// A text that fits and is not one's own.
    pub other: Option<String>,
}

/// Texts of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "range")]
#[non_exhaustive]
pub enum Range {
    /// All that the provider sends.
    Any,
    /// These and no others.
    Only {
        /// The texts.
        texts: Vec<String>,
    },
    /// All that begin so.
    Beginning {
        /// The beginning.
        with: String,
    },
    /// Those that match one of these patterns.
    Like {
        /// The patterns, as the dialect `pulumi` writes them.
        patterns: Vec<String>,
    },
}

/// Whose the texts of a part are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum PartKind {
    /// One's own only.
    Ours,
    /// Strangers', too: the part tells tenants apart, and neither it nor another one keeps others out.
    Strangers,
    /// One that says nothing about whose token it is, or that another part makes one's own.
    Neutral,
}

/// A part in the making.
struct Found {
    part: Part,
    is_tenant: bool,
}

impl Analysis<'_> {
    /// Which values of a claim fit a pattern, in each form of the provider's tokens; of the requested team's
    /// name, without a claim. What is one's own is as in [`Analysis::who`], of these policies.
    ///
    /// Other rules of a policy, and denies, are not asked about. Where nothing is known of the issuer's
    /// tokens, any text is a value.
    ///
    /// ```
    /// use claimgate::issuer::IssuerDefinition;
    /// use claimgate::pattern::Dialect;
    /// use claimgate::policy::{Decision, PolicyDefinition, TokenType};
    /// use claimgate_analysis::{Analysis, PartKind, Piece, PolicyModel};
    ///
    /// let allow = PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", "repo:acme*");
    /// let url = "https://token.actions.githubusercontent.com".to_owned();
    /// let issuer = IssuerDefinition { url, policies: vec![allow], ..IssuerDefinition::default() };
    /// let model = PolicyModel::new(&issuer, Dialect::Pulumi)?;
    /// let fits = Analysis::new(&model).fits(Some("sub"), "repo:acme*", None);
    /// let Some(Piece::Part(owner)) = fits.forms[0].ways[0].get(1) else { panic!("{fits:?}") };
    /// assert_eq!((owner.name.as_str(), owner.kind), ("owner", PartKind::Strangers));
    /// assert_eq!((&*owner.ours, owner.other.as_deref()), (&["acme".to_owned()][..], Some("acme-evil")));
    /// # Ok::<(), claimgate::diagnostic::Diagnostics>(())
    /// ```
    #[must_use]
    pub fn fits(&mut self, claim: Option<&str>, pattern: &str, mine: Option<&Mine>) -> Fits {
        let mut fits = Fits {
            ours: Vec::new(),
            whose: Whose::Unsaid,
            forms: Vec::new(),
            unfit: Vec::new(),
            undecided: None,
            facts: self.facts(),
        };
        if let Err(exhausted) = self.find_fits(claim, pattern, mine, &mut fits) {
            fits.undecided = Some(exhausted.into());
        }
        fits
    }

    fn find_fits(
        &mut self,
        claim: Option<&str>,
        pattern: &str,
        mine: Option<&Mine>,
        fits: &mut Fits,
    ) -> Result<(), Exhausted> {
        if Pattern::new(pattern, self.model.dialect()).is_err() {
            return Ok(());
        }
        // All patterns come before the first automaton: new characters would make the old ones invalid.
        let own = self.own_parts(mine, fits);
        let lang = [tokens(pattern, self.model.dialect())];
        let lang = self.space.store.lang(lang);
        let path = match claim {
            Some(claim) => self.space.claim(claim),
            None => self.space.team(),
        };
        let found = self.space.fitting((path, lang))?;
        let mut whose = Vec::new();
        let count = found.iter().filter(|(_, found)| found.is_some()).count();
        for (when, found) in found {
            let form = match found {
                Some(found) if !found.ways.is_empty() => self.form(&found, &own, &mut whose)?,
                _ => {
                    if !fits.unfit.iter().any(|known| known == when) {
                        fits.unfit.push(when.to_owned());
                    }
                    continue;
                }
            };
            match fits.forms.iter_mut().find(|known| known.ways == form.ways) {
                Some(known) => known.when.push(when.to_owned()),
                None => fits.forms.push(Form {
                    when: vec![when.to_owned()],
                    ..form
                }),
            }
        }
        for form in &mut fits.forms {
            if form.when.len() == count && fits.unfit.is_empty() {
                form.when.clear();
            }
            form.when.dedup();
        }
        fits.unfit
            .retain(|when| fits.forms.iter().all(|form| !form.when.contains(when)));
        fits.whose = match () {
            () if whose.contains(&Whose::Strangers) => Whose::Strangers,
            () if whose.is_empty() || whose.contains(&Whose::Unsaid) => Whose::Unsaid,
            () => Whose::Ours,
        };
        Ok(())
    }

    /// The values of parts that are one's own, and whether they tell tenants apart.
    fn own_parts(&mut self, mine: Option<&Mine>, fits: &mut Fits) -> Vec<OwnPart> {
        let Some(grammar) = self.model.grammar() else {
            return Vec::new();
        };
        let sayings = self.said_by_all();
        fits.ours = ours(grammar, mine, &sayings);
        let is_shared = self.model.url().and_then(shared_issuer).is_some();
        let mut own = Vec::new();
        for atom in grammar.atoms {
            let is_tenant = atom.is_tenant && is_shared;
            let stated = fits.ours.iter().find(|own| own.part == atom.name);
            let values = match (stated, sayings.get(atom.name)) {
                (Some(stated), _) => stated.values.clone(),
                (None, Some(said)) if is_tenant => said.meant(),
                _ => Vec::new(),
            };
            let lang = (!values.is_empty()).then(|| self.own_values(atom.words, &values));
            if let Some(slot) = self.space.atom_slot(atom.name) {
                own.push(OwnPart {
                    slot,
                    is_tenant,
                    values,
                    lang,
                });
            }
        }
        own
    }

    /// The ways of a form, those that admit strangers first; adds whose tokens each admits.
    fn form(
        &mut self,
        found: &Fitting,
        own: &[OwnPart],
        whose: &mut Vec<Whose>,
    ) -> Result<Form, Exhausted> {
        let mut ways = Vec::with_capacity(found.ways.len());
        for way in &found.ways {
            let mut parts = Vec::with_capacity(way.len());
            for left in way {
                parts.push(self.part(*left, own)?);
            }
            ways.push(judged(parts));
        }
        whose.extend(ways.iter().map(|(whose, _)| *whose));
        ways.sort_by_key(|(whose, _)| *whose != Whose::Strangers);
        let shown = ways.into_iter().take(MOST_WAYS);
        let ways: Vec<_> = shown
            .map(|(_, parts)| pieces(&found.segments, parts))
            .collect();
        Ok(Form {
            when: Vec::new(),
            left_out: found.ways.len() - ways.len(),
            ways,
        })
    }

    fn part(&mut self, left: Left, own: &[OwnPart]) -> Result<Found, Exhausted> {
        let known = own.iter().find(|own| own.slot == left.slot);
        let mut ours = Vec::new();
        for value in known.iter().flat_map(|own| &own.values) {
            if self.space.has_text(left, value)? {
                ours.push(value.clone());
            }
        }
        let lang = known.and_then(|own| own.lang);
        let other = self.space.other_text(left, lang)?;
        let range = match self.space.texts(left)? {
            PartTexts::Any => Range::Any,
            PartTexts::Only(texts) => Range::Only { texts },
            PartTexts::Beginning(with) => Range::Beginning { with },
            PartTexts::Like(patterns) => Range::Like { patterns },
        };
        let part = Part {
            name: self.space.part_name(left.slot).to_owned(),
            range,
            kind: match (lang, &other) {
                (Some(_), None) => PartKind::Ours,
                _ => PartKind::Neutral,
            },
            ours,
            other,
        };
        Ok(Found {
            part,
            is_tenant: known.is_some_and(|own| own.is_tenant),
        })
    }
}

/// A part of claims whose own values are known, or that tells tenants apart.
struct OwnPart {
    slot: usize,
    is_tenant: bool,
    values: Vec<String>,
    lang: Option<LangId>,
}

/// Whose tokens fit in a way. If no part keeps other tenants out, those that tell them apart admit
/// strangers.
fn judged(mut parts: Vec<Found>) -> (Whose, Vec<Found>) {
    let is_closed = |found: &Found| found.is_tenant && found.part.kind == PartKind::Ours;
    if parts.iter().any(is_closed) {
        return (Whose::Ours, parts);
    }
    let mut whose = Whose::Unsaid;
    for found in parts.iter_mut().filter(|found| found.is_tenant) {
        found.part.kind = PartKind::Strangers;
        whose = Whose::Strangers;
    }
    (whose, parts)
}

fn pieces(segments: &[Segment], parts: Vec<Found>) -> Vec<Piece> {
    let mut parts = parts.into_iter();
    let piece = |segment: &Segment| match segment {
        Segment::Text(text) => Some(Piece::Text { text: text.clone() }),
        Segment::Part(_) => parts.next().map(|found| Piece::Part(found.part)),
    };
    segments.iter().filter_map(piece).collect()
}

#[cfg(test)]
mod tests;
