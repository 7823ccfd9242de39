//! Changes in the database: each is recorded in the transaction that makes it.

use std::sync::Arc;

use claimgate_api::{ChangeAuthor, ChangeBody, ChangeEntry};
use serde::de::IgnoredAny;
use sqlx::any::AnyRow;

use super::record::{Author, Change};
use crate::audit::file::AuditFile;
use crate::audit::scope::AuditScope;
use crate::audit::search::{AuditFilter, Found, Logged};
use crate::db::columns::{number, optional_number, optional_text, text};
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::db::transaction::Transaction;

impl Logged for ChangeEntry {
    const TABLE: &'static str = "changes";
    const COLUMNS: &'static str =
        "id, at, organization, organization_id, code, summary, issuer, name, author, findings";
    const WHAT: &'static str = "change";

    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        entry(row)
    }

    fn id(&self) -> &str {
        &self.id
    }
}

impl Store {
    /// The same database, for changes by an author. Without one, they are the server's own.
    #[must_use]
    pub fn by(&self, author: Author) -> Self {
        Self {
            author: Arc::new(author),
            ..self.clone()
        }
    }

    /// The same database, with a file that changes are also written to.
    pub(crate) fn with_audit_file(self, audit_file: AuditFile) -> Self {
        Self { audit_file, ..self }
    }

    /// Commits a transaction that makes a change, and records the change with it.
    pub(crate) async fn commit_change(
        &self,
        transaction: Transaction,
        change: Change,
    ) -> Result<(), StoreError> {
        self.commit_changes(transaction, vec![change]).await
    }

    /// Commits a transaction, and records what was done with it.
    pub(crate) async fn commit_changes(
        &self,
        mut transaction: Transaction,
        changes: Vec<Change>,
    ) -> Result<(), StoreError> {
        let changes: Vec<_> = changes
            .into_iter()
            .map(|change| change.by(&self.author))
            .collect();
        for change in &changes {
            insert(&mut transaction, change).await?;
        }
        transaction.commit().await?;
        for change in &changes {
            log(&change.entry);
        }
        let audit_file = self.audit_file.clone();
        // Writing a file blocks.
        let written = tokio::task::spawn_blocking(move || {
            for change in &changes {
                audit_file.write_change(change);
            }
        });
        let _ = written.await;
        Ok(())
    }

    /// Changes, newest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn changes(
        &self,
        scope: impl Into<AuditScope>,
        filter: &AuditFilter,
    ) -> Result<Found<ChangeEntry>, StoreError> {
        self.search(&scope.into(), filter).await
    }

    /// One change, with what it changed.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such change.
    pub async fn change(
        &self,
        scope: impl Into<AuditScope>,
        id: &str,
    ) -> Result<ChangeBody, StoreError> {
        let row = self.logged::<ChangeEntry>(&scope.into(), id).await?;
        let json = |column| {
            let text = optional_text(&row, column)?;
            Ok::<_, sqlx::Error>(text.and_then(|text| serde_json::from_str(&text).ok()))
        };
        let findings = optional_text(&row, "findings")?;
        Ok(ChangeBody {
            before: json("earlier")?,
            after: json("later")?,
            findings: findings
                .and_then(|list| serde_json::from_str(&list).ok())
                .unwrap_or_default(),
            entry: entry(&row)?,
        })
    }
}

async fn insert(transaction: &mut Transaction, change: &ChangeBody) -> Result<(), StoreError> {
    let ChangeBody {
        entry,
        before,
        after,
        findings,
    } = change;
    let insert = "INSERT INTO changes (id, at, organization, organization_id, code, summary, issuer, name, author,
                      earlier, later, findings)
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let json = |value: &Option<serde_json::Value>| value.as_ref().map(serde_json::Value::to_string);
    sqlx::query(insert)
        .bind(entry.id.clone())
        .bind(entry.at)
        .bind(entry.organization.clone())
        .bind(entry.organization_id)
        .bind(entry.code.clone())
        .bind(entry.summary.clone())
        .bind(entry.issuer.clone())
        .bind(entry.name.clone())
        .bind(serde_json::to_string(&entry.by).unwrap_or_default())
        .bind(json(before))
        .bind(json(after))
        .bind((!findings.is_empty()).then(|| serde_json::to_string(findings).unwrap_or_default()))
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

fn entry(row: &AnyRow) -> Result<ChangeEntry, sqlx::Error> {
    let by = serde_json::from_str::<ChangeAuthor>(&text(row, "author")?);
    let findings = optional_text(row, "findings")?;
    let findings = findings.and_then(|list| serde_json::from_str::<Vec<IgnoredAny>>(&list).ok());
    Ok(ChangeEntry {
        id: text(row, "id")?,
        at: number(row, "at")?,
        organization: optional_text(row, "organization")?,
        organization_id: optional_number(row, "organization_id")?,
        code: text(row, "code")?,
        summary: text(row, "summary")?,
        issuer: optional_text(row, "issuer")?,
        name: optional_text(row, "name")?,
        by: by.unwrap_or_default(),
        warnings: findings.map_or(0, |list| list.len()),
    })
}

/// The line of a change in the server's log. `id` is that of what was changed.
fn log(change: &ChangeEntry) {
    let ChangeEntry {
        id: reference,
        organization,
        summary,
        issuer,
        name,
        by,
        ..
    } = change;
    let (id, name) = match issuer {
        Some(issuer) => (Some(issuer), name.as_ref()),
        None => (name.as_ref(), None),
    };
    let ChangeAuthor {
        kind,
        token,
        issuer,
        subject,
        ..
    } = by;
    tracing::info!(
        target: "claimgate::changes",
        reference, organization, id, name, by = token, kind, issuer, subject, "{summary}"
    );
}
