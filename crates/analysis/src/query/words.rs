//! Refutations in words.

use std::rc::Rc;

use claimgate::text::list;
use rustc_hash::FxHashMap;

use super::cube::Origin;
use super::proof::{End, InShape, Node, Refutation, Tree};
use super::question::Query;
use super::space::Space;
use crate::automaton::{LangId, Token};

/// The most patterns of a language that are written.
const MAX_PATTERNS: usize = 3;

/// The steps of a refutation: the first ones, and how many there are besides.
pub(crate) struct Steps {
    /// Each with its depth.
    pub(crate) steps: Vec<(usize, String)>,
    pub(crate) left_out: usize,
}

impl Refutation {
    /// The steps, at most so many.
    pub(crate) fn steps(&self, space: &Space, query: &Query<'_>, most: usize) -> Steps {
        let mut out = Out {
            most,
            steps: Steps {
                steps: Vec::new(),
                left_out: 0,
            },
        };
        let (mut last, mut start) = (None, 0);
        for in_shape in &self.shapes {
            let when = space.shapes.get(in_shape.shape).map(|shape| shape.when);
            // Several shapes may be the same to people: what is said of them is said once.
            if last.is_none() || last != when {
                out.write(0, || when.unwrap_or_default().to_owned());
                (last, start) = (when, out.steps.steps.len());
            }
            let own = out.steps.steps.len();
            let mut words = Words {
                space,
                query,
                in_shape,
                sizes: FxHashMap::default(),
            };
            words.tree(&in_shape.tree, 1, &mut out);
            out.drop_repeated(start, own);
        }
        out.steps
    }
}

struct Out {
    most: usize,
    steps: Steps,
}

impl Out {
    fn is_full(&self) -> bool {
        self.steps.steps.len() >= self.most
    }

    fn write(&mut self, depth: usize, text: impl FnOnce() -> String) {
        match self.is_full() {
            true => self.leave_out(1),
            false => self.steps.steps.push((depth, text())),
        }
    }

    /// Drops the steps from a place on, if the same ones are already there since an earlier place.
    fn drop_repeated(&mut self, since: usize, from: usize) {
        let steps = &mut self.steps.steps;
        let (Some(earlier), Some(own)) = (steps.get(since..from), steps.get(from..)) else {
            return;
        };
        let is_repeated = !own.is_empty() && earlier.windows(own.len()).any(|same| same == own);
        if is_repeated {
            steps.truncate(from);
        }
    }

    fn leave_out(&mut self, count: usize) {
        self.steps.left_out = self.steps.left_out.saturating_add(count);
    }
}

struct Words<'a> {
    space: &'a Space,
    query: &'a Query<'a>,
    in_shape: &'a InShape,
    /// The numbers of steps of nodes: branches share them.
    sizes: FxHashMap<*const Node, usize>,
}

