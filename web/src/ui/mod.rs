//! Parts of any page, based on native elements.

pub(crate) mod code_editor;
pub(crate) mod combobox;
pub(crate) mod copy_button;
pub(crate) mod field;
pub(crate) mod inline_code;
pub(crate) mod save_state;
pub(crate) mod untrusted_text;
