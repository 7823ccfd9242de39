//! The evidence that the audit log stores about a decision.

use std::sync::Arc;

use claimgate::exchange::ExchangeRequest;
use claimgate::inspect::Checked;

use super::compiled::CompiledOrganization;
use crate::audit::shared_document::SharedDocument;
use crate::audit::{compress, replay};
use crate::text::{MAX_TEXT, truncated};

/// The most evidence that is stored of a genuine token, in bytes.
const MAX_DETAIL: usize = 128 * 1024;

/// The most evidence that is stored of a token without a genuine signature, in bytes: anyone can
/// send such tokens, again and again.
const MAX_UNVERIFIED_DETAIL: usize = 4 * 1024;

/// The evidence of an exchange.
#[derive(Default)]
pub(super) struct Evidence {
    /// What the entry holds: the inputs of the decision, or the explanation where those do not
    /// suffice to reproduce it.
    pub(super) detail: Option<String>,
    /// What the inputs refer to.
    pub(super) documents: Vec<Arc<SharedDocument>>,
    /// The explanation as JSON, for the audit file.
    pub(super) explanation: Option<String>,
}

/// What a decision was made with.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) request: &'a ExchangeRequest,
    pub(super) organization: &'a CompiledOrganization,
    /// When, in seconds since 1970.
    pub(super) at: i64,
    /// Clock skew that was tolerated, in seconds.
    pub(super) leeway: u64,
}

impl Evidence {
    /// The evidence of a decision that is explained; `inputs` if it can be reproduced from them.
    pub(super) fn explained(
        inputs: Option<Self>,
        explanation: Option<String>,
        has_audit_file: bool,
    ) -> Self {
        match inputs {
            Some(inputs) => Self {
                explanation,
                ..inputs
            },
            None => Self {
                detail: explanation.clone(),
                documents: Vec::new(),
                explanation: explanation.filter(|_| has_audit_file),
            },
        }
    }
}

impl Context<'_> {
    /// The inputs of a decision; `None` if the explanation could not be reproduced from them.
    pub(super) fn inputs(&self, checked: &Checked) -> Option<Evidence> {
        let is_genuine = checked.is_genuine();
        let is_short =
            is_genuine || checked.token()?.signing_input().len() <= MAX_UNVERIFIED_DETAIL;
        if !is_short || self.request.scope.len() > MAX_TEXT {
            return None;
        }
        let issuer = self.organization.issuer(checked.issuer_index()?)?;
        let key = issuer.key_document(checked.key()?)?;
        let inputs = replay::record_evidence(checked, &issuer.document, &key, self.leeway)?;
        let mut documents = vec![Arc::clone(&issuer.document), key];
        let dictionary = issuer.dictionary(self.at, is_genuine.then_some(inputs.as_str()));
        let compressed = dictionary
            .and_then(|dictionary| Some((compress::compress(&inputs, &dictionary)?, dictionary)));
        let detail = match compressed {
            Some((compressed, dictionary)) => {
                documents.push(dictionary);
                compressed
            }
            None => inputs,
        };
        Some(Evidence {
            detail: Some(detail),
            documents,
            explanation: None,
        })
    }
}

/// The explanation of a decision as JSON, or a note if it is too long. It holds no credential: the
/// signature is not part of it, and claims are none.
pub(super) fn explanation(request: &ExchangeRequest, checked: Checked) -> Option<String> {
    let max = if checked.is_genuine() {
        MAX_DETAIL
    } else {
        MAX_UNVERIFIED_DETAIL
    };
    let inspection = checked.explain(&request.requested);
    let json = serde_json::to_string(&inspection).ok()?;
    if json.len() <= max {
        return Some(json);
    }
    let note = format!(
        "the evidence has {} bytes, over the limit of {max}",
        json.len()
    );
    let summary = truncated(&inspection.summary);
    serde_json::to_string(&serde_json::json!({"summary": summary, "note": note})).ok()
}
