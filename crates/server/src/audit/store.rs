//! The audit log: every exchange, granted or refused, and why.

use serde::Serialize;
use sqlx::any::AnyRow;
use utoipa::ToSchema;

use crate::audit::compress;
use crate::audit::replay;

use crate::db::columns::{number, optional_text, text};
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::db::value::replace_nul;

/// What is written about an exchange.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// The reference that the caller was told.
    pub id: String,
    /// When, in seconds since 1970.
    pub at: i64,
    /// The organization that was asked for.
    pub organization: Option<String>,
    /// The id of the issuer, where the token's is registered.
    pub issuer: Option<String>,
    /// The issuer's name at that time.
    pub issuer_name: Option<String>,
    /// The token's `sub`; not to be believed where a check failed.
    pub subject: Option<String>,
    /// `organization`, `team`, `personal` or `runner`.
    pub requested: Option<String>,
    /// The scope that was asked for.
    pub scope: Option<String>,
    /// `allowed` or `denied`.
    pub decision: String,
    /// The stable code: `granted`, or why not.
    pub code: String,
    /// That in one sentence.
    pub summary: String,
    /// Indices of the policies that decided.
    pub policies: Vec<usize>,
    /// The id of the access token.
    pub token: Option<String>,
    /// What policies that only report would have denied.
    pub report: Option<String>,
    /// The address that it came from.
    pub address: Option<String>,
}

/// An entry with all evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditRecord {
    /// The entry.
    #[serde(flatten)]
    pub entry: AuditEntry,
    /// Every check and the policies' explanation, as JSON. A `note` says why there is no more, or
    /// that it was refused all the same.
    #[serde(serialize_with = "as_json")]
    #[schema(value_type = Option<Object>)]
    pub detail: Option<String>,
    /// That this version of the engine would decide otherwise, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub differs: Option<String>,
}

/// Whose entries are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditScope {
    /// An organization's.
    Organization(String),
    /// Everybody's.
    All,
    /// Those that no admin of an organization can see: of requests that name none, or one that
    /// there is not.
    Unknown,
}

/// Which entries are looked for.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only decisions of this word.
    pub decision: Option<String>,
    /// Only those with this code.
    pub code: Option<String>,
    /// Only those of the issuer with this id.
    pub issuer: Option<String>,
    /// Only those whose subject has this text in it.
    pub subject: Option<String>,
    /// Only those of this time or later.
    pub since: Option<i64>,
    /// Only those before this time.
    pub until: Option<i64>,
    /// Only those older than the entry with this id.
    pub before: Option<String>,
    /// How many at most.
    pub limit: i64,
}

impl From<&str> for AuditScope {
    fn from(organization: &str) -> Self {
        Self::Organization(organization.to_owned())
    }
}

impl AuditScope {
    /// What `$1` is, where the condition has one.
    fn organization(&self) -> Option<&str> {
        match self {
            Self::Organization(name) => Some(name),
            Self::All | Self::Unknown => None,
        }
    }

    fn condition(&self) -> &'static str {
        match self {
            Self::Organization(_) => "organization = $1",
            Self::All => "1 = 1",
            Self::Unknown => {
                "(organization IS NULL OR organization NOT IN (SELECT name FROM organizations))"
            }
        }
    }
}

fn as_json<S: serde::Serializer>(text: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    let value: Option<serde_json::Value> = text
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok());
    value.serialize(serializer)
}

impl AuditEntry {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: text(row, "id")?,
            at: number(row, "at")?,
            organization: optional_text(row, "organization")?,
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
        })
    }
}

/// The columns of an entry.
const COLUMNS: &str = "id, at, organization, issuer, issuer_name, subject, requested, scope, decision, code, summary, \
                       policies, token, report, address";

