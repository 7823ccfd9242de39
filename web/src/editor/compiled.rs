//! The edited policies, compiled, with the engine's diagnostics.

use std::sync::Arc;

use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate::policy::{PolicyDefinition, PolicySet};
use claimgate_analysis::{Policies, findings};

use claimgate_workbench::analysis::question::Settings;
use claimgate_workbench::issuers::storage::compile_policies;
use claimgate_workbench::policies::history::Content;

/// The result of compiling the edited policies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Compiled {
    /// The compiled policies, without incomplete ones of the form, if there are no other errors.
    pub(crate) set: Option<Arc<PolicySet>>,
    /// Errors.
    pub(crate) errors: Diagnostics,
    /// Warnings.
    pub(crate) findings: Vec<Diagnostic>,
}

impl Compiled {
    /// Compiles policies of an issuer. Incomplete ones of a form have errors and do not decide.
    pub(crate) fn of(content: &Content, settings: &Settings) -> Self {
        let mut compiled = Self::compile(content.policies(), settings);
        if !content.is_complete() {
            let deciding = content.deciding().ok();
            let set = deciding.and_then(|policies| {
                compile_policies(&policies, settings.report_only, settings.dialect).ok()
            });
            compiled.set = set.map(Arc::new);
        }
        compiled.errors.extend(content.blanks());
        compiled
    }

    fn compile(written: Result<Vec<PolicyDefinition>, Diagnostics>, settings: &Settings) -> Self {
        let found = written.and_then(|policies| {
            let set = compile_policies(&policies, settings.report_only, settings.dialect)?;
            let findings = findings(
                &Policies::new(&policies, settings.dialect)
                    .at(&settings.url)
                    .with_audiences(settings.audiences.as_deref())
                    .reporting(settings.report_only),
            );
            Ok((set, findings))
        });
        match found {
            Ok((set, findings)) => Self {
                set: Some(Arc::new(set)),
                errors: Diagnostics::default(),
                findings,
            },
            Err(errors) => Self {
                set: None,
                errors,
                findings: Vec::new(),
            },
        }
    }
}
