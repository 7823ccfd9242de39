//! What stored issuers have beyond the limits of the server, other than those of their policies alone.

use std::collections::HashMap;

use claimgate::diagnostic::Diagnostic;
use claimgate_server::issuers::{IssuerRecord, MAX_ISSUERS, MAX_POLICY_BYTES, key_set_problem};

/// The limits of an organization, in the order of [`Sums`].
const LIMITS: [(usize, &str, &str); 2] = [
    (MAX_ISSUERS, "issuers", "issuers-too-many"),
    (
        MAX_POLICY_BYTES,
        "bytes of policies",
        "organization-policies-too-large",
    ),
];

/// How many issuers an organization has, and how many bytes of policies.
type Sums = [usize; 2];

/// The errors of each issuer. A limit of an organization is an error of the first issuer beyond it.
pub(super) fn problems<'a>(stored: &'a [(IssuerRecord, String)]) -> Vec<Vec<Diagnostic>> {
    let mut sums: HashMap<&str, Sums> = HashMap::new();
    for (issuer, policies) in stored {
        add(sums.entry(&issuer.organization).or_default(), policies);
    }
    let mut so_far: HashMap<&'a str, Sums> = HashMap::new();
    let of_issuer = |(issuer, policies): &'a (IssuerRecord, String)| {
        let organization = issuer.organization.as_str();
        let own = so_far.entry(organization).or_default();
        let before = *own;
        add(own, policies);
        let all = sums.get(organization).copied().unwrap_or_default();
        let keys = issuer.settings.jwks.as_deref().map_or(0, str::len);
        let crossed = LIMITS
            .into_iter()
            .zip(before.into_iter().zip(*own))
            .zip(all);
        let crossed =
            crossed.filter(|((limit, (before, now)), _)| *before <= limit.0 && *now > limit.0);
        let beyond = crossed.map(|(((limit, what, code), _), found)| {
            let message =
                format!("expected at most {limit} {what} in the organization, found {found}");
            Diagnostic::error("", code, message)
        });
        key_set_problem(keys).into_iter().chain(beyond).collect()
    };
    stored.iter().map(of_issuer).collect()
}

fn add([issuers, bytes]: &mut Sums, policies: &str) {
    *issuers += 1;
    *bytes += policies.len();
}

#[cfg(test)]
mod tests {
    use claimgate_server::issuers::{
        IssuerRecord, IssuerSettings, MAX_ISSUERS, MAX_KEY_SET_BYTES, MAX_POLICY_BYTES,
    };

    use super::problems;

    fn issuer(organization: &str, keys: usize) -> IssuerRecord {
        IssuerRecord {
            id: "i".to_owned(),
            organization: organization.to_owned(),
            settings: IssuerSettings {
                jwks: (keys > 0).then(|| " ".repeat(keys)),
                ..IssuerSettings::default()
            },
            url: "https://ci.example".to_owned(),
            version: 1,
            created: 0,
            modified: 0,
            last_used: None,
        }
    }

    /// The places of issuers with errors, with those.
    fn found(stored: &[(IssuerRecord, String)]) -> Vec<(usize, Vec<String>)> {
        let problems = problems(stored).into_iter().enumerate();
        let texts = problems.map(|(place, errors)| {
            let text = |error: &claimgate::diagnostic::Diagnostic| {
                format!("{}: {}", error.code, error.message)
            };
            (place, errors.iter().map(text).collect())
        });
        texts
            .filter(|(_, errors): &(_, Vec<_>)| !errors.is_empty())
            .collect()
    }

    #[test]
    fn the_first_issuer_beyond_a_limit_has_the_error() {
        let few = |organization: &str, count: usize| {
            vec![(issuer(organization, 0), "[]".to_owned()); count]
        };
        let mut stored = few("a", MAX_ISSUERS);
        stored.extend(few("b", MAX_ISSUERS));
        assert!(found(&stored).is_empty());
        stored.extend(few("b", 3));
        let expected =
            "issuers-too-many: expected at most 200 issuers in the organization, found 203";
        assert_eq!(
            found(&stored),
            [(2 * MAX_ISSUERS, vec![expected.to_owned()])]
        );
    }

    #[test]
    fn policies_are_added_up_and_keys_are_not() {
        let half = " ".repeat(MAX_POLICY_BYTES / 2);
        let stored = [
            (issuer("a", MAX_KEY_SET_BYTES), half.clone()),
            (issuer("a", MAX_KEY_SET_BYTES + 1), half),
            (issuer("a", 0), "[]".to_owned()),
            (issuer("a", 0), "[]".to_owned()),
        ];
        assert_eq!(
            found(&stored),
            [
                (
                    1,
                    vec!["jwks-too-large: expected at most 65536 bytes of keys, found 65537".to_owned()]
                ),
                (
                    2,
                    vec![
                        "organization-policies-too-large: expected at most 16777216 bytes of policies in the organization, \
                         found 16777220"
                            .to_owned()
                    ]
                ),
            ]
        );
    }
}