impl Words<'_> {
    fn tree(&mut self, tree: &Tree, depth: usize, out: &mut Out) {
        match tree {
            Tree::Absent(path) => {
                out.write(depth, || {
                    format!("does not have `{}`", self.space.name(*path))
                });
            }
            Tree::Conflict(first, second) => out.write(depth, || {
                let (first, second) = (self.space.name(*first), self.space.name(*second));
                format!("`{first}` and `{second}` exclude each other")
            }),
            Tree::Never { rule } => self.rule(*rule, depth, out, "never matches", ""),
            Tree::Empty { slot } => {
                out.write(depth, || format!("no {} is possible", self.slot(*slot)));
            }
            Tree::Search(node) => self.node(node, depth, out),
            Tree::Ways { rule, children } => self.ways(*rule, children, depth, out),
        }
    }

    /// Writes about a rule of the question: "`sub` matches `repo:acme/*`".
    fn rule(&self, rule: usize, depth: usize, out: &mut Out, is: &str, end: &str) {
        if let Some((path, lang)) = self.query.rules().get(rule) {
            out.write(depth, || {
                let (name, pattern) = (self.space.name(*path), self.lang(*lang));
                format!("`{name}` {is} {pattern}{end}")
            });
        }
    }

    fn ways(&mut self, rule: usize, children: &[Tree], depth: usize, out: &mut Out) {
        match children {
            [] => self.rule(rule, depth, out, "never matches", ""),
            [child] => {
                self.rule(rule, depth, out, "matches", "");
                self.tree(child, depth, out);
            }
            _ => {
                let end = format!(", in one of {} ways", children.len());
                self.rule(rule, depth, out, "matches", &end);
                let open = |child: &&Tree| !matches!(child, Tree::Empty { .. });
                for child in children.iter().filter(open) {
                    self.tree(child, depth + 1, out);
                }
            }
        }
    }

    fn node(&mut self, node: &Rc<Node>, depth: usize, out: &mut Out) {
        if out.is_full() {
            return out.leave_out(self.size(node));
        }
        for unit in &node.units {
            if let Some((slot, lang)) = self.atoms(unit.negative).get(unit.atom) {
                out.write(depth, || {
                    let (who, slot) = (self.who(unit.negative), self.slot(*slot));
                    format!("{who}, unless {slot} is not {}", self.lang(*lang))
                });
            }
        }
        match &node.end {
            End::Closed { negative } => {
                out.write(depth, || {
                    let end = match self.origin(*negative) {
                        Some(Origin::Own) => ", so it is not in this class",
                        _ => "",
                    };
                    format!("then {}{end}", self.who(*negative))
                });
            }
            End::Branch { negative, children } => {
                out.write(depth, || {
                    format!("{} in all of these cases", self.who(*negative))
                });
                let in_shape = self.in_shape;
                let atoms = in_shape.negatives.get(*negative);
                let atoms = atoms.map(|own| &*own.atoms).unwrap_or_default();
                for ((slot, lang), child) in atoms.iter().zip(children) {
                    if let Some(child) = child {
                        out.write(depth + 1, || {
                            format!("{} is not {}", self.slot(*slot), self.lang(*lang))
                        });
                        self.node(child, depth + 2, out);
                    }
                }
            }
        }
    }

    /// How many steps a node takes.
    fn size(&mut self, node: &Rc<Node>) -> usize {
        if let Some(size) = self.sizes.get(&Rc::as_ptr(node)) {
            return *size;
        }
        let mut size = node.units.len() + 1;
        if let End::Branch { children, .. } = &node.end {
            for child in children.iter().flatten() {
                size = size.saturating_add(1).saturating_add(self.size(child));
            }
        }
        self.sizes.insert(Rc::as_ptr(node), size);
        size
    }

    fn atoms(&self, negative: usize) -> &[(usize, LangId)] {
        let negative = self.in_shape.negatives.get(negative);
        negative.map(|own| &*own.atoms).unwrap_or_default()
    }

    fn origin(&self, negative: usize) -> Option<Origin> {
        let place = self.in_shape.negatives.get(negative)?.cube;
        Some(self.query.negatives.get(place)?.origin)
    }

    /// What matches.
    fn who(&self, negative: usize) -> String {
        match self.origin(negative) {
            Some(Origin::Policy { index, .. }) => format!("policy {} matches", index + 1),
            Some(Origin::Roles { first, second, .. }) => {
                format!(
                    "policies {} and {} give different roles",
                    first + 1,
                    second + 1
                )
            }
            Some(Origin::Audiences { .. }) => "the audience is accepted".to_owned(),
            Some(Origin::Facts) => "it is one that the provider does not send".to_owned(),
            Some(Origin::Own) => "it belongs to us".to_owned(),
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
        let texts = patterns.iter().map(|own| format!("`{}`", pattern(own)));
        list::either(texts, MAX_PATTERNS)
    }
}

/// A pattern as it is written in the dialect `pulumi`.
pub(super) fn pattern(tokens: &[Token]) -> String {
    let mut text = String::new();
    for token in tokens {
        match token {
            Token::Char(c @ ('*' | '?' | '.' | '\\')) => text.extend(['\\', *c]),
            Token::Char(c) => text.push(*c),
            Token::One => text.push('.'),
            Token::Optional => text.push('?'),
            Token::Many => text.push('*'),
        }
    }
    text
}
