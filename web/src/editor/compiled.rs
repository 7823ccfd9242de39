//! The edited policies, compiled, with the engine's diagnostics.

use std::sync::Arc;

use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicyDefinition, PolicySet};
use claimgate_analysis::{Policies, findings};

use claimgate_workbench::issuers::storage::{StoredIssuer, compile_policies};
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

/// What the findings on policies depend on besides them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The issuer's URL.
    url: String,
    /// Whether all its denies are report-only.
    report_only: bool,
    /// The audiences that it accepts.
    audiences: Option<Vec<String>>,
}

impl Origin {
    /// That of an issuer.
    pub(crate) fn of(issuer: &StoredIssuer) -> Self {
        Self {
            url: issuer.url.clone(),
            report_only: issuer.report_only,
            audiences: issuer.audiences.clone(),
        }
    }
}

impl Compiled {
    /// Compiles policies of an issuer. Incomplete ones of a form have errors and do not decide.
    pub(crate) fn of(content: &Content, origin: &Origin, dialect: Dialect) -> Self {
        let mut compiled = Self::compile(content.policies(), origin, dialect);
        if !content.is_complete() {
            let deciding = content.deciding().ok();
            let set = deciding
                .and_then(|policies| compile_policies(&policies, origin.report_only, dialect).ok());
            compiled.set = set.map(Arc::new);
        }
        compiled.errors.extend(content.blanks());
        compiled
    }

    fn compile(
        written: Result<Vec<PolicyDefinition>, Diagnostics>,
        origin: &Origin,
        dialect: Dialect,
    ) -> Self {
        let found = written.and_then(|policies| {
            let set = compile_policies(&policies, origin.report_only, dialect)?;
            let findings = findings(
                &Policies::new(&policies, dialect)
                    .at(&origin.url)
                    .with_audiences(origin.audiences.as_deref())
                    .reporting(origin.report_only),
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
