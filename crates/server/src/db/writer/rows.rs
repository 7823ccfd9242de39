//! The rows of an exchange.

use std::borrow::Cow;

use crate::audit::entry::AuditRecord;
use crate::db::value::{Table, Value};
use crate::tokens::record::TokenRecord;

/// Access tokens, as [`push_token`] writes them.
pub(super) const TOKENS: Table = Table {
    name: "tokens",
    columns: "hash, id, kind, organization, organization_id, version, target, admin, role, issuer, subject, scope, \
              created, expires",
    width: 14,
};

/// The audit log, as [`push_record`] writes it.
pub(super) const AUDIT: Table = Table {
    name: "audit",
    columns: "id, at, organization, organization_id, issuer, issuer_name, subject, requested, scope, decision, code, summary, policies, \
              token, report, address, detail, omitted, genuine, bytes",
    width: 20,
};

pub(super) fn push_token<'a>(hash: &'a str, token: &'a TokenRecord, values: &mut Vec<Value<'a>>) {
    values.extend([
        Value::trusted(hash),
        Value::trusted(&token.id),
        Value::trusted(token.kind.as_str()),
        Value::optional(token.organization.as_deref()),
        Value::optional_number(token.organization_id),
        Value::Number(token.version),
        Value::optional(token.target.as_deref()),
        Value::Number(i64::from(token.admin)),
        Value::optional(token.role.as_deref()),
        Value::optional(token.issuer.as_deref()),
        Value::optional(token.subject.as_deref()),
        Value::untrusted(&token.scope),
        Value::Number(token.created),
        Value::optional_number(token.expires),
    ]);
}

pub(super) fn push_record<'a>(record: &'a AuditRecord, values: &mut Vec<Value<'a>>) {
    let AuditRecord { entry, detail, .. } = record;
    let policies = match entry.policies.as_slice() {
        [] => Cow::Borrowed("[]"),
        [0] => Cow::Borrowed("[0]"),
        several => Cow::Owned(serde_json::to_string(several).unwrap_or_default()),
    };
    // Only refusals are limited in bytes.
    let [genuine, bytes] = if entry.decision == "denied" {
        let bytes = i64::try_from(record.accounted_bytes()).unwrap_or(i64::MAX);
        [
            Value::Number(i64::from(record.is_genuine)),
            Value::Number(bytes),
        ]
    } else {
        [Value::Null, Value::Null]
    };
    values.extend([
        Value::trusted(&entry.id),
        Value::Number(entry.at),
        Value::optional(entry.organization.as_deref()),
        Value::optional_number(entry.organization_id),
        Value::optional(entry.issuer.as_deref()),
        Value::optional(entry.issuer_name.as_deref()),
        Value::optional(entry.subject.as_deref()),
        Value::optional(entry.requested.as_deref()),
        Value::optional(entry.scope.as_deref()),
        Value::trusted(&entry.decision),
        Value::trusted(&entry.code),
        Value::untrusted(&entry.summary),
        Value::Text(policies),
        Value::optional(entry.token.as_deref()),
        Value::optional(entry.report.as_deref()),
        Value::optional(entry.address.as_deref()),
        Value::optional(detail.as_deref()),
        Value::optional_number(entry.omitted),
        genuine,
        bytes,
    ]);
}
