//! Policies while they are edited.

pub mod choices;
pub mod claim_member;
pub mod fields;
pub mod history;
pub mod json_places;
pub mod pattern_help;
pub mod samples;
