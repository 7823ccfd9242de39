//! What the server does by itself while it runs: it looks for the changes of other replicas, deletes
//! what has expired, and keeps the refusals in the audit log within their bounds.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::audit::counts;
use crate::audit::refusals::{Kind, Omitted};
use crate::audit::retention::Retention;
use crate::clock;
use crate::db::error::StoreError;
use crate::db::writer::job::Exchange;

/// How often expired rows are deleted, and refusals summarised that were not recorded.
const INTERVAL: Duration = Duration::from_secs(600);

/// How often counts are added to the database.
const COUNTING: Duration = Duration::from_secs(15);

/// Seconds in a day.
const DAY: i64 = 86_400;

/// Polls for changes of other replicas.
pub(crate) async fn refresh(app: Arc<App>, every: Duration) {
    let mut interval = tokio::time::interval(every);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        let polled = match app.directory.refresh().await {
            Ok(_) => app.bootstrap_file.poll(&app.store).await,
            Err(error) => Err(error),
        };
        if let Err(error) = polled {
            tracing::warn!(%error, "cannot poll for changes of other replicas");
        }
    }
}

/// Deletes what has expired, every ten minutes, and trims refusals when much was written.
pub(crate) async fn clean_up(app: Arc<App>) {
    let mut interval = tokio::time::interval(INTERVAL);
    loop {
        let cleaned = tokio::select! {
            _ = interval.tick() => app.clean_up().await,
            () = app.refusals.trim_due() => app.trim_refusals().await,
        };
        if let Err(error) = cleaned {
            tracing::warn!(%error, "cannot delete expired rows");
        }
    }
}

/// Adds what was counted to the database, every few seconds.
pub(crate) async fn count(app: Arc<App>) {
    let mut interval = tokio::time::interval(COUNTING);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        if let Err(error) = app.store.add_counts(&app.counts).await {
            tracing::warn!(%error, "cannot add the counts of exchanges");
        }
    }
}

impl App {
    /// Records what was counted, and deletes what has expired or is too much.
    pub(crate) async fn clean_up(&self) -> Result<(), StoreError> {
        self.record_omitted().await;
        let now = self.clock.now();
        if let Some(openid) = &self.openid
            && let Err(error) = openid.rotate(&self.store, now).await
        {
            tracing::error!(%error, "cannot replace the keys that sign ID tokens");
        }
        let since = |days: Option<u32>| days.map(|days| now - i64::from(days) * DAY);
        let Retention {
            days, refusal_days, ..
        } = self.retention;
        // Tokens expire by the system's clock.
        self.store.clean_up(clock::now(), since(days)).await?;
        let counted = clock::now() - counts::DAYS * DAY;
        self.store.delete_counts_before(counted).await?;
        if let Some(since) = since(refusal_days) {
            self.store.delete_refusals_before(since).await?;
        }
        self.trim_refusals().await
    }

    /// Deletes the oldest refusals if there are too many.
    pub(crate) async fn trim_refusals(&self) -> Result<(), StoreError> {
        let untrimmed = self.refusals.untrimmed();
        if let Some(max_bytes) = self.retention.refusal_bytes {
            self.store.trim_refusals(max_bytes).await?;
        }
        self.refusals.set_trimmed(untrimmed);
        Ok(())
    }

    /// Records a sample and the number of the refusals that were only counted.
    pub(crate) async fn record_omitted(&self) {
        for (kind, mut omitted) in self.refusals.take_omitted() {
            if let Err(error) = self.record_kind(&kind, &mut omitted).await {
                tracing::warn!(%error, "cannot record how many refusals there were");
                self.refusals.restore(kind, omitted);
            }
        }
    }

    async fn record_kind(&self, kind: &Kind, omitted: &mut Omitted) -> Result<(), StoreError> {
        if let Some(sample) = omitted.sample.take() {
            self.write_refusal(*sample).await?;
            omitted.count -= 1;
        }
        if omitted.count > 0 {
            self.write_refusal(Exchange::of(omitted.summary(kind)))
                .await?;
        }
        Ok(())
    }

    /// Writes a refusal, and counts its bytes.
    pub(crate) async fn write_refusal(&self, refusal: Exchange) -> Result<(), StoreError> {
        let bytes = refusal.record.accounted_bytes();
        self.writer.write_exchange(refusal).await?;
        self.refusals.add_written(bytes);
        Ok(())
    }
}
