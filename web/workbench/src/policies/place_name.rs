//! Paths of diagnostics in words, counted as on the screen.

/// "policy 2, rule `sub`" for `policies[1].rules.sub`; other paths stay as they are, as code.
pub fn place_name(path: &str) -> String {
    let found = || {
        let (index, rest) = path.strip_prefix("policies[")?.split_once(']')?;
        let number = index.parse::<usize>().ok()? + 1;
        Some(match rest {
            "" => format!("policy {number}"),
            ".rules" | ".rules." => format!("policy {number}, rules"),
            rest => match rest.strip_prefix(".rules.") {
                Some(claim) => format!("policy {number}, rule `{claim}`"),
                None => format!("policy {number}, `{}`", rest.trim_start_matches('.')),
            },
        })
    };
    match path {
        "" => String::new(),
        path => found().unwrap_or_else(|| format!("`{path}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::place_name;

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
            ("aud", "`aud`"),
            ("", ""),
        ] {
            assert_eq!(place_name(path), name, "{path}");
        }
    }
}
