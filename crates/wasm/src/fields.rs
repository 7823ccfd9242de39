//! The claims that decisions need, filled in place, so that a decision allocates nothing for them.

use std::collections::BinaryHeap;

use claimgate::claims::{Claims, TrustedClaims, Value};
use claimgate::issuer::Issuer;

use crate::protocol::SEPARATOR;

/// The claims that an issuer's policies use, `aud` if it lists audiences, and no others, as an object.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(String, Value)>);

impl Fields {
    pub(crate) fn of(issuer: &Issuer) -> Self {
        let names: BinaryHeap<&str> = issuer
            .policies()
            .claim_paths()
            .filter_map(|path| path.segments().first())
            .map(String::as_str)
            .chain(issuer.audiences().map(|_| "aud"))
            .collect();
        let mut names = names.into_sorted_vec();
        names.dedup();
        Self(
            names
                .into_iter()
                .map(|name| (name.to_owned(), Value::Null))
                .collect(),
        )
    }

    /// The claims, in the order of their values.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Calls `look` with the claims of these values: `s` and a string, `j` and JSON text, or `m`
    /// for a missing claim, which a decision cannot distinguish from `null`. None if the number of
    /// values is wrong, or one is invalid.
    pub(crate) fn with<T>(
        &mut self,
        values: &str,
        look: impl FnOnce(&TrustedClaims) -> T,
    ) -> Option<T> {
        self.fill(values)?;
        let members = std::mem::take(&mut self.0);
        let claims = Claims::from_value(Value::Object(members)).ok()?;
        let claims = TrustedClaims::dangerous_assume_verified(claims);
        let seen = look(&claims);
        if let Value::Object(members) = claims.into_claims().into_value() {
            self.0 = members;
        }
        Some(seen)
    }

    fn fill(&mut self, values: &str) -> Option<()> {
        if self.0.is_empty() {
            return values.is_empty().then_some(());
        }
        let mut rest = Some(values);
        for (_, member) in &mut self.0 {
            let value;
            (value, rest) = first_value(rest?);
            let text = value.get(1..)?;
            match (value.as_bytes().first()?, &mut *member) {
                (b's', Value::String(own)) => {
                    own.clear();
                    own.push_str(text);
                }
                (b's', other) => *other = Value::String(text.to_owned()),
                (b'm', other) if text.is_empty() => *other = Value::Null,
                (b'j', other) => *other = Value::parse(text).ok()?,
                _ => return None,
            }
        }
        rest.is_none().then_some(())
    }
}

/// The text before a separator, and the text behind it. Values are short: the library's search for a
/// character would take longer to begin.
fn first_value(values: &str) -> (&str, Option<&str>) {
    let is_separator = |byte: u8| char::from(byte) == SEPARATOR;
    let end = values.bytes().position(is_separator);
    let cut = end.and_then(|end| Some((values.get(..end)?, values.get(end + 1..)?)));
    cut.map_or((values, None), |(value, rest)| (value, Some(rest)))
}

#[cfg(test)]
mod tests {
    use claimgate::issuer::IssuerDefinition;
    use claimgate::pattern::Dialect;
    use claimgate::policy::{Decision, PolicyDefinition, TokenType};

    use super::*;

    fn fields() -> Fields {
        let policy = PolicyDefinition::new(Decision::Allow, TokenType::Organization)
            .rule("sub", "a*")
            .rule("nested.member", "b")
            .rule("nested.other", "c")
            .rule("aud", "d");
        let url = "https://a.example".to_owned();
        let definition = IssuerDefinition {
            url,
            policies: vec![policy],
            ..IssuerDefinition::default()
        };
        Fields::of(&Issuer::compile(&definition, Dialect::Pulumi).unwrap())
    }

    fn json(fields: &mut Fields, values: &str) -> Option<String> {
        fields.with(values, |claims| claims.claims().to_json())
    }

    #[test]
    fn the_claims_of_all_rules_are_named_once() {
        assert_eq!(fields().names(), ["aud", "nested", "sub"]);
    }

    #[test]
    fn values_are_filled_in_again_and_again() {
        let mut fields = fields();
        let first = json(&mut fields, "j[\"x\",1]\u{1f}m\u{1f}sa😀");
        assert_eq!(
            first.as_deref(),
            Some(r#"{"aud":["x",1],"nested":null,"sub":"a😀"}"#)
        );
        let second = json(&mut fields, "sx\u{1f}j{\"member\":true}\u{1f}s");
        assert_eq!(
            second.as_deref(),
            Some(r#"{"aud":"x","nested":{"member":true},"sub":""}"#)
        );
    }

    #[test]
    fn what_is_not_understood_is_not_guessed_at() {
        let odd = [
            "",
            "sx",
            "sx\u{1f}m",
            "sx\u{1f}m\u{1f}sa\u{1f}sb",
            "x\u{1f}m\u{1f}sa",
            "\u{1f}\u{1f}",
            "mx\u{1f}m\u{1f}m",
        ];
        for values in odd {
            assert_eq!(json(&mut fields(), values), None, "{values:?}");
        }
        for twice in [r#"{"a":1,"a":2}"#, "[", "nul"] {
            assert_eq!(
                json(&mut fields(), &format!("j{twice}\u{1f}m\u{1f}m")),
                None,
                "{twice}"
            );
        }
        // Later calls are unaffected.
        let mut fields = fields();
        assert_eq!(json(&mut fields, "sx"), None);
        assert!(json(&mut fields, "sx\u{1f}m\u{1f}m").is_some());
    }
}
