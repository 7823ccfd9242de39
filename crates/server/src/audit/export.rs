//! Exports of the audit log: what a search finds, as CSV or as lines of JSON.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use claimgate::time::format_utc;
use claimgate_api::AuditEntry;
use hyper::body::{Body, Bytes, Frame};
use tokio::sync::mpsc;

use super::query::continuation;
use super::scope::AuditScope;
use super::search::AuditFilter;
use crate::db::store::Store;

/// How many entries are read at a time.
const PAGE: i64 = 500;

/// How many searches in a row may find nothing, before an export ends with an error.
const MAX_IN_VAIN: u32 = 10;

/// The columns of CSV, in the order of [`row`].
const COLUMNS: &str = "reference,time,organization,decision,code,denial,summary,policies,issuer,issuerName,subject,requested,\
                       scope,token,report,address,omitted\r\n";

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Csv,
    JsonLines,
}

impl Form {
    fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::JsonLines => "application/jsonl",
        }
    }

    fn file_name(self) -> &'static str {
        match self {
            Self::Csv => "attachment; filename=\"exchanges.csv\"",
            Self::JsonLines => "attachment; filename=\"exchanges.jsonl\"",
        }
    }

    fn start(self) -> &'static str {
        match self {
            Self::Csv => COLUMNS,
            Self::JsonLines => "",
        }
    }

    fn write(self, entry: &AuditEntry, text: &mut String) {
        match self {
            Self::Csv => *text += &row(entry),
            Self::JsonLines => {
                *text += &serde_json::to_string(entry).unwrap_or_default();
                text.push('\n');
            }
        }
    }
}

/// Answers with everything that a filter finds, newest first. It is read while the client takes it.
pub(super) fn respond(
    store: Store,
    scope: AuditScope,
    filter: AuditFilter,
    form: Form,
) -> Response {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        if let Err(error) = send(&store, &scope, filter, form, &sender).await {
            tracing::warn!(%error, "an export ends early");
            let _ = sender.send(Err(error)).await;
        }
    });
    let headers = [
        (header::CONTENT_TYPE, form.content_type()),
        (header::CONTENT_DISPOSITION, form.file_name()),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    (headers, axum::body::Body::new(Pieces(receiver))).into_response()
}

/// Sends a page after the other, until the last one, or until the client takes no more.
async fn send(
    store: &Store,
    scope: &AuditScope,
    filter: AuditFilter,
    form: Form,
    sender: &mpsc::Sender<io::Result<Bytes>>,
) -> io::Result<()> {
    let mut filter = AuditFilter {
        limit: PAGE,
        ..filter
    };
    let mut text = form.start().to_owned();
    let mut in_vain = 0;
    loop {
        let found = store.audit(scope.clone(), &filter).await;
        let found = found.map_err(io::Error::other)?;
        found
            .entries
            .iter()
            .for_each(|entry| form.write(entry, &mut text));
        in_vain = if text.is_empty() { in_vain + 1 } else { 0 };
        if !text.is_empty()
            && sender
                .send(Ok(std::mem::take(&mut text).into()))
                .await
                .is_err()
        {
            return Ok(());
        }
        match continuation(&found, filter.limit).0 {
            Some(_) if in_vain >= MAX_IN_VAIN => {
                return Err(io::Error::other("too little was found"));
            }
            Some(next) => filter.before = Some(next),
            None => return Ok(()),
        }
    }
}

/// A body that comes through a channel.
struct Pieces(mpsc::Receiver<io::Result<Bytes>>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let piece = self.0.poll_recv(context);
        piece.map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

fn row(entry: &AuditEntry) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let policies: Vec<_> = entry.policies.iter().map(ToString::to_string).collect();
    let cells = [
        entry.id.clone(),
        format_utc(entry.at),
        text(&entry.organization),
        entry.decision.clone(),
        entry.code.clone(),
        text(&entry.denial),
        entry.summary.clone(),
        policies.join(" "),
        text(&entry.issuer),
        text(&entry.issuer_name),
        text(&entry.subject),
        text(&entry.requested),
        text(&entry.scope),
        text(&entry.token),
        text(&entry.report),
        text(&entry.address),
        entry
            .omitted
            .map(|count| count.to_string())
            .unwrap_or_default(),
    ];
    let cells = cells.map(|cell| quoted(&cell));
    format!("{}\r\n", cells.join(","))
}

/// A cell (RFC 4180). Callers choose some of these texts: a spreadsheet must not read one as a formula.
fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if is_formula { "'" } else { "" };
    if !is_formula && !cell.contains(['"', ',', '\r', '\n']) {
        return cell.to_owned();
    }
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use claimgate_api::AuditEntry;

    use super::{COLUMNS, quoted, row};

    #[test]
    fn a_cell_is_one_text_and_never_a_formula() {
        for (cell, expected) in [
            ("", ""),
            ("repo:acme/app", "repo:acme/app"),
            ("a,b", "\"a,b\""),
            ("say \"a\"\r\n", "\"say \"\"a\"\"\r\n\""),
            ("=1+1", "\"'=1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("-1", "\"'-1\""),
        ] {
            assert_eq!(quoted(cell), expected);
        }
    }

    #[test]
    fn a_row_has_a_cell_for_each_column() {
        let row = row(&AuditEntry::default());
        assert_eq!(row.matches(',').count(), COLUMNS.matches(',').count());
    }
}
