//! The policy editor.

pub(crate) mod card;
pub(crate) mod changes;
pub(crate) mod compiled;
pub(crate) mod elements;
pub(crate) mod form;
pub(crate) mod json;
pub(crate) mod pattern_field;
pub(crate) mod pattern_help;
pub(crate) mod policy_editor;
pub(crate) mod problems;
pub(crate) mod sample_form;
pub(crate) mod sample_panel;
pub(crate) mod save;
pub(crate) mod state;
pub(crate) mod step;
