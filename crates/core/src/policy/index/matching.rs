//! Looking up the classes that a token may match, and checking their conditions.

use super::hash::Running;
use super::keys::{KeyKind, Postings};
use super::partition::{Condition, Partition, Subject};
use super::request::Asked;
use super::visitor::{Candidate, Visitor};
use crate::numbers::Places;

impl Partition {
    pub(super) fn matching(&self, asked: &Asked<'_>, visitor: &mut impl Visitor) {
        self.check(&self.always, None, asked, visitor);
        asked.each_of(self, &self.keyed, |place, subject| {
            self.look_up(place, subject, asked, visitor);
        });
    }

    fn look_up(
        &self,
        place: u32,
        subject: &Subject,
        asked: &Asked<'_>,
        visitor: &mut impl Visitor,
    ) {
        // The lists that elements of an array have led to. One of them is enough, because a rule is
        // matched with all elements.
        let mut seen = Places::default();
        asked.each(place, subject, |value, is_array| {
            let found = Found {
                place,
                value,
                is_array,
            };
            self.each_list(place, subject, value, &mut |postings| {
                let is_empty = postings.start == postings.end;
                if !is_empty && (!is_array || seen.insert(postings.start)) {
                    self.check(self.listed(postings), Some(found), asked, visitor);
                }
            });
        });
    }

    /// Calls `lead` with each list of classes that a value may match.
    fn each_list(
        &self,
        place: u32,
        subject: &Subject,
        value: &str,
        lead: &mut impl FnMut(Postings),
    ) {
        lead(subject.rest);
        if !subject.loose.is_empty() {
            let length = value.chars().count();
            let fitting = subject
                .loose
                .iter()
                .filter(|(bounds, _)| bounds.contains(length));
            fitting.for_each(|(_, postings)| lead(*postings));
        }
        self.each_start(place, subject, value, lead);
        self.each_end(place, subject, value, lead);
        if let Some(inner) = &subject.inner {
            inner.each(value, lead);
        }
    }

    fn each_start(
        &self,
        place: u32,
        subject: &Subject,
        value: &str,
        lead: &mut impl FnMut(Postings),
    ) {
        let mut hash = Running::default();
        let mut bytes = value.bytes();
        let mut done = 0;
        for length in subject
            .prefix
            .iter()
            .take_while(|length| **length <= value.len())
        {
            hash.extend(bytes.by_ref().take(length - done));
            done = *length;
            self.keyed(hash.key(place, KeyKind::Prefix), lead);
        }
        if subject.exact.binary_search(&value.len()).is_ok() {
            hash.extend(bytes);
            self.keyed(hash.key(place, KeyKind::Exact), lead);
        }
    }

    fn each_end(
        &self,
        place: u32,
        subject: &Subject,
        value: &str,
        lead: &mut impl FnMut(Postings),
    ) {
        let mut hash = Running::default();
        let mut bytes = value.bytes().rev();
        let mut done = 0;
        for length in subject
            .suffix
            .iter()
            .take_while(|length| **length <= value.len())
        {
            hash.extend(bytes.by_ref().take(length - done));
            done = *length;
            self.keyed(hash.key(place, KeyKind::Suffix), lead);
        }
    }

    fn keyed(&self, key: u64, lead: &mut impl FnMut(Postings)) {
        if let Some(postings) = self.keys.get(&key) {
            lead(*postings);
        }
    }

    /// Checks the conditions of classes, which `found` led to.
    fn check(
        &self,
        classes: &[u32],
        found: Option<Found<'_>>,
        asked: &Asked<'_>,
        visitor: &mut impl Visitor,
    ) {
        for place in classes {
            let Some(class) = self.classes.get(*place as usize) else {
                continue;
            };
            let candidate = Candidate {
                policy: class.policy as usize,
                effect: class.effect,
            };
            if !visitor.is_wanted(candidate) {
                continue;
            }
            let conditions = self
                .conditions
                .get(class.start as usize..class.end as usize)
                .unwrap_or_default();
            let is_match = conditions.iter().all(|condition| match found {
                Some(found) if found.place == condition.subject => {
                    visitor.compare(&condition.pattern, found.value)
                        || found.is_array && self.holds(condition, asked, visitor)
                }
                _ => self.holds(condition, asked, visitor),
            });
            if is_match {
                visitor.matched(candidate);
            }
        }
    }

    fn holds(&self, condition: &Condition, asked: &Asked<'_>, visitor: &mut impl Visitor) -> bool {
        let subject = self.subjects.get(condition.subject as usize);
        subject.is_some_and(|subject| {
            asked.any(condition.subject, subject, &condition.pattern, |value| {
                visitor.compare(&condition.pattern, value)
            })
        })
    }
}

/// The value that led to a class.
#[derive(Clone, Copy)]
struct Found<'a> {
    /// The place of its subject.
    place: u32,
    value: &'a str,
    /// Whether the subject has other values too.
    is_array: bool,
}
