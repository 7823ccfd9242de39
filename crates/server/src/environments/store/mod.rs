//! Environments in the database.

mod definitions;
mod environments;
mod keys;
mod retention;
mod secrets;
mod sessions;
mod tags;

pub(super) use definitions::{Retract, Save};
pub(super) use environments::{NewEnvironment, Page, change};
pub(super) use retention::MAX_HISTORY;
pub(super) use sessions::SessionOutcome;
pub(super) use tags::TagChange;
