//! Rows of access tokens.

use sqlx::any::AnyRow;

use super::record::{ListedToken, TokenKind, TokenRecord};
use crate::db::columns::{number, optional_number, optional_text, text};

impl TokenRecord {
    pub(super) fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        let kind = text(row, "kind")?;
        let unknown =
            || sqlx::Error::Decode(format!("expected a token type, found `{kind}`").into());
        Ok(Self {
            id: text(row, "id")?,
            kind: TokenKind::parse(&kind).ok_or_else(unknown)?,
            organization: optional_text(row, "organization")?,
            organization_id: optional_number(row, "organization_id")?,
            version: number(row, "version")?,
            target: optional_text(row, "target")?,
            admin: number(row, "admin")? != 0,
            role: optional_text(row, "role")?,
            issuer: optional_text(row, "issuer")?,
            subject: optional_text(row, "subject")?,
            scope: text(row, "scope")?,
            created: number(row, "created")?,
            expires: optional_number(row, "expires")?,
            revoked: optional_number(row, "revoked")?,
            is_withdrawn: number(row, "is_withdrawn")? != 0,
        })
    }
}

impl ListedToken {
    pub(super) fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        let policies = optional_text(row, "policies")?;
        let policies = policies.and_then(|policies| serde_json::from_str(&policies).ok());
        Ok(Self {
            token: TokenRecord::read(row)?,
            issuer_name: optional_text(row, "issuer_name")?,
            exchange: optional_text(row, "exchange")?,
            policies: policies.unwrap_or_default(),
        })
    }
}
