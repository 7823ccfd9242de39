//! The state of issuers' keys as metrics.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::TypedMetric;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::status::IssuerStatus;
use super::store::KeyStore;

impl Collector for KeyStore {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut statuses = self.status();
        statuses.sort_by(|one, other| one.id.cmp(&other.id));
        let mut families = Families { encoder, statuses };
        families.add(
            "issuer_key_fetches",
            "Fetches of an issuer's keys.",
            |status| Some(ConstCounter::new(status.fetches)),
        )?;
        families.add(
            "issuer_key_failures",
            "Fetches of an issuer's keys that failed.",
            |status| Some(ConstCounter::new(status.failures)),
        )?;
        families.add(
            "issuer_key_age_seconds",
            "Time since an issuer's keys were fetched.",
            |status| status.age.map(|age| ConstGauge::new(age.as_secs())),
        )?;
        families.add(
            "issuer_keys_stale",
            "Whether a refresh of an issuer's keys is overdue.",
            |status| Some(ConstGauge::new(u64::from(status.is_stale))),
        )
    }
}

struct Families<'a> {
    encoder: DescriptorEncoder<'a>,
    statuses: Vec<IssuerStatus>,
}

impl Families<'_> {
    /// Writes a metric of each issuer that has it.
    fn add<M: EncodeMetric + TypedMetric>(
        &mut self,
        name: &str,
        help: &str,
        metric: impl Fn(&IssuerStatus) -> Option<M>,
    ) -> fmt::Result {
        let mut family = self.encoder.encode_descriptor(name, help, None, M::TYPE)?;
        for status in &self.statuses {
            if let Some(metric) = metric(status) {
                let labels = [("issuer", status.id.as_str())];
                metric.encode(family.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }
}
