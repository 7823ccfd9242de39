//! Compiling policies: parsing every path and pattern, and checking every field.

use std::collections::HashMap;
use std::sync::Arc;

use super::compiled::{CompiledPolicy, Rule, Target};
use super::index::Index;
use super::{Decision, PolicyDefinition, REPORT_ONLY, TokenType};
use crate::claim_names::readable;
use crate::claim_path::{ClaimPath, ClaimPathError};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::pattern::{Dialect, Pattern};

/// Compiled policies. It cannot be partly invalid.
#[derive(Clone, Debug)]
pub struct PolicySet {
    policies: Vec<CompiledPolicy>,
    index: Index,
}

impl PolicySet {
    /// Compiles policies, or returns all errors in them.
    ///
    /// # Errors
    /// All errors in the order of the policies, with paths from `policies[0]`.
    ///
    /// ```
    /// use claimgate::pattern::Dialect;
    /// use claimgate::policy::{Decision, PolicyDefinition, PolicySet, TokenType};
    ///
    /// let allow = PolicyDefinition::new(Decision::Allow, TokenType::Organization);
    /// // An allow needs a rule.
    /// assert!(PolicySet::compile(&[allow.clone()], Dialect::Pulumi).is_err());
    /// assert!(PolicySet::compile(&[allow.rule("sub", "repo:octo-org/*")], Dialect::Pulumi).is_ok());
    /// ```
    pub fn compile(
        definitions: &[PolicyDefinition],
        dialect: Dialect,
    ) -> Result<Self, Diagnostics> {
        Self::compile_for(definitions, dialect, false)
    }

    /// Compiles policies of an issuer with `reportOnly`: every deny is report-only.
    ///
    /// # Errors
    /// As [`PolicySet::compile`].
    pub fn compile_report_only(
        definitions: &[PolicyDefinition],
        dialect: Dialect,
    ) -> Result<Self, Diagnostics> {
        Self::compile_for(definitions, dialect, true)
    }

    fn compile_for(
        definitions: &[PolicyDefinition],
        dialect: Dialect,
        denies_report: bool,
    ) -> Result<Self, Diagnostics> {
        let mut compiler = Compiler {
            dialect,
            denies_report,
            paths: HashMap::new(),
            patterns: HashMap::new(),
            errors: Diagnostics::default(),
        };
        let policies: Vec<_> = definitions
            .iter()
            .enumerate()
            .filter_map(|(index, definition)| {
                compiler.policy(&format!("policies[{index}]"), definition)
            })
            .collect();
        compiler.errors.or(())?;
        let index = Index::build(&policies);
        Ok(Self { policies, index })
    }

    /// The number of policies.
    #[must_use]
    pub fn len(&self) -> usize {
        self.policies.len()
    }

    /// Whether there are no policies, so that every request is denied.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// The claims that rules use, each once, in no particular order. Decisions depend on no other
    /// claim.
    ///
    /// ```
    /// use claimgate::pattern::Dialect;
    /// use claimgate::policy::{Decision, PolicyDefinition, PolicySet, TokenType};
    ///
    /// let deny = PolicyDefinition::new(Decision::Deny, TokenType::Organization).rule("sub", "*:pull_request");
    /// let set = PolicySet::compile(&[deny], Dialect::Pulumi).unwrap();
    /// assert_eq!(set.claim_paths().map(|path| path.source()).collect::<Vec<_>>(), ["sub"]);
    /// ```
    pub fn claim_paths(&self) -> impl Iterator<Item = &ClaimPath> {
        let mut seen = std::collections::HashSet::new();
        let paths = self
            .policies
            .iter()
            .flat_map(|policy| &policy.rules)
            .map(|rule| &*rule.path);
        paths.filter(move |path| seen.insert(path.segments()))
    }

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    pub(crate) fn policies(&self) -> &[CompiledPolicy] {
        &self.policies
    }
}

/// Compiles each distinct claim path and pattern once.
struct Compiler<'a> {
    dialect: Dialect,
    denies_report: bool,
    paths: HashMap<&'a str, Arc<ClaimPath>>,
    patterns: HashMap<&'a str, Arc<Pattern>>,
    errors: Diagnostics,
}

impl<'a> Compiler<'a> {
    fn policy(&mut self, path: &str, definition: &'a PolicyDefinition) -> Option<CompiledPolicy> {
        self.misplaced_fields(path, definition);
        self.report_only(path, definition);
        let is_deny = definition.decision == Decision::Deny;
        let target = self.target(path, definition);
        let rules = self.rules(path, definition);
        Some(CompiledPolicy {
            decision: definition.decision,
            report_only: is_deny && (definition.report_only || self.denies_report),
            target: target?,
            rules,
        })
    }

    fn report_only(&mut self, path: &str, definition: &PolicyDefinition) {
        if definition.report_only && definition.decision == Decision::Allow {
            let path = format!("{path}.{REPORT_ONLY}");
            let message = "an allow policy cannot be report-only: it would still allow";
            self.errors
                .push(Diagnostic::error(path, "report-only-allow", message));
        }
    }

