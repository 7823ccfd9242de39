//! Conversions between the server's JSON and the app's issuers.

use claimgate::policy::{PolicyDefinition, parse_policies};
use claimgate::time::parse;
use claimgate_api::{AuthPolicyBody, IssuerBody, IssuerInput, IssuersBody, PoliciesInput};
use serde::Deserialize;
use serde_json::{Value, json};

use super::plan::Confirmed;
use crate::issuers::issuer_part::Part;
use crate::issuers::storage::StoredIssuer;

/// All issuers of an organization, from a list that includes their policies. `known` adds what only
/// this browser knows.
///
/// # Errors
/// What the response lacks.
pub fn issuers(
    body: &Value,
    known: impl Fn(&str) -> Option<StoredIssuer>,
) -> Result<Vec<Confirmed>, String> {
    let one = |body: IssuerBody| {
        let issuer = stored(&body, known(&body.id).as_ref());
        let version = body.version.ok_or("expected `version`, found none")?;
        let policies = body
            .auth_policy
            .ok_or("expected `authPolicy`, found none")?;
        confirmed(Confirmed::new(issuer, tag(version)), &policies)
    };
    let list: IssuersBody = read(body)?;
    list.oidc_issuers.into_iter().map(one).collect()
}

/// An issuer with the policies of a response.
///
/// # Errors
/// What the response lacks, or what is wrong with the policies.
pub fn with_policies(known: Confirmed, body: &Value) -> Result<Confirmed, String> {
    confirmed(known, &read(body)?)
}

fn confirmed(mut known: Confirmed, body: &AuthPolicyBody) -> Result<Confirmed, String> {
    known.issuer.policies = policies(body)?;
    known.policy.clone_from(&body.id);
    known.policy_version = tag(body.version);
    Ok(known)
}

/// A revision as `ETag`.
fn tag(version: i64) -> String {
    format!("\"{version}\"")
}

/// An issuer of the server's, without its policies. What only this browser knows about it comes
/// from `known`.
///
/// # Errors
/// What the response lacks.
pub fn issuer(body: &Value, known: Option<&StoredIssuer>) -> Result<StoredIssuer, String> {
    Ok(stored(&read(body)?, known))
}

fn read<'a, T: Deserialize<'a>>(body: &'a Value) -> Result<T, String> {
    T::deserialize(body).map_err(|error| format!("the response cannot be read: {error}"))
}

fn stored(body: &IssuerBody, known: Option<&StoredIssuer>) -> StoredIssuer {
    let jwks = body.jwks.as_ref().map(|jwks| keys_text(jwks, known));
    let source = known
        .filter(|known| known.jwks == jwks)
        .and_then(|known| known.jwks_source.clone());
    StoredIssuer {
        name: body.name.clone(),
        url: body.url.clone(),
        max_expiration: body
            .max_expiration
            .and_then(|seconds| u64::try_from(seconds).ok()),
        jwks,
        jwks_source: source,
        thumbprints: body.thumbprints.clone(),
        audiences: body.audiences.clone(),
        single_use: body.single_use,
        report_only: body.report_only,
        samples: known.map(|known| known.samples.clone()).unwrap_or_default(),
        preset: known.map(|known| known.preset.clone()).unwrap_or_default(),
        modified: parse(&body.modified).unwrap_or_default(),
        last_used: body.last_used.as_deref().and_then(parse),
        ..StoredIssuer::blank(body.id.clone(), parse(&body.created).unwrap_or_default())
    }
}

/// Keys in the form that was entered here, if they are the same ones.
fn keys_text(jwks: &Value, known: Option<&StoredIssuer>) -> String {
    let written = known.and_then(|known| known.jwks.as_deref());
    let is_same = |text: &&str| serde_json::from_str::<Value>(text).is_ok_and(|own| own == *jwks);
    written.filter(is_same).map_or_else(
        || serde_json::to_string_pretty(jwks).unwrap_or_default(),
        str::to_owned,
    )
}

