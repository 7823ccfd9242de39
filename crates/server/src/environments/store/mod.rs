//! Environments in the database.

mod definitions;
mod environments;
mod keys;
mod sessions;
mod tags;

pub(super) use definitions::{Retract, Save};
pub(super) use environments::{NewEnvironment, Page, change};
pub(super) use sessions::SessionOutcome;
pub(super) use tags::TagChange;
