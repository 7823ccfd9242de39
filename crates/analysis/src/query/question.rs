//! What a query asks.

use super::cube::{Cube, Rule};
use super::shape::Shape;

/// Is there a token on which all of the first cubes hold, and none of the others?
#[derive(Clone, Copy)]
pub(crate) struct Query<'a> {
    pub(crate) positives: &'a [&'a Cube],
    pub(crate) negatives: &'a [&'a Cube],
    /// The names of the shapes that the token may have; empty if any.
    pub(crate) shapes: &'a [&'static str],
}

impl Query<'_> {
    /// The rules that have to hold, each once.
    pub(super) fn rules(&self) -> Vec<Rule> {
        let mut rules: Vec<Rule> = Vec::new();
        for rule in self.positives.iter().flat_map(|cube| cube.rules.iter()) {
            if !rules.contains(rule) {
                rules.push(*rule);
            }
        }
        rules
    }

    fn wants(&self, name: &str) -> bool {
        self.shapes.is_empty() || self.shapes.contains(&name)
    }

    /// The numbers of those shapes that the token may have.
    pub(super) fn shape_numbers(&self, shapes: &[Shape]) -> Vec<usize> {
        let shapes = shapes.iter().enumerate();
        let wanted = shapes.filter(|(_, shape)| self.wants(shape.name));
        wanted.map(|(number, _)| number).collect()
    }
}