/// The policies of a response.
fn policies(body: &AuthPolicyBody) -> Result<Vec<PolicyDefinition>, String> {
    let json = body.policies.to_string();
    let mut policies = parse_policies(&json).map_err(|errors| errors.to_string())?;
    policies.iter_mut().for_each(normalize);
    Ok(policies)
}

/// Gives policies without permissions one form.
pub fn normalize(policy: &mut PolicyDefinition) {
    if policy
        .authorized_permissions
        .as_ref()
        .is_some_and(Vec::is_empty)
    {
        policy.authorized_permissions = None;
    }
}

/// The body that replaces policies.
pub fn policies_body(policies: &[PolicyDefinition]) -> Value {
    json!(PoliciesInput {
        policies: json!(policies)
    })
}

/// The body that registers an issuer.
pub fn new_body(issuer: &StoredIssuer) -> Value {
    let mut input = changes(issuer, &StoredIssuer::blank(String::new(), 0));
    input.url = Some(issuer.url.clone());
    json!(input)
}

/// The body that changes an issuer: parts that it does not name stay as they are.
pub fn details_body(issuer: &StoredIssuer, before: &StoredIssuer) -> Value {
    json!(changes(issuer, before))
}

fn changes(issuer: &StoredIssuer, before: &StoredIssuer) -> IssuerInput {
    let mut input = IssuerInput::named(issuer.name.as_str());
    for part in Part::differing(issuer, before) {
        put(part, issuer, &mut input);
    }
    input
}

