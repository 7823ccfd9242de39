//! Issuers: the list, registration, details, import and export.

pub(crate) mod details;
pub(crate) mod details_fields;
pub(crate) mod details_form;
pub(crate) mod export_panel;
pub(crate) mod history;
pub(crate) mod home;
pub(crate) mod import;
pub(crate) mod import_part;
pub(crate) mod import_preview;
pub(crate) mod issuer_row;
pub(crate) mod keys_field;
pub(crate) mod list;
pub(crate) mod names_form;
pub(crate) mod page;
pub(crate) mod policy_preview;
pub(crate) mod register;
pub(crate) mod untrusted_certificate;
pub(crate) mod workflow_panel;
