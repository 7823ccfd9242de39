//! Paths of diagnostics in words, counted as on the screen.

/// "policy 2, rule `sub`" for `policies[1].rules.sub`, and "issuer 1, `id`" for `issuers[0].id`; other
/// paths stay as they are, as code.
pub fn place_name(path: &str) -> String {
    if let Some((number, rest)) = issuer(path) {
        return match rest {
            "" => format!("issuer {number}"),
            rest => format!("issuer {number}, {}", place_name(rest)),
        };
    }
    let found = || {
        let (index, rest) = path.strip_prefix("policies[")?.split_once(']')?;
        let number = index.parse::<usize>().ok()? + 1;
        Some(match rest {
            "" => format!("policy {number}"),
            ".rules" | ".rules." => format!("policy {number}, rules"),
            rest => match rest.strip_prefix(".rules.") {
                Some(claim) => format!("policy {number}, rule `{claim}`"),
                None => format!("policy {number}, {}", member(rest.trim_start_matches('.'))),
            },
        })
    };
    match path {
        "" => String::new(),
        path => found().unwrap_or_else(|| member(path)),
    }
}

/// [`place_name`] before a message. One that begins with the name of a member gets the place around it.
pub fn place_before(path: &str, message: &str) -> String {
    let around = path
        .rsplit_once('.')
        .filter(|(_, name)| message.starts_with(&format!("`{name}`")));
    match around {
        Some((around, _)) => place_name(around),
        None if message.starts_with(&format!("`{path}`")) => String::new(),
        None => place_name(path),
    }
}

/// "`thumbprints`, item 1" for `thumbprints[0]`; others as code.
fn member(path: &str) -> String {
    let item = || {
        let (name, index) = path.strip_suffix(']')?.split_once('[')?;
        Some((name, index.parse::<usize>().ok()? + 1))
    };
    match item() {
        Some((name, number)) => format!("`{name}`, item {number}"),
        None => format!("`{path}`"),
    }
}

/// The number of the issuer in a path, and the path in it. A document of policies may be in one.
fn issuer(path: &str) -> Option<(usize, &str)> {
    let (index, rest) = path.strip_prefix("issuers[")?.split_once(']')?;
    let rest = rest.trim_start_matches('.');
    let inner = rest.strip_prefix("policies.").unwrap_or(rest);
    Some((index.parse::<usize>().ok()? + 1, inner))
}

#[cfg(test)]
mod tests {
    use super::{place_before, place_name};

    #[test]
    fn policies_are_counted_from_1() {
        for (path, name) in [
            ("policies[1].rules.sub", "policy 2, rule `sub`"),
            (
                r#"policies[0].rules."a.b".c"#,
                r#"policy 1, rule `"a.b".c`"#,
            ),
            ("policies[0].rules.", "policy 1, rules"),
            ("policies[9].tokenType", "policy 10, `tokenType`"),
            ("policies[2]", "policy 3"),
            ("issuers[0].id", "issuer 1, `id`"),
            ("issuers[1]", "issuer 2"),
            ("issuers[0].policies", "issuer 1, `policies`"),
            (
                "issuers[0].policies.policies[0].rules.sub",
                "issuer 1, policy 1, rule `sub`",
            ),
            (
                "issuers[2].thumbprints[0]",
                "issuer 3, `thumbprints`, item 1",
            ),
            ("aud", "`aud`"),
            ("", ""),
        ] {
            assert_eq!(place_name(path), name, "{path}");
        }
    }
    #[test]
    fn a_message_that_names_the_member_needs_only_what_is_around_it() {
        for (path, message, place) in [
            ("issuers[0].id", "`id` is left out", "issuer 1"),
            ("issuers[0].url", "expected a URL", "issuer 1, `url`"),
            ("id", "`id` is left out", ""),
            ("", "expected issuers", ""),
        ] {
            assert_eq!(place_before(path, message), place, "{path}");
        }
    }
}
