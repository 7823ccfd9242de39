//! What the app knows: pure parts, tested natively, and thin glue to the browser.

pub(crate) mod clock;
pub(crate) mod diff;
pub(crate) mod download;
pub(crate) mod draft;
pub(crate) mod evaluate;
pub(crate) mod exchange;
pub(crate) mod fetch;
pub(crate) mod history;
pub(crate) mod import_plan;
pub(crate) mod json_places;
pub(crate) mod keys;
pub(crate) mod lifetime;
pub(crate) mod listing;
pub(crate) mod markdown;
pub(crate) mod merge;
pub(crate) mod pattern_help;
pub(crate) mod samples;
pub(crate) mod scratch;
pub(crate) mod share;
pub(crate) mod storage;
pub(crate) mod store;
pub(crate) mod subtle;
pub(crate) mod theme;
pub(crate) mod thumbprint;
pub(crate) mod unsaved;
pub(crate) mod visible;
