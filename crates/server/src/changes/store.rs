//! Changes in the database: each is recorded in the transaction that makes it.

use std::sync::Arc;

use claimgate_api::{ChangeAuthor, ChangeBody, ChangeEntry};
use sqlx::any::AnyRow;

use super::record::{Author, Change};
use crate::audit::file::AuditFile;
use crate::audit::store::AuditScope;
use crate::db::columns::{number, optional_number, optional_text, text};
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::db::transaction::Transaction;
use crate::db::value::replace_nul;

/// The changes that a query returns.
#[derive(Clone, Debug, Default)]
pub struct ChangeFilter {
    /// The code, such as `policies-replaced`.
    pub code: Option<String>,
    /// The id of the issuer.
    pub issuer: Option<String>,
    /// Earliest time, in seconds since 1970.
    pub since: Option<i64>,
    /// End of the time range, exclusive.
    pub until: Option<i64>,
    /// Id of a change; only older ones are returned.
    pub before: Option<String>,
    /// Maximum number of changes.
    pub limit: i64,
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
        mut transaction: Transaction,
        change: Change,
    ) -> Result<(), StoreError> {
        let change = change.by(&self.author);
        insert(&mut transaction, &change).await?;
        transaction.commit().await?;
        log(&change.entry);
        let audit_file = self.audit_file.clone();
        // Writing a file blocks.
        let written = tokio::task::spawn_blocking(move || audit_file.write_change(&change));
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
        filter: &ChangeFilter,
    ) -> Result<Vec<ChangeEntry>, StoreError> {
        let scope = scope.into();
        let texts = [
            ("code =", &filter.code),
            ("issuer =", &filter.issuer),
            ("id <", &filter.before),
        ];
        let numbers = [("at >=", filter.since), ("at <", filter.until)];
        let of_texts = texts.iter().filter(|(_, value)| value.is_some());
        let of_numbers = numbers.iter().filter(|(_, value)| value.is_some());
        let lefts = of_texts
            .map(|(left, _)| *left)
            .chain(of_numbers.map(|(left, _)| *left));
        let first = if scope.organization().is_some() { 2 } else { 1 };
        let conditions: String = (first..)
            .zip(lefts)
            .map(|(number, left)| format!(" AND {left} ${number}"))
            .collect();
        let query = format!(
            "SELECT id, at, organization, organization_id, code, summary, issuer, name, author FROM changes
             WHERE {}{conditions} ORDER BY id DESC LIMIT {}",
            scope.condition(),
            filter.limit
        );
        let mut query = sqlx::query(&query);
        if let Some(organization) = scope.organization() {
            query = query.bind(organization);
        }
        for text in texts.into_iter().filter_map(|(_, text)| text.clone()) {
            query = query.bind(replace_nul(&text));
        }
        for number in numbers.into_iter().filter_map(|(_, number)| number) {
            query = query.bind(number);
        }
        let rows = query.fetch_all(&self.pool).await?;
        Ok(rows.iter().map(entry).collect::<Result<_, _>>()?)
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
        let scope = scope.into();
        let parameter = if scope.organization().is_some() {
            "$2"
        } else {
            "$1"
        };
        let query = format!(
            "SELECT * FROM changes WHERE {} AND id = {parameter}",
            scope.condition()
        );
        let mut query = sqlx::query(&query);
        if let Some(organization) = scope.organization() {
            query = query.bind(organization);
        }
        let row = query.bind(id.to_owned()).fetch_optional(&self.pool).await?;
        let row = row.ok_or(StoreError::Missing { what: "change" })?;
        let json = |column| {
            let text = optional_text(&row, column)?;
            Ok::<_, sqlx::Error>(text.and_then(|text| serde_json::from_str(&text).ok()))
        };
        Ok(ChangeBody {
            before: json("earlier")?,
            after: json("later")?,
            entry: entry(&row)?,
        })
    }
}

async fn insert(transaction: &mut Transaction, change: &ChangeBody) -> Result<(), StoreError> {
    let ChangeBody {
        entry,
        before,
        after,
    } = change;
    let insert = "INSERT INTO changes (id, at, organization, organization_id, code, summary, issuer, name, author,
                      earlier, later)
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
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
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

fn entry(row: &AnyRow) -> Result<ChangeEntry, sqlx::Error> {
    let by = serde_json::from_str::<ChangeAuthor>(&text(row, "author")?);
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
