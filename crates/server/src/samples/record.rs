//! Samples as they are stored.

use claimgate::time::format_utc;
use claimgate_api::{SampleBody, SampleInput};

/// How many samples an issuer has at most.
pub const MAX_SAMPLES: i64 = 100;

/// A sample of an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleRecord {
    /// Its id.
    pub id: String,
    /// Number of its revision, from 1.
    pub version: i64,
    /// When it was created, in seconds since 1970.
    pub created: i64,
    /// When it was last changed, in seconds since 1970.
    pub modified: i64,
    /// The sample, as JSON.
    pub document: String,
}

impl From<&SampleRecord> for SampleBody {
    fn from(record: &SampleRecord) -> Self {
        let sample: SampleInput = serde_json::from_str(&record.document).unwrap_or_default();
        Self {
            id: record.id.clone(),
            version: record.version,
            created: format_utc(record.created),
            modified: format_utc(record.modified),
            name: sample.name,
            claims: sample.claims,
            request: sample.request,
            expect: sample.expect,
        }
    }
}
