//! Refusals: recorded, or counted if there are too many.

use std::time::Duration;

use claimgate::exchange::ExchangeError;

use super::{Attempt, Inputs};
use crate::audit::refusals::Kind;
use crate::exchange::failure::{ExchangeFailure, RATE_LIMITED};
use crate::text::redacted;

impl Attempt<'_> {
    /// Records a refusal. If that fails, the caller gets that failure: there is nothing to find
    /// under the reference. `context` is added to the entry, and the evidence of `inputs`.
    pub(super) async fn refuse<T>(
        mut self,
        error: ExchangeError,
        context: Option<String>,
        inputs: Option<Inputs<'_>>,
    ) -> Result<T, ExchangeFailure> {
        let mut summary = error.to_string();
        for more in [error.help(), context].into_iter().flatten() {
            summary = format!("{summary}; {more}");
        }
        let is_recorded = self.deny(error.code(), redacted(&summary), inputs).await?;
        Err(ExchangeFailure::Refused { error, is_recorded })
    }

    /// Records that there are too many exchanges: `problem` says of what, and `wait` until when.
    pub(super) async fn limit<T>(
        mut self,
        problem: &'static str,
        wait: Duration,
    ) -> Result<T, ExchangeFailure> {
        self.app.metrics.limited();
        let summary = format!("denied: {problem}");
        let is_recorded = self.deny(RATE_LIMITED, summary, None).await?;
        Err(ExchangeFailure::RateLimited {
            problem,
            wait,
            is_recorded,
        })
    }

    /// Records a refusal, or only counts it if there are too many. Returns whether it is recorded.
    pub(super) async fn deny(
        &mut self,
        code: &str,
        summary: String,
        inputs: Option<Inputs<'_>>,
    ) -> Result<bool, ExchangeFailure> {
        let entry = &mut self.record.entry;
        "denied".clone_into(&mut entry.decision);
        code.clone_into(&mut entry.code);
        entry.summary = summary;
        *entry = std::mem::take(entry).with_denial();
        let (counts, counted) = (&self.app.counts, self.counted(false));
        counted
            .into_iter()
            .for_each(|counted| counts.add(counted, &self.effects));
        let budgets = &self.app.refusals;
        if budgets.admit(&self.charged, self.app.clock.instant()) {
            if let Some(inputs) = inputs {
                self.record_evidence(inputs).await;
            }
            let refusal = self.exchange(None, None);
            let written = self.app.write_refusal(refusal).await;
            return written.map(|()| true).map_err(ExchangeFailure::Store);
        }
        self.app.metrics.omitted(self.charged.is_genuine());
        if let Some(kind) = budgets.count(self.kind(), self.now) {
            if let Some(inputs) = inputs {
                self.record_evidence(inputs).await;
            }
            budgets.keep_sample(&kind, self.exchange(None, None));
        }
        Ok(false)
    }

    /// The refusals that this one is counted with.
    fn kind(&self) -> Kind {
        let entry = &self.record.entry;
        Kind {
            organization: self.charged.organization().cloned(),
            issuer: entry.issuer.clone(),
            issuer_name: entry.issuer_name.clone(),
            code: entry.code.clone(),
            is_genuine: self.record.is_genuine,
        }
    }
}
