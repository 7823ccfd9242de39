//! Queries on the audit log.

use claimgate_api::AuditEntry;
use sqlx::any::AnyRow;

use super::compress;
use super::entry::AuditRecord;
use super::replay;
use crate::db::columns::{number, optional_number, optional_text, text};
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::db::value::replace_nul;

/// The organizations whose entries a query covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditScope {
    /// The organization with an id.
    Organization(i64),
    /// All, and none.
    All,
    /// Requests that name no organization, or one that does not exist: no admin of an organization
    /// can see them.
    Unknown,
}

/// The entries that a query returns.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Decision: `allowed` or `denied`.
    pub decision: Option<String>,
    /// Code, such as `token-expired`.
    pub code: Option<String>,
    /// Id of the issuer.
    pub issuer: Option<String>,
    /// A part of the subject.
    pub subject: Option<String>,
    /// Earliest time, in seconds since 1970.
    pub since: Option<i64>,
    /// End of the time range, exclusive.
    pub until: Option<i64>,
    /// Id of an entry; only older ones are returned.
    pub before: Option<String>,
    /// Maximum number of entries.
    pub limit: i64,
}

impl From<i64> for AuditScope {
    fn from(organization: i64) -> Self {
        Self::Organization(organization)
    }
}

impl AuditScope {
    /// The value of `$1`, if the condition has one.
    pub(crate) fn organization(&self) -> Option<i64> {
        match self {
            Self::Organization(id) => Some(*id),
            Self::All | Self::Unknown => None,
        }
    }

    pub(crate) fn condition(&self) -> &'static str {
        match self {
            Self::Organization(_) => "organization_id = $1",
            Self::All => "1 = 1",
            Self::Unknown => {
                "(organization_id IS NULL OR organization_id NOT IN (SELECT id FROM organizations))"
            }
        }
    }
}

/// Columns of an entry.
const COLUMNS: &str = "id, at, organization, organization_id, issuer, issuer_name, subject, requested, scope, decision, code, summary, \
                       policies, token, report, address, omitted";

impl Store {
    /// Entries, newest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn audit(
        &self,
        scope: impl Into<AuditScope>,
        filter: &AuditFilter,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let scope = scope.into();
        let texts = [
            ("decision =", &filter.decision),
            ("code =", &filter.code),
            ("issuer =", &filter.issuer),
            ("id <", &filter.before),
        ];
        let numbers = [("at >=", filter.since), ("at <", filter.until)];
        let organization = scope.organization();
        let mut conditions = vec![scope.condition().to_owned()];
        let mut count = i32::from(organization.is_some());
        let mut condition = |left: &str, right: &dyn Fn(i32) -> String| {
            count += 1;
            conditions.push(format!("{left} {}", right(count)));
        };
        for (left, _) in texts.iter().filter(|(_, value)| value.is_some()) {
            condition(left, &|number| format!("${number}"));
        }
        if filter.subject.is_some() {
            condition("subject LIKE", &|number| format!("${number} ESCAPE '\\'"));
        }
        for (left, _) in numbers.iter().filter(|(_, value)| value.is_some()) {
            condition(left, &|number| format!("${number}"));
        }
        let conditions = conditions.join(" AND ");
        let query = format!(
            "SELECT {COLUMNS} FROM audit WHERE {conditions} ORDER BY id DESC LIMIT {}",
            filter.limit
        );
        let mut query = sqlx::query(&query);
        if let Some(organization) = organization {
            query = query.bind(organization);
        }
        for text in texts.into_iter().filter_map(|(_, text)| text.clone()) {
            query = query.bind(replace_nul(&text));
        }
        if let Some(subject) = &filter.subject {
            query = query.bind(format!("%{}%", escape_like(&replace_nul(subject))));
        }
        for number in numbers.into_iter().filter_map(|(_, number)| number) {
            query = query.bind(number);
        }
        let rows = query.fetch_all(&self.pool).await?;
        Ok(rows.iter().map(entry).collect::<Result<_, _>>()?)
    }

    /// One entry, with the evidence.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such entry.
    pub async fn audit_record(
        &self,
        scope: impl Into<AuditScope>,
        id: &str,
    ) -> Result<AuditRecord, StoreError> {
        let scope = scope.into();
        let organization = scope.organization();
        let id_parameter = if organization.is_some() { "$2" } else { "$1" };
        let query = format!(
            "SELECT * FROM audit WHERE {} AND id = {id_parameter}",
            scope.condition()
        );
        let mut query = sqlx::query(&query);
        if let Some(organization) = organization {
            query = query.bind(organization);
        }
        let row = query.bind(id.to_owned()).fetch_optional(&self.pool).await?;
        let row = row.ok_or(StoreError::Missing { what: "exchange" })?;
        let mut record = AuditRecord {
            entry: entry(&row)?,
            detail: optional_text(&row, "detail")?,
            // The list does not need it, and an entry that was read is not written again.
            is_genuine: false,
            differs: None,
            rules: None,
        };
        if let Some(id) = record.detail.as_deref().and_then(compress::dictionary_id) {
            let dictionary = self.shared_document(id).await?;
            record.decompress(dictionary);
        }
        if let Some(ids) = record.detail.as_deref().and_then(replay::document_ids) {
            let [issuer, key] = [
                self.shared_document(&ids[0]).await?,
                self.shared_document(&ids[1]).await?,
            ];
            record.replay(issuer.zip(key)).await;
        }
        let noted = record
            .detail
            .as_deref()
            .and_then(|detail| replay::with_refusal_note(&record.entry, detail));
        record.detail = noted.or(record.detail);
        Ok(record)
    }

    async fn shared_document(&self, id: &str) -> Result<Option<String>, StoreError> {
        let query = sqlx::query("SELECT document FROM evidence WHERE id = $1").bind(id.to_owned());
        let row = query.fetch_optional(&self.pool).await?;
        Ok(row.map(|row| text(&row, "document")).transpose()?)
    }
}

