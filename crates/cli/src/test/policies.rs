//! The policies of the files that a test file names.

use std::path::{Path, PathBuf};

use claimgate::claims::Claims;
use claimgate::issuer::IssuerDefinition;
use claimgate_analysis::policy_tests::{PolicyFile, PolicySource, SampledIssuer, TestFile};
use claimgate_formats::{IssuerDocument, import};

use super::find::ENDINGS;
use crate::output::count;
use crate::questions::source_in;

/// The endings of files of policies, in the order in which they are looked for.
const POLICY_ENDINGS: [&str; 3] = ["json", "yaml", "yml"];

/// The folder of a test file, to which the names in it are relative.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The folder of a file; the current one for standard input.
    pub(super) fn of(name: &str) -> Self {
        let parent = Path::new(name).parent().filter(|_| name != "-");
        Self(parent.map(Path::to_owned).unwrap_or_default())
    }

    /// Adds the policies of a test file that does not name any: those of the file beside it.
    pub(super) fn complete(&self, file: &mut TestFile, name: &str) {
        if file.policies.is_some() {
            return;
        }
        let own = Path::new(name).file_name().unwrap_or_default();
        let own = own.to_string_lossy();
        let Some(stem) = ENDINGS.iter().find_map(|end| own.strip_suffix(end)) else {
            return;
        };
        let beside = POLICY_ENDINGS
            .iter()
            .map(|ending| format!("{stem}.{ending}"))
            .find(|beside| self.0.join(beside).is_file());
        file.policies = beside.map(PolicySource::File);
    }

    /// The policies of a file, or of a file in a revision of git.
    pub(super) fn policies(&self, name: &str) -> Result<PolicyFile, String> {
        let text = source_in(&self.0, name).map_err(|error| format!("{error:#}"))?;
        let document = import(&text).map_err(|errors| {
            let first = errors.first().map(ToString::to_string).unwrap_or_default();
            let errors = count(errors.len(), "error", "errors");
            format!("`{name}` has {errors}, which `claimgate check` shows: {first}")
        })?;
        let issuers = if document.kind.has_only_policies() {
            let alone = IssuerDefinition {
                policies: document.policies,
                ..IssuerDefinition::default()
            };
            vec![alone.into()]
        } else {
            document.issuers.into_iter().map(sampled).collect()
        };
        Ok(PolicyFile {
            issuers,
            dialect: document.dialect,
        })
    }
}

fn sampled(issuer: IssuerDocument) -> SampledIssuer {
    let samples = issuer.samples.into_iter();
    SampledIssuer {
        definition: issuer.definition,
        samples: samples
            .filter_map(|sample| Some((sample.name, Claims::from_json(&sample.claims).ok()?)))
            .collect(),
    }
}
