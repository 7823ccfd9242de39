//! Members that only test files have.

use claimgate::claims::Claims;
use claimgate::json::Value;
pub(super) use claimgate::json::object::{Object, ObjectReader};

/// A text that is not empty, if it is there.
pub(super) fn text(reader: &mut ObjectReader, object: &Object<'_>, name: &str) -> Option<String> {
    let text = reader.text(object, name)?;
    if text.is_empty() {
        reader.mismatch(object.at(name), "a string", "an empty one");
        return None;
    }
    Some(text)
}

/// Claims, an object.
pub(super) fn claims(
    reader: &mut ObjectReader,
    path: &str,
    value: Option<&Value>,
) -> Option<Claims> {
    let claims = value.cloned().map(Claims::from_value);
    if let Some(Ok(claims)) = claims {
        return Some(claims);
    }
    reader.wrong(path, "claims, an object", value);
    None
}
