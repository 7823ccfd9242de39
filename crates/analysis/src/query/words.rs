//! Refutations in words.

use super::cube::Origin;
use super::proof::{End, InShape, Node, Refutation, Tree};
use super::solve::Query;
use super::space::Space;
use crate::automaton::{LangId, Token};

/// The most patterns of a language that are written.
const MAX_PATTERNS: usize = 3;

impl Refutation {
    /// Writes the steps, each with its depth.
    pub(crate) fn describe(
        &self,
        space: &Space,
        query: &Query<'_>,
        write: &mut impl FnMut(usize, String),
    ) {
        for in_shape in &self.shapes {
            let when = space
                .shapes
                .get(in_shape.shape)
                .map_or("", |shape| shape.when);
            write(0, when.to_owned());
            let words = Words {
                space,
                query,
                in_shape,
            };
            words.tree(&in_shape.tree, 1, write);
        }
    }
}

struct Words<'a> {
    space: &'a Space,
    query: &'a Query<'a>,
    in_shape: &'a InShape,
}

impl Words<'_> {
    fn tree(&self, tree: &Tree, depth: usize, write: &mut impl FnMut(usize, String)) {
        match tree {
            Tree::Absent(path) => {
                write(depth, format!("does not have `{}`", self.space.name(*path)));
            }
            Tree::Conflict(first, second) => {
                let (first, second) = (self.space.name(*first), self.space.name(*second));
                write(
                    depth,
                    format!("`{first}` and `{second}` exclude each other"),
                );
            }
            Tree::Empty { slot } => write(depth, format!("no {} is possible", self.slot(*slot))),
            Tree::Search(node) => self.node(node, depth, write),
            Tree::Ways { rule, children } => self.ways(*rule, children, depth, write),
        }
    }

    fn ways(
        &self,
        rule: usize,
        children: &[Tree],
        depth: usize,
        write: &mut impl FnMut(usize, String),
    ) {
        let rules = self.query.rules();
        let Some((path, lang)) = rules.get(rule) else {
            return;
        };
        let (name, pattern) = (self.space.name(*path), self.lang(*lang));
        match children {
            [] => write(depth, format!("`{name}` is never like {pattern}")),
            [child] => {
                write(depth, format!("`{name}` is like {pattern}"));
                self.tree(child, depth, write);
            }
            _ => {
                let count = children.len();
                write(
                    depth,
                    format!("`{name}` is like {pattern}, in one of {count} ways"),
                );
                let open = |child: &&Tree| !matches!(child, Tree::Empty { .. });
                for child in children.iter().filter(open) {
                    self.tree(child, depth + 1, write);
                }
            }
        }
    }

    fn node(&self, node: &Node, depth: usize, write: &mut impl FnMut(usize, String)) {
        for unit in &node.units {
            let atoms = self.atoms(unit.negative);
            if let Some((slot, lang)) = atoms.get(unit.atom) {
                let (who, slot) = (self.who(unit.negative), self.slot(*slot));
                write(
                    depth,
                    format!("{who}, unless {slot} is not {}", self.lang(*lang)),
                );
            }
        }
        match &node.end {
            End::Closed { negative } => write(depth, format!("then {}", self.who(*negative))),
            End::Branch { negative, children } => {
                write(
                    depth,
                    format!("{} in all of these cases", self.who(*negative)),
                );
                for ((slot, lang), child) in self.atoms(*negative).iter().zip(children) {
                    if let Some(child) = child {
                        let (slot, lang) = (self.slot(*slot), self.lang(*lang));
                        write(depth + 1, format!("{slot} is not {lang}"));
                        self.node(child, depth + 2, write);
                    }
                }
            }
        }
    }

    fn atoms(&self, negative: usize) -> &[(usize, LangId)] {
        let negative = self.in_shape.negatives.get(negative);
        negative
            .map(|negative| negative.atoms.as_slice())
            .unwrap_or_default()
    }

    /// What matches.
    fn who(&self, negative: usize) -> String {
        let place = self
            .in_shape
            .negatives
            .get(negative)
            .map(|negative| negative.cube);
        let cube = place.and_then(|place| self.query.negatives.get(place));
        match cube.map(|cube| cube.origin) {
            Some(Origin::Policy { index, .. }) => format!("policy {} matches", index + 1),
            Some(Origin::Roles { first, second, .. }) => {
                format!(
                    "policies {} and {} give different roles",
                    first + 1,
                    second + 1
                )
            }
            Some(Origin::Audiences { .. }) => "the audience is accepted".to_owned(),
            Some(Origin::Question) | None => "it is one that the question leaves out".to_owned(),
        }
    }

    fn slot(&self, slot: usize) -> String {
        let name = self
            .space
            .slots
            .get(slot)
            .map_or("", |slot| slot.name.as_str());
        format!("`{name}`")
    }

    fn lang(&self, lang: LangId) -> String {
        let patterns = self.space.store.patterns(lang);
        let mut texts: Vec<String> = patterns
            .iter()
            .take(MAX_PATTERNS)
            .map(|own| pattern(own))
            .collect();
        let more = patterns.len().saturating_sub(MAX_PATTERNS);
        if more > 0 {
            texts.push(format!("{more} others"));
        }
        texts.join(" or ")
    }
}

/// A pattern as it is written in the dialect `pulumi`.
fn pattern(tokens: &[Token]) -> String {
    let mut text = String::from("`");
    for token in tokens {
        match token {
            Token::Char(c @ ('*' | '?' | '.' | '\\')) => text.extend(['\\', *c]),
            Token::Char(c) => text.push(*c),
            Token::One => text.push('.'),
            Token::Optional => text.push('?'),
            Token::Many => text.push('*'),
        }
    }
    text.push('`');
    text
}
