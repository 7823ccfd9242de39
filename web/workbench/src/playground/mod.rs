//! What the playground evaluates, simulates and shares.

pub mod category;
pub mod evaluate;
pub mod example_filter;
pub mod exchange;
pub mod gallery;
pub mod hints;
pub mod markdown;
pub mod scratch;
pub mod share;
pub mod time_input;
pub mod time_range;
pub mod token_text;
