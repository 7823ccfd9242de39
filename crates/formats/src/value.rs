//! JSON values that documents are written from.

use claimgate::json::Value;

/// Keys as an object, or as the text that they are where it is none.
pub(super) fn keys(jwks: &str) -> Value {
    match Value::parse(jwks) {
        Ok(keys @ Value::Object(_)) => keys,
        _ => Value::String(jwks.to_owned()),
    }
}

/// Policies as a value.
pub(super) fn policies_value(policies: &[claimgate::policy::PolicyDefinition]) -> Value {
    let json = serde_json::to_string(policies).unwrap_or_default();
    Value::parse(&json).unwrap_or(Value::Array(Vec::new()))
}

/// An object of these members.
pub(super) fn object<'a>(members: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::Object(
        members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

/// With `$` doubled where a program in YAML would read a reference or an escape.
pub(super) fn dollars_doubled(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(dollars_doubled_text(text)),
        Value::Array(items) => Value::Array(items.iter().map(dollars_doubled).collect()),
        Value::Object(members) => {
            let double = |(name, value): &(String, Value)| {
                (dollars_doubled_text(name), dollars_doubled(value))
            };
            Value::Object(members.iter().map(double).collect())
        }
        other => other.clone(),
    }
}

fn dollars_doubled_text(text: &str) -> String {
    let mut doubled = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        doubled.push(c);
        if c == '$' && matches!(chars.peek(), Some('$' | '{')) {
            doubled.push('$');
        }
    }
    doubled
}
