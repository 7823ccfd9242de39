//! Storing the classes of a partition under their keys.

use super::hash::Running;
use super::inner::Inner;
use super::keys::{KeyKind, Postings, insert, length, unpack};
use super::partition::{FEW_SUBJECTS, Partition};
use crate::numbers::Table;
use crate::pattern::Bounds;

impl Partition {
    pub(super) fn store(&mut self, filed: &[(u64, u64)], texts: &[String], bounds: &[Bounds]) {
        // Keys are sorted by place.
        let mut inner: Vec<(u32, Vec<(&str, Postings)>)> = Vec::new();
        let key = |packed: &(u64, u64)| unpack(*packed).0;
        for run in filed.chunk_by(|one, other| key(one) == key(other)) {
            let Some((place, kind, text)) = run.first().map(key) else {
                continue;
            };
            let bounds = bounds.get(text as usize).copied();
            let text = texts.get(text as usize).map_or("", String::as_str);
            let start = length(&self.postings);
            self.postings
                .extend(run.iter().map(|filed| unpack(*filed).1));
            let postings = Postings {
                start,
                end: length(&self.postings),
            };
            let Some(subject) = self.subjects.get_mut(place as usize) else {
                continue;
            };
            match kind {
                KeyKind::Exact => insert(&mut subject.exact, text.len()),
                KeyKind::Prefix => insert(&mut subject.prefix, text.len()),
                KeyKind::Suffix => insert(&mut subject.suffix, text.len()),
                KeyKind::Inner => match inner.last_mut() {
                    Some((last, texts)) if *last == place => texts.push((text, postings)),
                    _ => inner.push((place, vec![(text, postings)])),
                },
                KeyKind::Loose => subject
                    .loose
                    .extend(bounds.map(|bounds| (bounds, postings))),
                KeyKind::Rest => subject.rest = postings,
            }
            if kind < KeyKind::Inner {
                self.insert(Running::of(kind, text).key(place, kind), postings);
            }
            if self.keyed.last() != Some(&place) {
                self.keyed.push(place);
            }
        }
        for (place, texts) in inner {
            if let Some(subject) = self.subjects.get_mut(place as usize) {
                subject.inner = Some(Inner::of(texts));
            }
        }
        for subject in &mut self.subjects {
            for lengths in [&mut subject.exact, &mut subject.prefix, &mut subject.suffix] {
                lengths.shrink_to_fit();
            }
        }
        self.weight =
            (self.subjects.iter()).fold(0, |sum, subject| sum.saturating_add(subject.weight));
        let subjects = (0..).zip(&self.subjects);
        let weighted = subjects.filter(|(_, subject)| subject.weight > 0);
        self.weighted = weighted.map(|(place, _)| place).collect();
        self.name_claims();
        self.conditions.shrink_to_fit();
        self.classes.shrink_to_fit();
        self.keys.shrink_to_fit();
    }

    /// Two keys with one hash share their classes.
    fn insert(&mut self, key: u64, postings: Postings) {
        let Some(other) = self.keys.get(&key).copied() else {
            self.keys.insert(key, postings);
            return;
        };
        let both = [self.listed(other), self.listed(postings)].concat();
        let start = length(&self.postings);
        self.postings.extend(both);
        self.keys.insert(
            key,
            Postings {
                start,
                end: length(&self.postings),
            },
        );
    }

    fn name_claims(&mut self) {
        if self.keyed.len().max(self.weighted.len()) <= FEW_SUBJECTS {
            return;
        }
        let mut by_claim = Table::<Box<str>, Vec<u32>>::default();
        for (place, subject) in (0..).zip(&self.subjects) {
            let name = subject
                .path
                .as_ref()
                .and_then(|path| path.segments().first())
                .map_or("", String::as_str);
            match by_claim.get_mut(name) {
                Some(places) => places.push(place),
                None => by_claim.insert(name.into(), vec![place]),
            }
        }
        self.by_claim = Some(by_claim);
    }
}
