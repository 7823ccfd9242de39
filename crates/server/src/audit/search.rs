//! The search in a log, of exchanges or of changes: newest first, in the organizations of a scope.
//!
//! What an index leads to is bounded by itself: the organization, ids, times. Everything else is compared
//! with one row after the other, so a search ends after [`MAX_ROWS`] rows and says how far it came.

use sqlx::AnyPool;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;

use super::scope::AuditScope;
use crate::db::columns::{number, text};
use crate::db::error::StoreError;
use crate::db::store::Store;
use crate::db::value::replace_nul;
use crate::random;

/// How many rows one search looks at.
pub const MAX_ROWS: i64 = 200_000;

/// How far the time of an entry may be from that in its id, in seconds.
const TIME_MARGIN: i64 = 60;

/// What is looked for in a log. What is absent does not restrict the search.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Reference of the entry.
    pub reference: Option<String>,
    /// Decision: `allowed` or `denied`.
    pub decision: Option<String>,
    /// Of refusals by policies: `policy` if a policy denies, `default` if none allows.
    pub denial: Option<String>,
    /// Code, such as `token-expired`, or that of a change.
    pub code: Option<String>,
    /// Id of the issuer.
    pub issuer: Option<String>,
    /// Of changes: what was changed, as its name.
    pub name: Option<String>,
    /// A part of the subject.
    pub subject: Option<String>,
    /// The beginning of the caller's address.
    pub address: Option<String>,
    /// A reference or a code, a part of the subject, or the beginning of the address.
    pub any: Option<String>,
    /// Earliest time, in seconds since 1970.
    pub since: Option<i64>,
    /// End of the time range, exclusive.
    pub until: Option<i64>,
    /// Id of an entry; only older ones are returned.
    pub before: Option<String>,
    /// Maximum number of entries.
    pub limit: i64,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    /// The entries, newest first.
    pub entries: Vec<T>,
    /// The last row that was looked at, if the search has ended before all of them were: its id and its
    /// time.
    pub reached: Option<(String, i64)>,
}

/// The entries of a log.
pub(crate) trait Logged: Sized {
    /// The table.
    const TABLE: &'static str;
    /// The columns of an entry.
    const COLUMNS: &'static str;
    /// What an entry is, for errors.
    const WHAT: &'static str;

    fn read(row: &AnyRow) -> Result<Self, sqlx::Error>;

    fn id(&self) -> &str;
}

impl Store {
    /// Entries of a log, newest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub(crate) async fn search<T: Logged>(
        &self,
        scope: &AuditScope,
        filter: &AuditFilter,
    ) -> Result<Found<T>, StoreError> {
        let mut sql = Sql::default();
        let rows = sql.bounds::<T>(scope, filter);
        let bound = sql.values.len();
        let conditions = sql.conditions(scope, filter);
        let query = format!(
            "SELECT * FROM (SELECT {} FROM {rows} ORDER BY id DESC LIMIT {MAX_ROWS}) AS recent
             WHERE {conditions} ORDER BY id DESC LIMIT {}",
            T::COLUMNS,
            filter.limit
        );
        let found = bind(&query, &sql.values).fetch_all(&self.pool).await?;
        let entries: Vec<_> = found.iter().map(T::read).collect::<Result<_, _>>()?;
        let is_full = i64::try_from(entries.len()).is_ok_and(|count| count == filter.limit);
        let last = format!(
            "SELECT id, at FROM {rows} ORDER BY id DESC LIMIT 1 OFFSET {}",
            MAX_ROWS - 1
        );
        let reached = match is_full {
            true => None,
            false => reached(&self.pool, &last, &sql.values[..bound]).await?,
        };
        Ok(Found { entries, reached })
    }

    /// The row of an entry.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is none in that scope.
    pub(crate) async fn logged<T: Logged>(
        &self,
        scope: &AuditScope,
        id: &str,
    ) -> Result<AnyRow, StoreError> {
        let filter = AuditFilter {
            reference: Some(id.to_owned()),
            ..AuditFilter::default()
        };
        let mut sql = Sql::default();
        let rows = sql.bounds::<T>(scope, &filter);
        let query = format!("SELECT * FROM {rows} AND {}", scope.condition());
        let row = bind(&query, &sql.values).fetch_optional(&self.pool).await?;
        row.ok_or(StoreError::Missing { what: T::WHAT })
    }
}