    fn misplaced_fields(&mut self, path: &str, definition: &'a PolicyDefinition) {
        let has_permissions = definition
            .authorized_permissions
            .as_ref()
            .is_some_and(|list| !list.is_empty());
        let fields = [
            ("teamName", definition.team_name.is_some(), TokenType::Team),
            (
                "userLogin",
                definition.user_login.is_some(),
                TokenType::Personal,
            ),
            (
                "runnerID",
                definition.runner_id.is_some(),
                TokenType::Runner,
            ),
            (
                "roleID",
                definition.role_id.is_some(),
                TokenType::Organization,
            ),
            (
                "authorizedPermissions",
                has_permissions,
                TokenType::Organization,
            ),
        ];
        for (name, is_there, belongs_to) in fields {
            if is_there && definition.token_type != belongs_to {
                let message = format!(
                    "`{name}` goes with token type `{}`, found with `{}`",
                    belongs_to.as_str(),
                    definition.token_type.as_str()
                );
                self.errors.push(Diagnostic::error(
                    format!("{path}.{name}"),
                    "field-misplaced",
                    message,
                ));
            }
        }
    }

    fn target(&mut self, path: &str, definition: &'a PolicyDefinition) -> Option<Target> {
        match definition.token_type {
            TokenType::Organization => {
                let admin = self.admin(path, definition);
                Some(Target::Organization {
                    admin,
                    role_id: definition.role_id.clone(),
                })
            }
            TokenType::Team => {
                let name = self.required(
                    path,
                    "teamName",
                    definition.team_name.as_ref(),
                    definition.token_type,
                )?;
                Some(Target::Team(
                    self.pattern(&format!("{path}.teamName"), name)?,
                ))
            }
            TokenType::Personal => {
                let login = self.required(
                    path,
                    "userLogin",
                    definition.user_login.as_ref(),
                    definition.token_type,
                )?;
                Some(Target::Personal(login.to_owned()))
            }
            TokenType::Runner => {
                let runner = self.required(
                    path,
                    "runnerID",
                    definition.runner_id.as_ref(),
                    definition.token_type,
                )?;
                Some(Target::Runner(runner.to_owned()))
            }
        }
    }

    fn required(
        &mut self,
        path: &str,
        key: &str,
        text: Option<&'a String>,
        token_type: TokenType,
    ) -> Option<&'a str> {
        let text = text.filter(|text| !text.is_empty()).map(String::as_str);
        if text.is_none() {
            let message = format!(
                "token type `{}` needs `{key}`, found none",
                token_type.as_str()
            );
            self.errors.push(Diagnostic::error(
                format!("{path}.{key}"),
                "field-missing",
                message,
            ));
        }
        text
    }

    fn admin(&mut self, path: &str, definition: &'a PolicyDefinition) -> bool {
        let permissions = definition
            .authorized_permissions
            .as_deref()
            .unwrap_or_default();
        for (index, other) in permissions
            .iter()
            .enumerate()
            .filter(|(_, permission)| *permission != "admin")
        {
            let message = format!("expected permission `admin`, found `{other}`");
            let path = format!("{path}.authorizedPermissions[{index}]");
            self.errors
                .push(Diagnostic::error(path, "unknown-permission", message));
        }
        permissions.iter().any(|permission| permission == "admin")
    }

    fn rules(&mut self, path: &str, definition: &'a PolicyDefinition) -> Vec<Rule> {
        if definition.rules.is_empty() && definition.decision == Decision::Allow {
            let help = "an allow without a rule would admit every token of the issuer";
            let error = Diagnostic::error(
                format!("{path}.rules"),
                "allow-without-rules",
                "an allow needs a rule, found none",
            );
            self.errors.push(error.help(help));
        }
        let mut rules: Vec<Rule> = Vec::new();
        for (claim, pattern) in &definition.rules {
            let place = format!("{path}.rules.{claim}");
            let claim_path = self.claim_path(&place, claim);
            let pattern = self.pattern(&place, pattern);
            let (Some(path), Some(pattern)) = (claim_path, pattern) else {
                continue;
            };
            if rules
                .iter()
                .any(|rule| rule.path.segments() == path.segments())
            {
                let message = format!("claim `{path}` has a rule already");
                self.errors
                    .push(Diagnostic::error(&place, "rule-repeated", message));
            } else {
                rules.push(Rule { path, pattern });
            }
        }
        rules
    }

    fn claim_path(&mut self, place: &str, source: &'a str) -> Option<Arc<ClaimPath>> {
        if let Some(known) = self.paths.get(source) {
            return Some(Arc::clone(known));
        }
        match ClaimPath::parse(source) {
            Ok(path) => Some(Arc::clone(
                self.paths.entry(source).or_insert(Arc::new(path)),
            )),
            Err(error) => {
                self.errors.push(unreadable(place, source, &error));
                None
            }
        }
    }

    fn pattern(&mut self, place: &str, source: &'a str) -> Option<Arc<Pattern>> {
        if let Some(known) = self.patterns.get(source) {
            return Some(Arc::clone(known));
        }
        match Pattern::new(source, self.dialect) {
            Ok(pattern) => Some(Arc::clone(
                self.patterns.entry(source).or_insert(Arc::new(pattern)),
            )),
            Err(error) => {
                self.errors
                    .push(Diagnostic::error(place, error.code(), error.to_string()));
                None
            }
        }
    }
}

/// The error of a claim path, with the path to write where that can be told.
fn unreadable(place: &str, source: &str, error: &ClaimPathError) -> Diagnostic {
    let diagnostic = Diagnostic::error(place, error.code(), error.to_string());
    let is_readable = matches!(
        error,
        ClaimPathError::NeedsQuotes { .. } | ClaimPathError::EmptySegment { .. }
    );
    let Some(found) = is_readable.then(|| readable(source)).flatten() else {
        return diagnostic;
    };
    let help = match found.system {
        "" => format!("write `{}`", found.path),
        system => format!("this is {system}: write `{}`", found.path),
    };
    diagnostic.help(help).fix(source, found.path)
}
