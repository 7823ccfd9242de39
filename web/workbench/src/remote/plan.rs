//! Plans the requests to the server, and what the page shows when the server refuses one.

use crate::issuers::issuer_part::{Home, Part};
use crate::issuers::merge::rebase;
use crate::issuers::storage::StoredIssuer;

/// An issuer as the server has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirmed {
    /// The issuer with its policies.
    pub issuer: StoredIssuer,
    /// The `ETag` of its details.
    pub version: String,
    /// The identifier of its policies.
    pub policy: String,
    /// The `ETag` of its policies.
    pub policy_version: String,
    /// Whether the issuer's samples are those of the server. Until they are loaded, they are those that
    /// only this browser has, and are not sent.
    pub has_tests: bool,
}

impl Confirmed {
    /// An issuer whose policies are not known yet.
    pub fn new(issuer: StoredIssuer, version: String) -> Self {
        Self {
            issuer,
            version,
            policy: String::new(),
            policy_version: String::new(),
            has_tests: false,
        }
    }
}

/// One request.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Register an issuer.
    Create(StoredIssuer),
    /// Change its name, lifetime, keys or thumbprints.
    Details(StoredIssuer),
    /// Replace its policies.
    Policies(StoredIssuer),
    /// Save its tests.
    Tests(StoredIssuer),
    /// Delete the issuer with that identifier.
    Delete(String),
}

impl Step {
    /// The identifier of its issuer.
    pub fn id(&self) -> &str {
        match self {
            Self::Create(issuer)
            | Self::Details(issuer)
            | Self::Policies(issuer)
            | Self::Tests(issuer) => &issuer.id,
            Self::Delete(id) => id,
        }
    }
}

/// The next request that brings the server closer to the displayed issuers.
pub fn next(server: &[Confirmed], shown: &[StoredIssuer]) -> Option<Step> {
    let step = |issuer: &StoredIssuer| match find(server, &issuer.id) {
        None => Some(Step::Create(issuer.clone())),
        Some(known) if differ(Home::Details, issuer, &known.issuer) => {
            Some(Step::Details(issuer.clone()))
        }
        Some(known) if differ(Home::Policies, issuer, &known.issuer) => {
            Some(Step::Policies(issuer.clone()))
        }
        Some(known) if known.has_tests && differ(Home::Tests, issuer, &known.issuer) => {
            Some(Step::Tests(issuer.clone()))
        }
        Some(_) => None,
    };
    let is_gone = |id: &String| shown.iter().all(|issuer| issuer.id != *id);
    let gone = server
        .iter()
        .map(|known| &known.issuer.id)
        .find(|id| is_gone(id));
    shown
        .iter()
        .find_map(step)
        .or_else(|| gone.cloned().map(Step::Delete))
}

/// The issuer to show after the server has answered the request with `sent` by `now`: the server's
/// version, with later local changes on top.
pub fn settled(sent: &StoredIssuer, shown: &StoredIssuer, now: &StoredIssuer) -> StoredIssuer {
    let (mut issuer, _) = rebase(sent, shown, now);
    issuer.revision = shown.revision + 1;
    issuer
}

/// Copies the part of an issuer that a step changes into `issuer`: to revert a refused change, or
/// to try it again.
pub fn put_part(step: &Step, from: &StoredIssuer, issuer: &mut StoredIssuer) {
    let home = match step {
        Step::Policies(_) => Home::Policies,
        Step::Tests(_) => Home::Tests,
        _ => Home::Details,
    };
    Part::at(home).for_each(|part| part.copy(from, issuer));
}

/// The issuers to show after the server refused a step: the server's state for that part.
pub fn reverted(
    step: &Step,
    server: &[Confirmed],
    mut shown: Vec<StoredIssuer>,
) -> Vec<StoredIssuer> {
    let known = find(server, step.id()).map(|known| &known.issuer);
    match (step, known) {
        (Step::Create(_), _) => shown.retain(|issuer| issuer.id != step.id()),
        (Step::Delete(_), Some(known)) => {
            let place = server
                .iter()
                .position(|other| other.issuer.id == known.id)
                .unwrap_or_default();
            let issuer = StoredIssuer {
                revision: known.revision + 1,
                ..known.clone()
            };
            shown.insert(place.min(shown.len()), issuer);
        }
        (_, Some(known)) => {
            for issuer in shown.iter_mut().filter(|issuer| issuer.id == known.id) {
                put_part(step, known, issuer);
                issuer.modified = known.modified;
                issuer.revision += 1;
            }
        }
        (_, None) => {}
    }
    shown
}

/// Merges two people's changes to an issuer that both had as `base`. If they changed the same part,
/// the result is the server's version, and the other version is to be kept.
pub fn reconciled(
    base: &StoredIssuer,
    mine: &StoredIssuer,
    theirs: &StoredIssuer,
) -> (StoredIssuer, Option<StoredIssuer>) {
    let (mut merged, lost) = rebase(base, mine, theirs);
    if lost.is_some() {
        // The server's version has none of what only this browser knows.
        merged = theirs.clone();
        for home in [Home::Tests, Home::Browser] {
            Part::at(home).for_each(|part| part.copy(mine, &mut merged));
        }
    }
    merged.revision = mine.revision.max(theirs.revision) + 1;
    (merged, lost.map(|_| mine.clone()))
}

/// The issuers to show after a refresh of the server's state.
pub fn refreshed(
    before: &[Confirmed],
    shown: &[StoredIssuer],
    server: &[Confirmed],
) -> (Vec<StoredIssuer>, Vec<StoredIssuer>) {
    let of = |id: &str| shown.iter().find(|issuer| issuer.id == id);
    let (mut issuers, mut lost) = (Vec::new(), Vec::new());
    for theirs in server.iter().map(|known| &known.issuer) {
        match (find(before, &theirs.id), of(&theirs.id)) {
            // Deleted here, and not sent yet.
            (Some(_), None) => {}
            (_, None) => issuers.push(theirs.clone()),
            (base, Some(mine)) => {
                let base = base.map_or(theirs, |base| &base.issuer);
                let (merged, other) = reconciled(base, mine, theirs);
                let is_new = !is_same(&merged, mine);
                issuers.push(if is_new { merged } else { mine.clone() });
                lost.extend(other);
            }
        }
    }
    let is_there = |id: &str| server.iter().any(|known| known.issuer.id == id);
    for mine in shown.iter().filter(|mine| !is_there(&mine.id)) {
        match find(before, &mine.id) {
            None => issuers.push(mine.clone()),
            Some(base) if is_same(&base.issuer, mine) => {}
            // Deleted by someone else while it was changed here.
            Some(_) => lost.push(mine.clone()),
        }
    }
    (issuers, lost)
}

/// The server's version of an issuer, if it has one.
pub fn find<'a>(server: &'a [Confirmed], id: &str) -> Option<&'a Confirmed> {
    server.iter().find(|known| known.issuer.id == id)
}

/// Whether two versions differ in what one request sends.
fn differ(home: Home, one: &StoredIssuer, other: &StoredIssuer) -> bool {
    Part::at(home).any(|part| part.differs(one, other))
}

/// Whether two versions are equal except for their revision.
fn is_same(one: &StoredIssuer, other: &StoredIssuer) -> bool {
    StoredIssuer {
        revision: other.revision,
        ..one.clone()
    } == *other
}

#[cfg(test)]
mod tests;
