//! The options of `cargo xtask test`, as its steps see them.

/// Options of a test run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// Only tests whose name contains this.
    pub(crate) grep: Option<String>,
    /// More cases, with new random ones, instead of the usual number.
    pub(crate) full: bool,
    /// How often the browser tests run.
    pub(crate) repeat: u32,
    /// Run browser tests on the app's development build instead of the release build.
    pub(crate) dev: bool,
}
