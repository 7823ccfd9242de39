//! Rows of issuers and policies.

use sqlx::any::AnyRow;

use super::record::{IssuerRecord, IssuerSettings, PolicyRecord};
use crate::db::columns::{number, optional_number, optional_text, text};

impl IssuerRecord {
    pub(super) fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        let thumbprints = serde_json::from_str(&text(row, "thumbprints")?);
        let audiences = optional_text(row, "audiences")?;
        let audiences = audiences
            .map(|list| serde_json::from_str(&list))
            .transpose();
        Ok(Self {
            id: text(row, "id")?,
            organization: text(row, "organization")?,
            settings: IssuerSettings {
                name: text(row, "name")?,
                thumbprints: thumbprints.map_err(|error| sqlx::Error::Decode(error.into()))?,
                jwks: optional_text(row, "jwks")?,
                max_expiration: optional_number(row, "max_expiration")?,
                single_use: number(row, "single_use")? != 0,
                report_only: number(row, "report_only")? != 0,
                audiences: audiences.map_err(|error| sqlx::Error::Decode(error.into()))?,
            },
            url: text(row, "url")?,
            version: number(row, "version")?,
            created: number(row, "created")?,
            modified: number(row, "modified")?,
            last_used: optional_number(row, "last_used")?,
        })
    }
}

impl PolicyRecord {
    pub(super) fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: text(row, "id")?,
            issuer: text(row, "issuer")?,
            version: number(row, "version")?,
            created: number(row, "created")?,
            modified: number(row, "modified")?,
            document: text(row, "document")?,
        })
    }
}