impl Store {
    /// Entries, the newest first.
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
            condition(left, &|place| format!("${place}"));
        }
        if filter.subject.is_some() {
            condition("subject LIKE", &|place| format!("${place} ESCAPE '\\'"));
        }
        for (left, _) in numbers.iter().filter(|(_, value)| value.is_some()) {
            condition(left, &|place| format!("${place}"));
        }
        let conditions = conditions.join(" AND ");
        let query = format!(
            "SELECT {COLUMNS} FROM audit WHERE {conditions} ORDER BY id DESC LIMIT {}",
            filter.limit
        );
        let mut query = sqlx::query(&query);
        if let Some(organization) = organization {
            query = query.bind(organization.to_owned());
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
        Ok(rows
            .iter()
            .map(AuditEntry::read)
            .collect::<Result<_, _>>()?)
    }

    /// One entry, with all evidence.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is none.
    pub async fn audit_record(
        &self,
        scope: impl Into<AuditScope>,
        id: &str,
    ) -> Result<AuditRecord, StoreError> {
        let scope = scope.into();
        let organization = scope.organization();
        let place = if organization.is_some() { "$2" } else { "$1" };
        let query = format!(
            "SELECT * FROM audit WHERE {} AND id = {place}",
            scope.condition()
        );
        let mut query = sqlx::query(&query);
        if let Some(organization) = organization {
            query = query.bind(organization.to_owned());
        }
        let row = query.bind(id.to_owned()).fetch_optional(&self.pool).await?;
        let row = row.ok_or(StoreError::Missing { what: "exchange" })?;
        let mut record = AuditRecord {
            entry: AuditEntry::read(&row)?,
            detail: optional_text(&row, "detail")?,
            differs: None,
        };
        if let Some(template) = record.detail.as_deref().and_then(compress::template_of) {
            let template = self.basis(template).await?;
            record.unpack(template);
        }
        if let Some(ids) = record.detail.as_deref().and_then(replay::bases) {
            let [issuer, key] = [self.basis(&ids[0]).await?, self.basis(&ids[1]).await?];
            record.recall(issuer.zip(key)).await;
        }
        let noted = record
            .detail
            .as_deref()
            .and_then(|detail| replay::noted(&record.entry, detail));
        record.detail = noted.or(record.detail);
        Ok(record)
    }

    async fn basis(&self, id: &str) -> Result<Option<String>, StoreError> {
        let query = sqlx::query("SELECT document FROM evidence WHERE id = $1").bind(id.to_owned());
        let row = query.fetch_optional(&self.pool).await?;
        Ok(row.map(|row| text(&row, "document")).transpose()?)
    }
}

impl AuditRecord {
    /// Puts what was kept in the place of what it was packed into.
    fn unpack(&mut self, template: Option<String>) {
        let packed = self.detail.take().unwrap_or_default();
        let template =
            template.ok_or_else(|| "what it was packed beside is not there any more".to_owned());
        match template.and_then(|template| compress::unpack(&packed, &template)) {
            Ok(kept) => self.detail = Some(kept),
            Err(problem) => self.give_up(&problem),
        }
    }

    fn give_up(&mut self, problem: &str) {
        let note = format!("the evidence cannot be made again: {problem}");
        self.detail =
            Some(serde_json::json!({"summary": self.entry.summary, "note": note}).to_string());
    }

    /// Puts what the engine says of it in the place of what it was decided on.
    async fn recall(&mut self, documents: Option<(String, String)>) {
        let (entry, kept) = (self.entry.clone(), self.detail.take().unwrap_or_default());
        // Thousands of policies take their time.
        let recalled = tokio::task::spawn_blocking(move || {
            let (issuer, key) =
                documents.ok_or("the policies of that time are not there any more")?;
            replay::recall(&entry, &kept, [&issuer, &key])
        });
        match recalled
            .await
            .unwrap_or_else(|_| Err("the engine failed".to_owned()))
        {
            Ok(recalled) => {
                self.detail = Some(recalled.detail);
                self.differs = recalled.differs;
            }
            Err(problem) => self.give_up(&problem),
        }
    }
}

fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}
