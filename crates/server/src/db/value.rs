//! Values that the writer inserts, and the tables that they go into.

use std::borrow::Cow;

/// A value of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Text(Cow<'a, str>),
    Number(i64),
    Null,
}

/// A table with the columns that are inserted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// Names of the columns, separated by commas.
    pub(crate) columns: &'static str,
    /// Number of columns.
    pub(crate) width: usize,
}

impl<'a> Value<'a> {
    /// A text that this program generated.
    pub(crate) fn trusted(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// A text from outside, without NUL characters.
    pub(crate) fn untrusted(text: &'a str) -> Self {
        Self::Text(if text.contains('\0') {
            Cow::Owned(replace_nul(text))
        } else {
            Cow::Borrowed(text)
        })
    }

    /// A number, or `NULL`.
    pub(crate) fn optional_number(number: Option<i64>) -> Self {
        number.map_or(Self::Null, Self::Number)
    }

    /// A text from outside, or `NULL`.
    pub(crate) fn optional(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::untrusted)
    }
}

/// The text with U+FFFD in place of NUL, which a PostgreSQL text cannot hold.
pub(crate) fn replace_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
