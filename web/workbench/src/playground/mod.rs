//! What the playground evaluates, simulates and shares.

pub mod alignment;
pub mod category;
pub mod claim_use;
pub mod draft_policy;
pub mod draft_target;
pub mod dropped;
pub mod evaluate;
pub mod example_filter;
pub mod exchange;
pub mod fixes;
pub mod gallery;
pub mod hints;
pub mod markdown;
pub mod rule_mark;
pub mod scratch;
pub mod share;
pub mod summary;
pub mod time_input;
pub mod time_range;
pub mod token_text;
