//! Policies as they are decided with: every path and pattern compiled, every field where it
//! belongs.

use std::collections::HashMap;
use std::sync::Arc;

use super::index::Index;
use super::{Decision, PolicyDefinition, REPORT_ONLY, RequestedToken, TokenType};
use crate::claim_path::ClaimPath;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::pattern::{Dialect, Pattern};

/// From more policies than this on an issuer, a finding warns: Pulumi Cloud documented it as its
/// limit.
pub const MANY_POLICIES: usize = 40;

/// Compiled policies; nothing in it can be half right.
#[derive(Clone, Debug)]
pub struct PolicySet {
    policies: Vec<CompiledPolicy>,
    index: Index,
    findings: Vec<Diagnostic>,
}

#[derive(Clone, Debug)]
pub(crate) struct CompiledPolicy {
    pub(crate) decision: Decision,
    /// A deny that denies nothing.
    pub(crate) report_only: bool,
    pub(crate) target: Target,
    pub(crate) rules: Vec<Rule>,
}

/// Which requests a policy applies to.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    Organization {
        admin: bool,
        role_id: Option<String>,
    },
    Team(Arc<Pattern>),
    Personal(String),
    Runner(String),
}

impl Target {
    pub(crate) fn token_type(&self) -> TokenType {
        match self {
            Self::Organization { .. } => TokenType::Organization,
            Self::Team(_) => TokenType::Team,
            Self::Personal(_) => TokenType::Personal,
            Self::Runner(_) => TokenType::Runner,
        }
    }

    /// Why the policy does not apply to `request`, or nothing if it does.
    pub(crate) fn mismatch(&self, request: &RequestedToken) -> Option<String> {
        match (self, request) {
            (Self::Organization { .. }, RequestedToken::Organization { .. }) => None,
            (Self::Team(pattern), RequestedToken::Team { name }) => {
                (!pattern.is_match(name)).then(|| {
                    format!(
                        "it is for teams like `{}`, asked for was team `{name}`",
                        pattern.source()
                    )
                })
            }
            (Self::Personal(own), RequestedToken::Personal { login }) => (!own
                .eq_ignore_ascii_case(login))
            .then(|| format!("it is for user `{own}`, asked for was user `{login}`")),
            (Self::Runner(own), RequestedToken::Runner { name }) => (own != name)
                .then(|| format!("it is for runner `{own}`, asked for was runner `{name}`")),
            _ => Some(format!(
                "it is for {} tokens, asked for was a token of type {}",
                self.token_type().as_str(),
                request.token_type().as_str()
            )),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) path: Arc<ClaimPath>,
    pub(crate) pattern: Arc<Pattern>,
}

impl PolicySet {
    /// Compiles policies, or says everything that is wrong with them.
    ///
    /// # Errors
    /// Every error, in the policies' order, with paths from `policies[0]`.
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

    /// The same; with `denies_report`, no deny does more than report, as on an issuer with
    /// `reportOnly`.
    pub(crate) fn compile_for(
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
            findings: Vec::new(),
        };
        let policies: Vec<_> = definitions
            .iter()
            .enumerate()
            .filter_map(|(index, definition)| {
                compiler.policy(&format!("policies[{index}]"), definition)
            })
            .collect();
        compiler.errors.or(())?;
        if policies.len() > MANY_POLICIES {
            let message = format!("{} policies on one issuer", policies.len());
            let help =
                format!("Pulumi Cloud documented a limit of {MANY_POLICIES} policies an issuer");
            compiler.findings.push(
                Diagnostic::note("many-policies", message)
                    .at("policies")
                    .help(help),
            );
        }
        let index = Index::build(&policies);
        Ok(Self {
            policies,
            index,
            findings: compiler.findings,
        })
    }

    /// How many policies there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.policies.len()
    }

    /// Whether there is none, so that everything is denied.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// Remarks on the policies, each with its path.
    ///
    /// ```
    /// use claimgate::pattern::Dialect;
    /// use claimgate::policy::{Decision, PolicyDefinition, PolicySet, TokenType};
    ///
    /// let allow = PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("aud", "octo-org");
    /// let policies = PolicySet::compile(&[allow], Dialect::Pulumi)?;
    /// assert_eq!(policies.findings()[0].code, "audience-only");
    /// # Ok::<(), claimgate::diagnostic::Diagnostics>(())
    /// ```
    #[must_use]
    pub fn findings(&self) -> &[Diagnostic] {
        &self.findings
    }

    /// The claims that the policies ask for, each once, in no particular order. A decision depends
    /// on no other.
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

/// Claim paths and patterns that are written again and again are compiled once.
struct Compiler<'a> {
    dialect: Dialect,
    denies_report: bool,
    paths: HashMap<&'a str, Arc<ClaimPath>>,
    patterns: HashMap<&'a str, (Arc<Pattern>, Vec<Diagnostic>)>,
    errors: Diagnostics,
    findings: Vec<Diagnostic>,
}

impl<'a> Compiler<'a> {
    fn policy(&mut self, path: &str, definition: &'a PolicyDefinition) -> Option<CompiledPolicy> {
        self.misplaced_fields(path, definition);
        self.report_only(path, definition);
        let is_deny = definition.decision == Decision::Deny;
        let target = self.target(path, definition);
        let rules = self.rules(path, definition);
        self.look_closer(path, definition);
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
                self.errors
                    .push(Diagnostic::error(place, error.code(), error.to_string()));
                None
            }
        }
    }

    fn pattern(&mut self, place: &str, source: &'a str) -> Option<Arc<Pattern>> {
        if !self.patterns.contains_key(source) {
            match Pattern::new(source, self.dialect) {
                Ok(pattern) => {
                    let findings = pattern.findings();
                    self.patterns.insert(source, (Arc::new(pattern), findings));
                }
                Err(error) => {
                    self.errors
                        .push(Diagnostic::error(place, error.code(), error.to_string()))
                }
            }
        }
        let (pattern, findings) = self.patterns.get(source)?;
        self.findings
            .extend(findings.iter().cloned().map(|finding| finding.at(place)));
        Some(Arc::clone(pattern))
    }

    /// Remarks on a policy as a whole.
    fn look_closer(&mut self, path: &str, definition: &'a PolicyDefinition) {
        let claims: Vec<&str> = definition
            .rules
            .iter()
            .map(|(claim, _)| claim.as_str())
            .collect();
        if definition.decision == Decision::Allow && claims == ["aud"] {
            let finding = Diagnostic::note("audience-only", "the only rule is on `aud`, which the workload chooses itself")
                .help("on an issuer that many share, any workload can ask for this audience: add a rule on `sub`");
            self.findings.push(finding.at(path));
        }
        if definition.decision == Decision::Deny && claims.is_empty() {
            let message = format!(
                "denies every request for a token of type {}",
                definition.token_type.as_str()
            );
            let finding = Diagnostic::note("denies-everything", message)
                .help("a deny wins over every allow: nothing of this type and target gets through");
            self.findings.push(finding.at(path));
        }
    }
}
