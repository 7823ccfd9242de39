//! Small parts on native elements.

pub(crate) mod checks;
pub(crate) mod claims_table;
pub(crate) mod conflict_notice;
pub(crate) mod copy_button;
pub(crate) mod details_form;
pub(crate) mod explanation;
pub(crate) mod export_panel;
pub(crate) mod field;
pub(crate) mod frame;
pub(crate) mod import_preview;
pub(crate) mod issuer_row;
pub(crate) mod keys_field;
pub(crate) mod names_form;
pub(crate) mod playground_form;
pub(crate) mod playground_result;
pub(crate) mod policy_card;
pub(crate) mod policy_editor;
pub(crate) mod policy_preview;
pub(crate) mod provider_picker;
pub(crate) mod rule_line;
pub(crate) mod save_state;
pub(crate) mod shown;
pub(crate) mod verdict;
pub(crate) mod workflow_panel;
