//! What the audit log records about an exchange.

use claimgate::claims::Value;
use claimgate::exchange::{Approval, ExchangeRequest};
use claimgate::inspect::Checked;
use claimgate::jwt::UnverifiedToken;
use claimgate_providers::tenant;

use super::{Attempt, Inputs};
use crate::audit::refusals::Charged;
use crate::exchange::compiled::CompiledOrganization;
use crate::exchange::decisions::is_long_to_explain;
use crate::exchange::evidence::{Context, Evidence, explanation};
use crate::text::truncated;

impl Attempt<'_> {
    /// Records what was granted.
    pub(super) fn record_approval(&mut self, approval: &Approval) {
        let entry = &mut self.record.entry;
        "allowed".clone_into(&mut entry.decision);
        "granted".clone_into(&mut entry.code);
        entry.policies.clone_from(&approval.policies);
        entry.summary = truncated(&approval.summary);
        if let Some(report) = &approval.report {
            entry.report = Some(truncated(&report.summary));
            self.app.metrics.reported();
        }
    }

    /// Records the evidence.
    pub(super) async fn record_evidence(&mut self, inputs: Inputs<'_>) {
        let Inputs {
            request,
            checked,
            organization,
        } = inputs;
        let context = Context {
            request,
            organization,
            at: self.now,
            leeway: self.app.leeway,
        };
        let (stored, has_audit_file) = (context.inputs(&checked), self.app.has_audit_file);
        self.evidence = match stored {
            Some(stored) if !has_audit_file => stored,
            stored => {
                let explanation = if is_long_to_explain(&checked) {
                    let request = request.clone();
                    let explain = move || explanation(&request, checked);
                    let turns = &self.app.explanations;
                    turns.run(Some(organization.id), explain).await
                } else {
                    explanation(request, checked)
                };
                Evidence::explained(stored, explanation, has_audit_file)
            }
        };
    }

    /// Records the token's subject and issuer, and whom a refusal of it is charged to.
    pub(super) fn record_token(
        &mut self,
        checked: &Checked,
        request: &ExchangeRequest,
        organization: &CompiledOrganization,
    ) {
        let entry = &mut self.record.entry;
        entry.subject = subject(checked.token()).map(truncated);
        entry.issuer_name = checked.issuer().map(|issuer| truncated(issuer.name()));
        let index = checked.issuer_index();
        let Some(issuer) = index.and_then(|index| organization.issuer(index)) else {
            return;
        };
        entry.issuer = Some(issuer.id.clone());
        self.record.is_genuine = checked.is_genuine();
        if checked.is_genuine() {
            let claims = checked.token().map(|token| &token.claims);
            let tenant = claims.and_then(|claims| tenant(&issuer.url, claims));
            self.charged = Charged::Tenant {
                organization: (organization.id, request.organization.clone()),
                issuer: issuer.id.clone(),
                tenant: self.app.refusals.tenant(&issuer.url, tenant),
            };
        }
    }
}

fn subject(token: Option<&UnverifiedToken>) -> Option<&str> {
    token?.claims.get("sub").and_then(Value::as_str)
}
