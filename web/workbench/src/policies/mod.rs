//! Policies while they are edited.

pub mod admits;
pub mod choices;
pub mod claim_member;
pub mod fields;
pub mod history;
pub mod incomplete;
pub mod json_places;
pub mod list_change;
pub mod list_filter;
pub mod neighbours;
pub mod pattern_help;
pub mod place_name;
pub mod samples;
pub mod sentence;
pub mod severities;
pub mod test_file;
pub mod trials;
