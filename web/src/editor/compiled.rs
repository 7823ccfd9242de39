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
    /// Whether the policies compile as they are written, incomplete ones included.
    compiles: bool,
}

impl Compiled {
    /// Compiles policies of an issuer, which are those of the content. Incomplete ones of a form have
    /// errors and do not decide.
    pub(crate) fn of(
        content: &Content,
        written: &Result<Vec<PolicyDefinition>, Diagnostics>,
        settings: &Settings,
    ) -> Self {
        let compile =
            |policies: &[_]| compile_policies(policies, settings.report_only, settings.dialect);
        let set = match written {
            Ok(policies) => compile(policies),
            Err(errors) => Err(errors.clone()),
        };
        let (set, mut errors) = match set {
            Ok(set) => (Some(set), Diagnostics::default()),
            Err(errors) => (None, errors),
        };
        let compiles = set.is_some();
        let set = match content.is_complete() {
            true => set,
            false => content
                .deciding()
                .and_then(|policies| compile(&policies))
                .ok(),
        };
        errors.extend(content.blanks());
        Self {
            set: set.map(Arc::new),
            errors,
            compiles,
        }
    }
}

/// What can be read off the text of policies that compile.
pub(crate) fn findings_on_text(
    written: &Result<Vec<PolicyDefinition>, Diagnostics>,
    compiled: &Compiled,
    settings: &Settings,
) -> Vec<Diagnostic> {
    match written {
        Ok(policies) if compiled.compiles => findings(
            &Policies::new(policies, settings.dialect)
                .at(&settings.url)
                .with_audiences(settings.audiences.as_deref())
                .reporting(settings.report_only),
        ),
        _ => Vec::new(),
    }
}
