//! The policy editor.

pub(crate) mod at;
pub(crate) mod changes;
pub(crate) mod compiled;
mod decisions;
pub(crate) mod elements;
pub(crate) mod findings;
pub(crate) mod focus;
pub(crate) mod json;
pub(crate) mod list;
pub(crate) mod pattern_field;
pub(crate) mod pattern_help;
pub(crate) mod policy_editor;
pub(crate) mod policy_views;
pub(crate) mod review;
pub(crate) mod save;
pub(crate) mod sentence;
pub(crate) mod state;
pub(crate) mod tests;
