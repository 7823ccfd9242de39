//! Small parts on native elements.

pub(crate) mod checks;
pub(crate) mod claims_table;
pub(crate) mod code_editor;
pub(crate) mod copy_button;
pub(crate) mod details_form;
pub(crate) mod exchange_panel;
pub(crate) mod explanation;
pub(crate) mod field;
pub(crate) mod frame;
pub(crate) mod keys_field;
pub(crate) mod playground_bench;
pub(crate) mod playground_policies;
pub(crate) mod playground_request;
pub(crate) mod playground_result;
pub(crate) mod playground_save;
pub(crate) mod playground_sign;
pub(crate) mod playground_token;
pub(crate) mod policy_card;
pub(crate) mod policy_editor;
pub(crate) mod rule_line;
pub(crate) mod save_state;
pub(crate) mod sentence;
pub(crate) mod share_panel;
pub(crate) mod shortcuts;
pub(crate) mod shown;
pub(crate) mod verdict;
