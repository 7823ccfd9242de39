//! Notes on documents: what is left out, read otherwise than it is written, or deserves a look.

use claimgate::diagnostic::Diagnostic;
use claimgate::expected::UNKNOWN_KEY;

/// The code of a note on a part that is left out.
pub const LEFT_OUT: &str = "document-left-out";
/// The code of a note on a part that is read otherwise than it is written.
pub const CHANGED: &str = "document-changed";
/// The code of a note on a part that is read as written, and deserves a look.
pub const REMARK: &str = "document-remark";

/// The words before a note's message: what happened to the part.
#[must_use]
pub fn lead(note: &Diagnostic) -> &'static str {
    match &*note.code {
        LEFT_OUT | UNKNOWN_KEY => "Left out:",
        CHANGED => "Changed:",
        _ => "Mind:",
    }
}
