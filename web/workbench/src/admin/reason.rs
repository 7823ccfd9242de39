//! Why an exchange was allowed or denied, for one row of the audit log.

use claimgate_api::AuditEntry;

/// The reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// In a few words, such as "policy 2 denies".
    pub label: String,
    /// More, if the words do not say all.
    pub detail: String,
}

/// The reason of an entry. A denial by a policy and one by default differ in their first word.
pub fn reason(entry: &AuditEntry) -> Reason {
    let plain = |label: String| Reason {
        label,
        detail: String::new(),
    };
    match (entry.denial.as_deref(), entry.code.as_str()) {
        (Some("policy"), _) => plain(policies(&entry.policies, "denies", "deny")),
        (Some("default"), _) => plain("no policy allows it".to_owned()),
        (_, "granted") if !entry.policies.is_empty() => {
            plain(policies(&entry.policies, "allows", "allow"))
        }
        _ => Reason {
            label: entry.code.clone(),
            detail: entry.summary.clone(),
        },
    }
}

/// "policy 2 denies", "policies 1 and 3 deny", "policies 1, 2 and 5 more deny".
fn policies(indices: &[usize], verb: &str, plural: &str) -> String {
    let numbers: Vec<_> = indices
        .iter()
        .map(|index| (index + 1).to_string())
        .collect();
    match numbers.as_slice() {
        [] => format!("a policy {verb}"),
        [only] => format!("policy {only} {verb}"),
        [first @ .., last] if first.len() <= 3 => {
            format!("policies {} and {last} {plural}", first.join(", "))
        }
        [first, second, rest @ ..] => {
            format!(
                "policies {first}, {second} and {} more {plural}",
                rest.len()
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(code: &str, denial: Option<&str>, policies: &[usize]) -> String {
        let entry = AuditEntry {
            code: code.to_owned(),
            denial: denial.map(str::to_owned),
            policies: policies.to_vec(),
            ..AuditEntry::default()
        };
        reason(&entry).label
    }

    #[test]
    fn a_denial_by_a_policy_is_told_from_one_by_default() {
        for (code, denial, indices, expected) in [
            ("denied", Some("policy"), &[1][..], "policy 2 denies"),
            ("denied", Some("policy"), &[0, 2], "policies 1 and 3 deny"),
            ("denied", Some("default"), &[], "no policy allows it"),
            ("granted", None, &[0], "policy 1 allows"),
            (
                "granted",
                None,
                &[0, 1, 2, 3],
                "policies 1, 2, 3 and 4 allow",
            ),
            (
                "granted",
                None,
                &[0, 1, 2, 3, 4],
                "policies 1, 2 and 3 more allow",
            ),
            ("granted", None, &[], "granted"),
            ("token-expired", None, &[], "token-expired"),
        ] {
            assert_eq!(label(code, denial, indices), expected);
        }
    }

    #[test]
    fn other_refusals_have_their_sentence() {
        let entry = AuditEntry {
            code: "token-expired".to_owned(),
            summary: "expired 1 hour ago".to_owned(),
            ..AuditEntry::default()
        };
        assert_eq!(reason(&entry).detail, "expired 1 hour ago");
    }
}
