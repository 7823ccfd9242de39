//! Members of documents of the app that the reader of objects does not read itself.

use claimgate::json::Value;
use claimgate::json::object::{Object, ObjectReader};
use claimgate::policy::{PolicyDefinition, parse_policies};

/// A whole number, if it is there. `expected` says in an error what it is.
pub fn number<N: TryFrom<i128>>(
    reader: &mut ObjectReader,
    object: &Object<'_>,
    name: &str,
    expected: &str,
) -> Option<N> {
    let value = object.get(name)?;
    let number = match value {
        Value::Integer(number) => N::try_from(*number).ok(),
        _ => None,
    };
    if number.is_none() {
        reader.mismatch(object.at(name), expected, &value.to_json());
    }
    number
}

/// The policies of a member with that path. The paths of errors are those of the whole document.
pub fn policies(
    reader: &mut ObjectReader,
    path: &str,
    value: Option<&Value>,
) -> Option<Vec<PolicyDefinition>> {
    let Some(value) = value else {
        reader.wrong(path, "an array of policies", None);
        return None;
    };
    match parse_policies(&value.to_json()) {
        Ok(policies) => Some(policies),
        Err(errors) => {
            reader.errors.extend(errors.within(path));
            None
        }
    }
}
