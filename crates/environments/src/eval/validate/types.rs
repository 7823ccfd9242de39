//! Compares values with what schemas say of one type: bounds of numbers, lengths, items and properties.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex_lite::Regex;

use super::{Blame, Findings};
use crate::eval::arena::{Content, ValueId};
use crate::eval::{Evaluator, Outcome};
use crate::number::Number;
use crate::schema::{Rules, Type};
use crate::text::{lossy, quote};

impl Evaluator<'_> {
    /// Compares the type of a value, and what the schema says of that type.
    pub(super) fn compare_type(
        &mut self,
        value: ValueId,
        rules: &Rules,
        blame: &Blame,
        findings: &mut Findings,
    ) -> Outcome<bool> {
        let content = self.arena[value].content.clone();
        let actual = kind(&content);
        if let Some(expected) = rules.kind.filter(|expected| *expected != actual) {
            return Ok(self.type_error(expected, actual, blame, findings));
        }
        match &content {
            Content::Number(number) => Ok(self.compare_number(number, rules, blame, findings)),
            Content::String(bytes) => Ok(self.compare_string(bytes, rules, blame, findings)),
            Content::Array(elements) => self.compare_array(elements, rules, blame, findings),
            Content::Object(_) => self.compare_object(value, rules, blame, findings),
            _ => Ok(true),
        }
    }

    fn compare_number(
        &mut self,
        number: &Number,
        rules: &Rules,
        blame: &Blame,
        findings: &mut Findings,
    ) -> bool {
        let is = |bound: &Option<Number>, allowed: fn(std::cmp::Ordering) -> bool| {
            let bound = bound.as_ref();
            bound.is_none_or(|bound| number.compare(bound).is_some_and(allowed))
        };
        let multiple = rules.multiple_of.as_ref();
        let shown = |bound: &Option<Number>| bound.as_ref().map(ToString::to_string);
        let checks = [
            (
                multiple.is_none_or(|multiple| number.is_multiple_of(multiple)),
                "expected a multiple of ",
                shown(&rules.multiple_of),
            ),
            (
                is(&rules.minimum, std::cmp::Ordering::is_ge),
                "expected a number greater than or equal to ",
                shown(&rules.minimum),
            ),
            (
                is(&rules.exclusive_minimum, std::cmp::Ordering::is_gt),
                "expected a number greater than ",
                shown(&rules.exclusive_minimum),
            ),
            (
                is(&rules.maximum, std::cmp::Ordering::is_le),
                "expected a number less than or equal to ",
                shown(&rules.maximum),
            ),
            (
                is(&rules.exclusive_maximum, std::cmp::Ordering::is_lt),
                "expected a number less than ",
                shown(&rules.exclusive_maximum),
            ),
        ];
        let failed = checks.into_iter().filter(|(holds, ..)| !holds);
        let mut follows = true;
        for (_, expected, bound) in failed {
            let message = format!("{expected}{}", bound.unwrap_or_default());
            follows = self.find(blame, message, findings);
        }
        follows
    }

    fn compare_string(
        &mut self,
        bytes: &[u8],
        rules: &Rules,
        blame: &Blame,
        findings: &mut Findings,
    ) -> bool {
        let say =
            |bound: &str, count: &Number| format!("expected a string of {bound} length {count}");
        let bounds = (&rules.min_length, &rules.max_length);
        let mut follows = self.compare_count(bytes.len(), bounds, say, blame, findings);
        if let Some(pattern) = &rules.pattern
            && Regex::new(pattern).is_ok_and(|regex| !regex.is_match(&lossy(bytes)))
        {
            let message = format!("string must match the pattern {}", quote(&**pattern));
            follows = self.find(blame, message, findings);
        }
        follows
    }

    fn compare_array(
        &mut self,
        elements: &[ValueId],
        rules: &Rules,
        blame: &Blame,
        findings: &mut Findings,
    ) -> Outcome<bool> {
        let say =
            |bound: &str, count: &Number| format!("expected an array with {bound} {count} items");
        let bounds = (&rules.min_items, &rules.max_items);
        let mut follows = self.compare_count(elements.len(), bounds, say, blame, findings);
        for (at, element) in elements.iter().enumerate() {
            let accept = rules.prefix_items.get(at).or(rules.items.as_ref()).cloned();
            if let Some(accept) = accept {
                follows &= self.follows(*element, &accept, findings)?;
            }
        }
        Ok(follows)
    }

    fn compare_object(
        &mut self,
        value: ValueId,
        rules: &Rules,
        blame: &Blame,
        findings: &mut Findings,
    ) -> Outcome<bool> {
        let members = self.members(value)?;
        let say = |bound: &str, count: &Number| {
            format!("expected an object with {bound} {count} properties")
        };
        let bounds = (&rules.min_properties, &rules.max_properties);
        let mut follows = self.compare_count(members.len(), bounds, say, blame, findings);
        for (name, member) in &members {
            let additional = rules.additional_properties.as_ref();
            if let Some(accept) = rules.properties.get(name).or(additional).cloned() {
                follows &= self.follows(*member, &accept, findings)?;
            }
        }
        let missing = missing(rules, &members);
        if !missing.is_empty() {
            let message = format!("missing required properties: {}", missing.join(", "));
            follows = self.find(blame, message, findings);
        }
        Ok(follows)
    }

    /// Whether there are as many of something as the schema allows. `say` is the message, from `at least` or `at
    /// most` and a bound.
    fn compare_count(
        &mut self,
        found: usize,
        (least, most): (&Option<Number>, &Option<Number>),
        say: impl Fn(&str, &Number) -> String,
        blame: &Blame,
        findings: &mut Findings,
    ) -> bool {
        let mut follows = true;
        if let Some(least) = too_few(least, found) {
            follows = self.find(blame, say("at least", least), findings);
        }
        if let Some(most) = too_many(most, found) {
            follows = self.find(blame, say("at most", most), findings);
        }
        follows
    }
}

fn kind(content: &Content) -> Type {
    match content {
        Content::Null => Type::Null,
        Content::Bool(_) => Type::Boolean,
        Content::Number(_) => Type::Number,
        Content::String(_) => Type::String,
        Content::Array(_) => Type::Array,
        Content::Object(_) => Type::Object,
    }
}

fn too_few(least: &Option<Number>, found: usize) -> Option<&Number> {
    let is_more = |least: &&Number| least.as_usize().is_some_and(|least| found < least);
    least.as_ref().filter(is_more)
}

fn too_many(most: &Option<Number>, found: usize) -> Option<&Number> {
    let is_less = |most: &&Number| most.as_usize().is_some_and(|most| found > most);
    most.as_ref().filter(is_less)
}

/// The required properties that an object lacks.
fn missing<'r>(rules: &'r Rules, members: &BTreeMap<Arc<str>, ValueId>) -> Vec<&'r str> {
    let dependent = rules.dependent_required.iter();
    let dependent = dependent.filter(|(name, _)| members.contains_key(*name));
    let required = rules
        .required
        .iter()
        .chain(dependent.flat_map(|(_, names)| names));
    let missing = required.filter(|name| !members.contains_key(*name));
    missing.map(|name| &**name).collect()
}
