//! Tokens of a class of outsiders that do not have its usual shapes: those of customized subjects.

use std::collections::BTreeSet;

use claimgate::policy::Decision;
use claimgate_providers::grammar::{Form, Unnamed};

use super::property::Besides;
use super::session::Analysis;
use crate::automaton::{Token, literal, only_star, tokens};
use crate::query::{Cube, Origin, Rule};

/// A form as cubes: what is to hold, and what is not.
pub(super) struct FormCubes {
    positive: Cube,
    negatives: Vec<Cube>,
    shapes: &'static [&'static str],
}

impl FormCubes {
    pub(super) fn besides(&self) -> Besides<'_> {
        Besides {
            positive: Some(&self.positive),
            negatives: &self.negatives,
            shapes: self.shapes,
        }
    }
}

impl Analysis<'_> {
    /// The cubes of a form of a class that takes `own` as what is one's own, with the names of parts that
    /// policies say in full.
    pub(super) fn form_cubes(
        &mut self,
        form: &Form,
        own: &[Rule],
        named: &impl Fn(&str) -> Vec<String>,
    ) -> FormCubes {
        let mut rules = own.to_vec();
        rules.extend(form.has.iter().map(|rule| self.form_rule(rule)));
        let has_not = form.has_not.iter();
        let mut negatives: Vec<Cube> = has_not
            .map(|rule| {
                let rule = self.form_rule(rule);
                self.space.cube([rule], Origin::Question)
            })
            .collect();
        for unnamed in form.unnamed {
            let names = named(unnamed.part).into_iter();
            let names: BTreeSet<String> = names.chain(self.names_in(unnamed)).collect();
            if names.is_empty() {
                continue;
            }
            let patterns = names.iter().flat_map(|name| saying(unnamed, name));
            let lang = self.space.store.lang(patterns);
            let claim = self.space.claim(unnamed.claim);
            negatives.push(self.space.cube([(claim, lang)], Origin::Own));
        }
        FormCubes {
            positive: self.question(rules),
            negatives,
            shapes: form.shapes,
        }
    }

    fn form_rule(&mut self, (claim, pattern): &(&str, &str)) -> Rule {
        let lang = self.space.store.lang([only_star(pattern)]);
        (self.space.claim(claim), lang)
    }

    /// The names that rules of allows say in full at such a place.
    fn names_in(&self, unnamed: &Unnamed) -> BTreeSet<String> {
        let dialect = self.model.dialect();
        let definitions = self.model.definitions().iter();
        let allows = definitions.filter(|own| own.decision == Decision::Allow);
        let rules = allows.flat_map(|own| &own.rules);
        rules
            .filter(|(claim, _)| claim == unnamed.claim)
            .filter_map(|(_, pattern)| name_in(&tokens(pattern, dialect), unnamed.before))
            .collect()
    }
}

/// The name that a pattern says in full after a text, or as a whole if the text is empty.
fn name_in(pattern: &[Token], before: &str) -> Option<String> {
    let before: Vec<char> = before.chars().collect();
    let is_char = |(token, c): (&Token, &char)| matches!(token, Token::Char(own) if own == c);
    let is_before = |at: &usize| {
        let own = pattern.get(*at..*at + before.len());
        own.is_some_and(|own| own.iter().zip(&before).all(is_char))
    };
    let start = match before.is_empty() {
        true => 0,
        false => (0..pattern.len()).find(is_before)? + before.len(),
    };
    let mut name = String::new();
    for token in pattern.get(start..)? {
        match token {
            Token::Char(':') if !before.is_empty() => break,
            Token::Char(c) => name.push(*c),
            Token::One => name.push('.'),
            Token::Optional | Token::Many => return None,
        }
    }
    (!name.is_empty()).then_some(name)
}

/// The values of a claim that say a name.
fn saying(unnamed: &Unnamed, name: &str) -> Vec<Vec<Token>> {
    let name = literal(name);
    if unnamed.before.is_empty() {
        return vec![name];
    }
    let said = [vec![Token::Many], literal(unnamed.before), name].concat();
    let goes_on = [said.clone(), vec![Token::Char(':'), Token::Many]].concat();
    vec![said, goes_on]
}

#[cfg(test)]
mod tests {
    use claimgate::pattern::Dialect;

    use super::*;

    #[test]
    fn a_name_is_read_up_to_a_colon_or_the_end() {
        let read = |pattern: &str, before: &str| name_in(&tokens(pattern, Dialect::Pulumi), before);
        let branch = "ref:refs/heads/";
        for (pattern, before, expected) in [
            (
                "repository:acme/web:ref:refs/heads/main",
                branch,
                Some("main"),
            ),
            ("repo:*:ref:refs/heads/v1.2:actor:x", branch, Some("v1.2")),
            ("repo:acme/web:ref:refs/heads/rel*", branch, None),
            ("repo:acme/web:*", branch, None),
            ("production", "", Some("production")),
            ("prod-*", "", None),
            ("a:b", "", Some("a:b")),
        ] {
            assert_eq!(read(pattern, before).as_deref(), expected, "{pattern}");
        }
    }
}
