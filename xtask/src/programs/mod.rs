//! Other programs: starting and ending them, and installing those that the build and the tests need.

pub(crate) mod cached;
pub(crate) mod children;
pub(crate) mod lock;
pub(crate) mod python;
pub(crate) mod shell;
pub(crate) mod system;
pub(crate) mod tools;
