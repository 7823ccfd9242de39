//! Issuers as they are stored, merged, compared and listed.

pub mod detect;
pub mod diff;
pub mod discovery;
pub mod edit;
pub mod import_plan;
pub mod issuer_part;
pub mod keys;
pub mod lifetime;
pub mod listing;
pub mod merge;
pub mod side_by_side;
pub mod storage;