async fn reached(
    pool: &AnyPool,
    query: &str,
    values: &[Value],
) -> Result<Option<(String, i64)>, StoreError> {
    let row = bind(query, values).fetch_optional(pool).await?;
    let read = |row: &AnyRow| Ok::<_, sqlx::Error>((text(row, "id")?, number(row, "at")?));
    Ok(row.as_ref().map(read).transpose()?)
}

#[derive(Clone, Debug)]
enum Value {
    Text(String),
    Number(i64),
}

fn bind<'a>(sql: &'a str, values: &[Value]) -> Query<'a, sqlx::Any, AnyArguments<'a>> {
    let query = sqlx::query(sql);
    values
        .iter()
        .cloned()
        .fold(query, |query, value| match value {
            Value::Text(text) => query.bind(text),
            Value::Number(number) => query.bind(number),
        })
}

/// Conditions with their values.
#[derive(Default)]
struct Sql {
    values: Vec<Value>,
}

impl Sql {
    /// A parameter.
    fn number(&mut self, number: i64) -> String {
        self.values.push(Value::Number(number));
        format!("${}", self.values.len())
    }

    /// A parameter.
    fn text(&mut self, text: &str) -> String {
        self.values.push(Value::Text(replace_nul(text)));
        format!("${}", self.values.len())
    }

    /// The table with the conditions that an index leads to.
    fn bounds<T: Logged>(&mut self, scope: &AuditScope, filter: &AuditFilter) -> String {
        let organization = scope.organization().map(|id| self.number(id));
        let mut all = vec!["1 = 1".to_owned()];
        all.extend(organization.map(|id| format!("organization_id = {id}")));
        let first = |seconds: i64| random::first_id(seconds);
        let since = filter.since.map(|at| first(at.saturating_sub(TIME_MARGIN)));
        let until = filter.until.map(|at| first(at.saturating_add(TIME_MARGIN)));
        for (left, value) in [
            ("id =", &filter.reference),
            ("id <", &filter.before),
            ("id >=", &since),
            ("id <", &until),
        ] {
            all.extend(
                value
                    .iter()
                    .map(|value| format!("{left} {}", self.text(value))),
            );
        }
        format!("{} WHERE {}", T::TABLE, all.join(" AND "))
    }

    /// The other conditions.
    fn conditions(&mut self, scope: &AuditScope, filter: &AuditFilter) -> String {
        let mut all = vec![scope.condition().to_owned()];
        for (left, value) in [
            ("decision =", &filter.decision),
            ("code =", &filter.code),
            ("issuer =", &filter.issuer),
            ("name =", &filter.name),
        ] {
            all.extend(
                value
                    .iter()
                    .map(|value| format!("{left} {}", self.text(value))),
            );
        }
        all.extend(filter.denial.iter().map(|denial| {
            let policies = if denial == "policy" { "<>" } else { "=" };
            format!("(code = 'denied' AND policies {policies} '[]')")
        }));
        for (left, value) in [("at >=", filter.since), ("at <", filter.until)] {
            all.extend(value.map(|value| format!("{left} {}", self.number(value))));
        }
        all.extend(
            filter
                .subject
                .iter()
                .map(|part| self.contains("subject", part)),
        );
        all.extend(
            filter
                .address
                .iter()
                .map(|start| self.begins("address", start)),
        );
        all.extend(filter.any.iter().map(|word| self.any(word)));
        all.join(" AND ")
    }

    fn any(&mut self, word: &str) -> String {
        let exact = self.text(word);
        let subject = self.contains("subject", word);
        let address = self.begins("address", word);
        format!("(id = {exact} OR code = {exact} OR {subject} OR {address})")
    }

    fn contains(&mut self, column: &str, part: &str) -> String {
        self.like(column, &format!("%{}%", escape_like(part)))
    }

    fn begins(&mut self, column: &str, start: &str) -> String {
        self.like(column, &format!("{}%", escape_like(start)))
    }

    fn like(&mut self, column: &str, pattern: &str) -> String {
        format!("{column} LIKE {} ESCAPE '\\'", self.text(pattern))
    }
}

fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}
