//! The table of issuers that every front end accepts or refuses alike: `tests/issuers/documents.json`.

use serde_json::{Value, json};

/// An issuer, and what is wrong with it.
pub struct IssuerCase {
    /// The issuer.
    pub issuer: Value,
    /// The errors, as pairs of a path within the issuer and a code.
    pub expected: Value,
}

impl IssuerCase {
    /// A document with this issuer only.
    pub fn document(&self) -> Value {
        json!({ "issuers": [self.issuer] })
    }

    /// Fails unless these are the errors of the issuer, or of a document with it: objects with `path` and `code`.
    pub fn check(&self, errors: &[Value]) {
        let pair = |error: &Value| {
            let path = error["path"].as_str().unwrap();
            json!([path.trim_start_matches("issuers[0]."), error["code"]])
        };
        let found: Vec<Value> = errors.iter().map(pair).collect();
        assert_eq!(json!(found), self.expected, "{}: {errors:?}", self.issuer);
    }
}

/// The table, with this key set as the issuers' keys.
pub fn issuer_cases(keys: &Value) -> Vec<IssuerCase> {
    let table = include_str!("../../../tests/issuers/documents.json");
    let table: Vec<Value> = serde_json::from_str(table).unwrap();
    let case = |row: Value| {
        let mut issuer = json!({"name": "a", "url": "https://ci.test", "jwks": keys});
        for (name, value) in row["issuer"].as_object().unwrap() {
            issuer[name] = match value {
                Value::String(text) if text == "KEYS" => json!(keys.to_string()),
                other => other.clone(),
            };
        }
        IssuerCase {
            issuer,
            expected: row["expected"].clone(),
        }
    };
    table.into_iter().map(case).collect()
}
