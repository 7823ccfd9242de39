//! The engine as those who use it see it: decisions and explanations, tokens, the pages of `docs/`,
//! and other people's vectors.

#![cfg(not(target_arch = "wasm32"))]

mod agreement;
mod audiences;
mod backend;
mod cases;
mod claim_paths;
mod common;
mod corners;
mod cost;
mod decisions;
mod demonstration;
mod docs_explanations;
mod docs_policy_language;
mod docs_token_checks;
mod documented;
mod exchange;
mod explanations;
mod external;
mod field_cases;
mod gallery;
mod globset;
mod hints;
mod jose;
mod key_sets;
mod markdown;
mod patterns;
mod policy_labels;
#[cfg(feature = "schema")]
mod schema;
mod sources;
mod spans;
mod tokens;
mod vectors;
