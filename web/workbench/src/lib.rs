//! The app's logic, apart from its views: pure, and tested natively.

pub mod admin;
pub mod analysis;
pub mod issuers;
pub mod playground;
pub mod policies;
pub mod remote;
pub mod shell;
pub mod text;
