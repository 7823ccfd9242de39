//! Places in policies, in words.

/// A path of a diagnostic as people count: "issuer 2, policy 1, `rules.sub`". Paths in JSON count from 0. A
/// path without numbers stays as it is.
///
/// ```
/// use claimgate_analysis::place;
///
/// assert_eq!(place("issuers[0].policies[1].rules.sub"), "issuer 1, policy 2, `rules.sub`");
/// assert_eq!(place("policies[0]"), "policy 1");
/// assert_eq!(place("audiences"), "audiences");
/// ```
#[must_use]
pub fn place(path: &str) -> String {
    let (issuer, rest) = match numbered(path, &["issuers", "oidcIssuers"]) {
        Some((number, rest)) => (Some(format!("issuer {number}")), rest),
        None => (None, path),
    };
    let (before, policy, rest) = match rest.find("policies[") {
        Some(start) => {
            let (before, rest) = rest.split_at_checked(start).unwrap_or(("", rest));
            match numbered(rest, &["policies"]) {
                Some((number, rest)) => (before, Some(format!("policy {number}")), rest),
                None => ("", None, rest),
            }
        }
        None => ("", None, rest),
    };
    if issuer.is_none() && policy.is_none() {
        return path.to_owned();
    }
    let quoted = |text: &str| {
        let text = text.trim_matches('.');
        (!matches!(text, "" | "authPolicy")).then(|| format!("`{text}`"))
    };
    let words = [issuer, quoted(before), policy, quoted(rest)];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The number, from 1, of an element of one of these lists, and what follows it.
fn numbered<'a>(path: &'a str, lists: &[&str]) -> Option<(usize, &'a str)> {
    let rest = lists
        .iter()
        .find_map(|list| path.strip_prefix(list)?.strip_prefix('['))?;
    let (index, rest) = rest.split_once(']')?;
    let index: usize = index.parse().ok()?;
    Some((index.checked_add(1)?, rest))
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn places_are_counted_from_one() {
        for (path, expected) in [
            ("", ""),
            ("issuers[1].url", "issuer 2, `url`"),
            (
                "oidcIssuers[0].authPolicy.policies[1]",
                "issuer 1, policy 2",
            ),
            (
                "resources.gh.properties.policies[0].teamName",
                "`resources.gh.properties`, policy 1, `teamName`",
            ),
            ("policies[3].rules", "policy 4, `rules`"),
            ("policies", "policies"),
            ("policies[x]", "policies[x]"),
        ] {
            assert_eq!(place(path), expected, "{path}");
        }
    }
}