/// Writes a part into the body. What has requests of its own, or stays in this browser, has no
/// place there.
fn put(part: Part, issuer: &StoredIssuer, input: &mut IssuerInput) {
    match part {
        Part::MaxExpiration => {
            let seconds = issuer.max_expiration.map(i64::try_from);
            input.max_expiration = Some(seconds.map(|seconds| seconds.unwrap_or(i64::MAX)));
        }
        Part::Keys => {
            // A text that is not JSON is sent as a string, so that the server refuses it rather
            // than removing keys.
            let value = |jwks: &str| serde_json::from_str(jwks).unwrap_or_else(|_| jwks.into());
            input.jwks = Some(issuer.jwks.as_deref().map(value));
        }
        Part::Thumbprints => input.thumbprints = Some(Some(issuer.thumbprints.clone())),
        Part::Audiences => input.audiences = Some(issuer.audiences.clone()),
        Part::SingleUse => input.single_use = Some(Some(issuer.single_use)),
        Part::ReportOnly => input.report_only = Some(Some(issuer.report_only)),
        Part::Name | Part::Policies | Part::Samples | Part::Preset => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Value {
        json!({"id": "7", "name": "CI", "url": "https://ci.example", "issuer": "https://ci.example",
            "thumbprints": ["ab"], "jwks": {"keys": [{"kid": "a", "kty": "OKP"}]}, "maxExpiration": 60,
            "singleUse": false, "created": "2026-01-01T00:00:00Z", "modified": "2026-01-02T00:00:00Z"})
    }

    #[test]
    fn an_issuer_is_read_with_what_only_this_browser_knows() {
        let written = "{\"keys\": [{\"kty\": \"OKP\", \"kid\": \"a\"}]}";
        let known = StoredIssuer {
            jwks: Some(written.to_owned()),
            jwks_source: Some("https://ci.example/keys".to_owned()),
            preset: "github".to_owned(),
            ..StoredIssuer::blank("7".to_owned(), 0)
        };
        let read = issuer(&answer(), Some(&known)).unwrap();
        assert_eq!(
            (
                read.name.as_str(),
                read.max_expiration,
                read.preset.as_str()
            ),
            ("CI", Some(60), "github")
        );
        assert_eq!(
            read.jwks.as_deref(),
            Some(written),
            "the same keys stay as they were written"
        );
        assert_eq!(read.jwks_source, known.jwks_source);
        assert_eq!(
            (read.modified - read.created, read.last_used),
            (86_400, None)
        );
        let fresh = issuer(&answer(), None).unwrap();
        assert!(fresh.jwks.unwrap().contains('\n') && fresh.jwks_source.is_none());
        assert!(
            issuer(&json!({"id": "7"}), None)
                .unwrap_err()
                .contains("`name`")
        );
    }

    #[test]
    fn a_list_is_read_with_its_versions_and_policies() {
        let mut item = answer();
        item["version"] = 3.into();
        item["singleUse"] = true.into();
        item["authPolicy"] =
            json!({"id": "p", "version": 5, "created": "", "modified": "", "policies": []});
        let list = json!({ "oidcIssuers": [item.clone()] });
        let read = issuers(&list, |id| {
            Some(StoredIssuer {
                preset: id.to_owned(),
                ..StoredIssuer::blank(id.to_owned(), 0)
            })
        });
        let one = &read.unwrap()[0];
        assert_eq!(
            (
                one.version.as_str(),
                one.policy.as_str(),
                one.policy_version.as_str()
            ),
            ("\"3\"", "p", "\"5\"")
        );
        assert_eq!(
            (
                one.issuer.preset.as_str(),
                one.issuer.single_use,
                one.issuer.report_only
            ),
            ("7", true, false)
        );
        let again = new_body(&one.issuer);
        assert_eq!(
            (&again["singleUse"], again.get("reportOnly")),
            (&json!(true), None)
        );
        item["version"] = Value::Null;
        assert!(
            issuers(&json!({ "oidcIssuers": [item] }), |_| None)
                .unwrap_err()
                .contains("`version`")
        );
    }

    #[test]
    fn keys_that_are_no_json_are_not_taken_away() {
        let before = issuer(&answer(), None).unwrap();
        let broken = StoredIssuer {
            jwks: Some("{".to_owned()),
            ..before.clone()
        };
        assert_eq!(details_body(&broken, &before)["jwks"], "{");
    }

    #[test]
    fn a_change_names_what_has_changed_only() {
        let before = issuer(&answer(), None).unwrap();
        let renamed = StoredIssuer {
            name: "new".to_owned(),
            ..before.clone()
        };
        assert_eq!(details_body(&renamed, &before), json!({"name": "new"}));
        let once = StoredIssuer {
            single_use: true,
            report_only: true,
            audiences: Some(vec!["a".to_owned()]),
            ..before.clone()
        };
        assert_eq!(
            details_body(&once, &before),
            json!({"name": "CI", "singleUse": true, "reportOnly": true, "audiences": ["a"]})
        );
        assert_eq!(
            details_body(&before, &once),
            json!({"name": "CI", "singleUse": false, "reportOnly": false, "audiences": null})
        );
        let bare = StoredIssuer {
            jwks: None,
            max_expiration: None,
            thumbprints: Vec::new(),
            ..before.clone()
        };
        let expected =
            json!({"name": "CI", "jwks": null, "maxExpiration": null, "thumbprints": []});
        assert_eq!(details_body(&bare, &before), expected);
        let whole = new_body(&before);
        assert_eq!(
            (&whole["url"], &whole["maxExpiration"]),
            (&json!("https://ci.example"), &json!(60))
        );
    }

    #[test]
    fn policies_that_only_report_go_on_to_do_so() {
        let body = json!({"policies": [
            {"decision": "allow", "tokenType": "team", "teamName": "a", "authorizedPermissions": [], "rules": {"sub": "a"}},
            {"decision": "deny", "tokenType": "organization", "reportOnly": true, "rules": {"sub": "b"}}]});
        let body = json!({"id": "p", "version": 1, "created": "", "modified": "", "policies": body["policies"]});
        let read = policies(&serde_json::from_value(body.clone()).unwrap()).unwrap();
        let marks: Vec<_> = read.iter().map(|policy| policy.report_only).collect();
        assert_eq!(
            (marks.as_slice(), &read[0].authorized_permissions),
            (&[false, true][..], &None)
        );
        let written = policies_body(&read)["policies"].clone();
        assert_eq!(
            (written[0].get("reportOnly"), &written[1]["reportOnly"]),
            (None, &json!(true))
        );
        let known = Confirmed::new(issuer(&answer(), None).unwrap(), String::new());
        assert_eq!(with_policies(known, &body).unwrap().issuer.policies, read);
    }
}
