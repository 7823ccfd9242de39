//! Rows on their way into the database.

use std::borrow::Cow;

use crate::audit::store::AuditRecord;
use crate::tokens::store::TokenRecord;

/// A value of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Text(Cow<'a, str>),
    Number(i64),
    Null,
}

/// Where rows go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static str,
    pub(crate) width: usize,
}

/// Tokens that are granted, as [`token`] writes them.
pub(crate) const TOKENS: Table = Table {
    name: "tokens",
    columns: "hash, id, kind, organization, target, admin, role, issuer, subject, scope, created, expires",
    width: 12,
};

/// The audit log, as [`record`] writes it.
pub(crate) const AUDIT: Table = Table {
    name: "audit",
    columns: "id, at, organization, issuer, issuer_name, subject, requested, scope, decision, code, summary, policies, \
              token, report, address, detail",
    width: 16,
};

pub(crate) fn token<'a>(hash: &'a str, token: &'a TokenRecord, values: &mut Vec<Value<'a>>) {
    values.extend([
        plain(hash),
        plain(&token.id),
        plain(token.kind.as_str()),
        maybe(&token.organization),
        maybe(&token.target),
        Value::Number(i64::from(token.admin)),
        maybe(&token.role),
        maybe(&token.issuer),
        maybe(&token.subject),
        text(&token.scope),
        Value::Number(token.created),
        token.expires.map_or(Value::Null, Value::Number),
    ]);
}

pub(crate) fn record<'a>(record: &'a AuditRecord, values: &mut Vec<Value<'a>>) {
    let AuditRecord { entry, detail, .. } = record;
    let policies = match entry.policies.as_slice() {
        [] => Cow::Borrowed("[]"),
        [0] => Cow::Borrowed("[0]"),
        some => Cow::Owned(serde_json::to_string(some).unwrap_or_default()),
    };
    values.extend([
        plain(&entry.id),
        Value::Number(entry.at),
        maybe(&entry.organization),
        maybe(&entry.issuer),
        maybe(&entry.issuer_name),
        maybe(&entry.subject),
        maybe(&entry.requested),
        maybe(&entry.scope),
        plain(&entry.decision),
        plain(&entry.code),
        text(&entry.summary),
        Value::Text(policies),
        maybe(&entry.token),
        maybe(&entry.report),
        maybe(&entry.address),
        maybe(detail),
    ]);
}

/// A text of this program's own.
pub(crate) fn plain(text: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(text))
}

/// A text of somebody else's: PostgreSQL's texts have no NUL.
pub(crate) fn text(text: &str) -> Value<'_> {
    Value::Text(if text.contains('\0') {
        Cow::Owned(crate::db::store::clean(text))
    } else {
        Cow::Borrowed(text)
    })
}

fn maybe(value: &Option<String>) -> Value<'_> {
    value.as_deref().map_or(Value::Null, text)
}
