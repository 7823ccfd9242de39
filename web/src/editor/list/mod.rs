//! The policies as a list: a line each, which unfolds to a form.

mod card;
mod drag;
pub(crate) mod policy_list;
mod row;
mod rules;
mod state;
mod toolbar;
