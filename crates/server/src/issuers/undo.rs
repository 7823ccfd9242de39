//! Undoing the deletion of an issuer: who has deleted it may save its policies again as they were, although
//! the guard would refuse them as new ones.

use claimgate::issuer::IssuerDefinition;
use claimgate::policy::{PolicyDefinition, parse_policies};
use claimgate_analysis::effect;
use claimgate_api::ChangeAction;
use serde::Deserialize;
use serde_json::Value;

use super::record::PolicyRecord;
use crate::db::columns::text;
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::random;

/// For how long a deletion can be undone, in seconds.
pub(super) const UNDO_SECONDS: i64 = 3_600;

/// An issuer when it was deleted, as far as the guard judges it.
#[derive(Clone, Debug)]
pub(super) struct Deleted {
    audiences: Option<Vec<String>>,
    report_only: bool,
    /// The effects of its policies, sorted.
    policies: Vec<String>,
}

impl Deleted {
    /// Whether an issuer admits what the deleted one did: by the same policies, in any order.
    pub(super) fn is_same(&self, issuer: &IssuerDefinition) -> bool {
        self.audiences == issuer.audiences
            && self.report_only == issuer.report_only
            && self.policies == effects(&issuer.policies)
    }

    /// Reads what the change has recorded; `None` if it was too long to be recorded.
    pub(super) fn read(recorded: &str) -> Option<Self> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Recorded {
            audiences: Option<Vec<String>>,
            report_only: bool,
            policies: Value,
        }
        let recorded: Recorded = serde_json::from_str(recorded).ok()?;
        let policies = parse_policies(&recorded.policies.to_string()).ok()?;
        Some(Self {
            audiences: recorded.audiences,
            report_only: recorded.report_only,
            policies: effects(&policies),
        })
    }
}

fn effects(policies: &[PolicyDefinition]) -> Vec<String> {
    let effect = |policy| serde_json::to_string(&effect(policy)).unwrap_or_default();
    let mut effects: Vec<_> = policies.iter().map(effect).collect();
    effects.sort();
    effects
}

impl Store {
    /// What is recorded of the issuer with the URL that an organization had before ([`Deleted::read`]), if
    /// these are the policies that a new issuer is registered with, and the latest deletion of the URL was
    /// made with the same token, less than [`UNDO_SECONDS`] before `now`.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(super) async fn deleted_before(
        &self,
        organization: i64,
        (url, policies): (&str, &PolicyRecord),
        now: i64,
    ) -> Result<Option<String>, StoreError> {
        if policies.version != 1 {
            return Ok(None);
        }
        let select = "SELECT author, earlier FROM changes
                      WHERE organization_id = $1 AND id >= $2 AND code = $3 AND name = $4 ORDER BY id DESC LIMIT 1";
        let row = sqlx::query(select)
            .bind(organization)
            .bind(random::first_id(now - UNDO_SECONDS))
            .bind(ChangeAction::IssuerDeleted.code())
            .bind(url.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let is_own = self.author.is_same_token(&text(&row, "author")?);
        let recorded = text(&row, "earlier")?;
        Ok(is_own.then_some(recorded))
    }
}

#[cfg(test)]
mod tests {
    use claimgate::issuer::IssuerDefinition;
    use claimgate::policy::parse_policies;
    use serde_json::json;

    use super::Deleted;

    #[test]
    fn only_the_same_policies_and_settings_are_what_was_deleted() {
        let allow = |sub: &str| json!({"decision": "allow", "tokenType": "organization", "rules": {"sub": sub, "aud": "a"}});
        let policies = json!([allow("repo:*"), allow("repo:acme/*")]);
        let recorded = json!({"name": "CI", "jwks": {"keys": []}, "singleUse": false, "reportOnly": false,
            "audiences": ["a"], "policies": policies});
        let deleted = Deleted::read(&recorded.to_string()).unwrap();
        let issuer = |policies: &serde_json::Value, audiences: &[&str], report_only| {
            let audiences = audiences.iter().copied().map(str::to_owned).collect();
            deleted.is_same(&IssuerDefinition {
                policies: parse_policies(&policies.to_string()).unwrap(),
                audiences: Some(audiences),
                report_only,
                ..IssuerDefinition::default()
            })
        };
        assert!(issuer(&policies, &["a"], false));
        let mut named = allow("repo:*");
        named["name"] = json!("everyone");
        assert!(issuer(&json!([allow("repo:acme/*"), named]), &["a"], false));
        assert!(!issuer(&policies, &["a", "b"], false));
        assert!(!issuer(&policies, &["a"], true));
        for other in [
            json!([allow("repo:*")]),
            json!([allow("repo:*"), allow("repo:*")]),
            json!([allow("repo:*"), allow("repo:acme/*"), allow("repo:acme/*")]),
            json!([allow("*"), allow("repo:acme/*")]),
        ] {
            assert!(!issuer(&other, &["a"], false), "{other}");
        }
    }

    #[test]
    fn what_was_too_long_to_record_cannot_be_compared() {
        let note = json!({"note": "300000 bytes, over the limit of 262144"});
        assert!(Deleted::read(&note.to_string()).is_none());
    }
}
