//! Parts of any page, based on native elements.

pub(crate) mod code_editor;
pub(crate) mod code_mirror;
pub(crate) mod combobox;
pub(crate) mod confirm;
pub(crate) mod copy_button;
pub(crate) mod empty_state;
pub(crate) mod field;
pub(crate) mod icon;
pub(crate) mod in_sight;
pub(crate) mod inline_code;
pub(crate) mod list_search;
pub(crate) mod popover;
pub(crate) mod provider_mark;
pub(crate) mod save_state;
pub(crate) mod server_choice;
pub(crate) mod svg_title;
pub(crate) mod untrusted_text;