fn entry(row: &AnyRow) -> Result<AuditEntry, sqlx::Error> {
    Ok(AuditEntry {
        id: text(row, "id")?,
        at: number(row, "at")?,
        organization: optional_text(row, "organization")?,
        organization_id: optional_number(row, "organization_id")?,
        issuer: optional_text(row, "issuer")?,
        issuer_name: optional_text(row, "issuer_name")?,
        subject: optional_text(row, "subject")?,
        requested: optional_text(row, "requested")?,
        scope: optional_text(row, "scope")?,
        decision: text(row, "decision")?,
        code: text(row, "code")?,
        summary: text(row, "summary")?,
        policies: serde_json::from_str(&text(row, "policies")?).unwrap_or_default(),
        token: optional_text(row, "token")?,
        report: optional_text(row, "report")?,
        address: optional_text(row, "address")?,
        omitted: optional_number(row, "omitted")?,
    })
}

impl AuditRecord {
    /// Replaces compressed evidence with the original.
    fn decompress(&mut self, dictionary: Option<String>) {
        let compressed = self.detail.take().unwrap_or_default();
        let dictionary =
            dictionary.ok_or_else(|| "the text it was compressed with is missing".to_owned());
        match dictionary.and_then(|dictionary| compress::decompress(&compressed, &dictionary)) {
            Ok(original) => self.detail = Some(original),
            Err(problem) => self.set_problem(&problem),
        }
    }

    /// Replaces the stored evidence with the explanation that the engine gives for it.
    async fn replay(&mut self, documents: Option<(String, String)>) {
        let (entry, stored) = (self.entry.clone(), self.detail.take().unwrap_or_default());
        // With thousands of policies this takes a while.
        let replayed = tokio::task::spawn_blocking(move || {
            let (issuer, key) = documents.ok_or("the policies of that time are missing")?;
            replay::replay(&entry, &stored, [&issuer, &key])
        });
        match replayed
            .await
            .unwrap_or_else(|_| Err("the engine failed".to_owned()))
        {
            Ok(replay) => {
                self.detail = Some(replay.detail);
                self.differs = replay.differs;
                self.rules = Some(replay.rules);
            }
            Err(problem) => self.set_problem(&problem),
        }
    }

    /// Replaces evidence that cannot be reproduced with the reason.
    fn set_problem(&mut self, problem: &str) {
        let note = format!("the evidence cannot be made again: {problem}");
        self.detail =
            Some(serde_json::json!({"summary": self.entry.summary, "note": note}).to_string());
    }
}

fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}
