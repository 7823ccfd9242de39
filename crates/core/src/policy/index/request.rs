//! A token and a request, as the index sees them.

use std::cell::{Cell, RefCell};

use super::partition::{FEW_SUBJECTS, Partition, Subject};
use crate::claim_path::ClaimPath;
use crate::claims::{Claims, Value};
use crate::numbers::Table;
use crate::pattern::Pattern;

/// If an object has more members than this, looking one up takes long enough to remember it.
const MANY_MEMBERS: usize = 64;

/// If an array has more elements than this, it is remembered which patterns one of them matches: many
/// policies may have the same rule on it.
const MANY_ELEMENTS: usize = 32;

/// A token's claims and the target of a request.
pub(super) struct Asked<'a> {
    pub(super) claims: &'a Claims,
    target: Option<&'a str>,
    /// The values of subjects, where looking them up takes long; `None` for those that were not
    /// looked up.
    known: Vec<Cell<Option<Option<&'a Value>>>>,
    /// Whether a long array has an element that a pattern accepts, by the array's subject and the
    /// pattern's address.
    matched: RefCell<Table<(u32, *const Pattern), bool>>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(claims: &'a Claims, target: Option<&'a str>, partition: &Partition) -> Self {
        let subjects = partition.subjects.len();
        let known = if subjects > FEW_SUBJECTS && claims.has_wide_object(MANY_MEMBERS) {
            vec![Cell::new(None); subjects]
        } else {
            Vec::new()
        };
        Self {
            claims,
            target,
            known,
            matched: RefCell::default(),
        }
    }

    /// More than the characters of all values, if that is known.
    pub(super) fn size(&self) -> Option<u64> {
        let size = self.claims.size()? + self.target.map_or(0, |target| target.len().max(1));
        u64::try_from(size).ok()
    }

    /// The value of a claim.
    pub(super) fn value(&self, place: u32, path: &ClaimPath) -> Option<&'a Value> {
        let Some(cell) = self.known.get(place as usize) else {
            return self.claims.lookup(path);
        };
        if let Some(known) = cell.get() {
            return known;
        }
        let found = self.claims.lookup(path);
        cell.set(Some(found));
        found
    }

    /// Whether a pattern accepts one of the texts that a rule on `subject` sees, by `test`.
    pub(super) fn any(
        &self,
        place: u32,
        subject: &Subject,
        pattern: &Pattern,
        mut test: impl FnMut(&str) -> bool,
    ) -> bool {
        let Some(path) = &subject.path else {
            return self.target.is_some_and(test);
        };
        let Some(value) = self.value(place, path) else {
            return false;
        };
        if !matches!(value, Value::Array(items) if items.len() > MANY_ELEMENTS) {
            return any_scalar(value, &mut test);
        }
        let key = (place, std::ptr::from_ref(pattern));
        if let Some(known) = self.matched.borrow().get(&key) {
            return *known;
        }
        let is_match = any_scalar(value, &mut test);
        self.matched.borrow_mut().insert(key, is_match);
        is_match
    }

    /// Calls `work` with each of the texts that a rule on `subject` sees, and whether it is an
    /// element of an array.
    pub(super) fn each(&self, place: u32, subject: &Subject, mut work: impl FnMut(&str, bool)) {
        let Some(path) = &subject.path else {
            return self
                .target
                .into_iter()
                .for_each(|target| work(target, false));
        };
        let Some(value) = self.value(place, path) else {
            return;
        };
        let is_array = matches!(value, Value::Array(_));
        any_scalar(value, &mut |text| {
            work(text, is_array);
            // Continue with the other values.
            false
        });
    }

    /// Calls `work` with those of the subjects that the token or the request may have, and their
    /// places.
    pub(super) fn each_of<'p>(
        &self,
        partition: &'p Partition,
        places: &[u32],
        mut work: impl FnMut(u32, &'p Subject),
    ) {
        let mut work = |place: &u32| {
            if let Some(subject) = partition.subjects.get(*place as usize) {
                work(*place, subject);
            }
        };
        match &partition.by_claim {
            Some(by_claim) if places.len() > FEW_SUBJECTS => {
                // The target has the empty name, which no claim path begins with.
                let names = std::iter::once("").chain(self.claims.iter().map(|(name, _)| name));
                let places = names.filter_map(|name| by_claim.get(name)).flatten();
                places.for_each(&mut work);
            }
            _ => places.iter().for_each(work),
        }
    }
}

fn any_scalar(value: &Value, test: &mut impl FnMut(&str) -> bool) -> bool {
    match value {
        Value::String(text) => test(text),
        Value::Array(items) => items.iter().any(|item| match item {
            Value::Array(_) => false,
            scalar => any_scalar(scalar, test),
        }),
        other => other.scalar_text().is_some_and(|text| test(&text)),
    }
}
