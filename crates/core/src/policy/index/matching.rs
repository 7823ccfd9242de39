//! Looking up the classes that a token may match, and checking their conditions.

use super::hash::Running;
use super::keys::KeyKind;
use super::partition::{Condition, Partition, Subject};
use super::request::Asked;
use super::visitor::{Candidate, Visitor};

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
        asked.each(place, subject, |value, is_array| {
            let found = Found {
                place,
                value,
                is_array,
            };
            self.check(self.listed(subject.rest), Some(found), asked, visitor);
            if !subject.loose.is_empty() {
                let length = value.chars().count();
                let fitting = subject
                    .loose
                    .iter()
                    .filter(|(bounds, _)| bounds.contains(length));
                fitting.for_each(|(_, postings)| {
                    self.check(self.listed(*postings), Some(found), asked, visitor);
                });
            }
            self.look_up_start(subject, found, asked, visitor);
            self.look_up_end(subject, found, asked, visitor);
            if let Some(inner) = &subject.inner {
                inner.each(value, |postings| {
                    self.check(self.listed(postings), Some(found), asked, visitor);
                });
            }
        });
    }

    fn look_up_start(
        &self,
        subject: &Subject,
        found: Found<'_>,
        asked: &Asked<'_>,
        visitor: &mut impl Visitor,
    ) {
        let Found { place, value, .. } = found;
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
            self.check_key(hash.key(place, KeyKind::Prefix), found, asked, visitor);
        }
        if subject.exact.binary_search(&value.len()).is_ok() {
            hash.extend(bytes);
            self.check_key(hash.key(place, KeyKind::Exact), found, asked, visitor);
        }
    }

    fn look_up_end(
        &self,
        subject: &Subject,
        found: Found<'_>,
        asked: &Asked<'_>,
        visitor: &mut impl Visitor,
    ) {
        let Found { place, value, .. } = found;
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
            self.check_key(hash.key(place, KeyKind::Suffix), found, asked, visitor);
        }
    }

    fn check_key(&self, key: u64, found: Found<'_>, asked: &Asked<'_>, visitor: &mut impl Visitor) {
        if let Some(postings) = self.keys.get(&key) {
            self.check(self.listed(*postings), Some(found), asked, visitor);
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
            if let Some(found) = found.filter(|found| found.is_array) {
                // Another element leads to the class by itself.
                let own = conditions.iter().find(|own| own.subject == found.place);
                let is_match = own.is_none_or(|own| visitor.compare(&own.pattern, found.value));
                if !is_match || !asked.tried.borrow_mut().insert(*place) {
                    continue;
                }
            }
            let is_match = conditions.iter().all(|condition| match found {
                Some(found) if found.place == condition.subject => {
                    visitor.compare(&condition.pattern, found.value)
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
            asked.any(condition.subject, subject, |value| {
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
