//! The policies that questions are about.

use std::sync::{Arc, OnceLock};

use claimgate::claims::{Claims, TrustedClaims};
use claimgate::diagnostic::Diagnostics;
use claimgate::explain::{Outcome, ReasonCode, Verdict, verdict};
use claimgate::issuer::IssuerDefinition;
use claimgate::pattern::Dialect;
use claimgate::policy::{
    CompileOptions, Decision, Limits, PolicyDefinition, PolicySet, RequestedToken, TokenType,
};
use claimgate::sorted::distinct;
use claimgate::{audience, policy};
use claimgate_providers::grammar::{Grammar, grammar};
use claimgate_providers::provider_named;

use crate::answer::RequestKind;

/// The policies of one issuer, with what is assumed about its tokens.
///
/// ```
/// use claimgate::issuer::IssuerDefinition;
/// use claimgate::pattern::Dialect;
/// use claimgate::policy::parse_policies;
/// use claimgate_analysis::{Analysis, PolicyModel};
///
/// let policies = r#"[
///     {"decision": "allow", "tokenType": "organization", "rules": {"sub": "repo:acme/*"}},
///     {"decision": "deny", "tokenType": "organization", "rules": {"sub": "repo:*"}}
/// ]"#;
/// let issuer = IssuerDefinition {
///     url: "https://token.actions.githubusercontent.com".to_owned(),
///     policies: parse_policies(policies)?,
///     ..IssuerDefinition::default()
/// };
/// let model = PolicyModel::new(&issuer, Dialect::Pulumi)?;
/// assert!(Analysis::new(&model).is_effective(0).is_no());
/// # Ok::<(), claimgate::diagnostic::Diagnostics>(())
/// ```
#[derive(Clone, Debug)]
pub struct PolicyModel {
    definitions: Vec<PolicyDefinition>,
    compiled: PolicySet,
    /// Each policy alone, compiled when it is first needed.
    alone: Arc<[OnceLock<Option<PolicySet>>]>,
    dialect: Dialect,
    url: Option<String>,
    audiences: Option<Vec<String>>,
    grammar: Option<&'static Grammar>,
}

impl PolicyModel {
    /// The policies of an issuer, with the facts of its provider. Its keys and name do not matter.
    ///
    /// # Errors
    /// What is wrong with the policies or audiences, with paths from `policies[0]` and `audiences`.
    pub fn new(issuer: &IssuerDefinition, dialect: Dialect) -> Result<Self, Diagnostics> {
        let audiences = issuer.audiences.as_deref();
        audiences
            .map(audience::problems)
            .unwrap_or_default()
            .or(())?;
        let mut definitions = issuer.policies.clone();
        for definition in &mut definitions {
            definition.report_only |= issuer.report_only && definition.decision == Decision::Deny;
        }
        let url = Some(issuer.url.clone()).filter(|url| !url.is_empty());
        Ok(Self {
            compiled: compile(&definitions, dialect)?,
            alone: definitions.iter().map(|_| OnceLock::new()).collect(),
            definitions,
            dialect,
            grammar: url.as_deref().and_then(grammar),
            url,
            audiences: issuer.audiences.clone(),
        })
    }

    /// The same with report-only policies as if they were enforced.
    #[must_use]
    pub fn enforced(mut self) -> Self {
        let report = |definition: &mut PolicyDefinition| definition.report_only = false;
        self.definitions.iter_mut().for_each(report);
        if let Ok(compiled) = compile(&self.definitions, self.dialect) {
            self.compiled = compiled;
        }
        self
    }

    /// The same issuer with other policies.
    ///
    /// # Errors
    /// What is wrong with them, with paths from `policies[0]`.
    pub fn with_policies(&self, definitions: Vec<PolicyDefinition>) -> Result<Self, Diagnostics> {
        Ok(Self {
            compiled: compile(&definitions, self.dialect)?,
            alone: definitions.iter().map(|_| OnceLock::new()).collect(),
            definitions,
            dialect: self.dialect,
            url: self.url.clone(),
            audiences: self.audiences.clone(),
            grammar: self.grammar,
        })
    }

    /// The same without any fact of a provider: what holds then holds whatever tokens look like.
    #[must_use]
    pub fn without_facts(mut self) -> Self {
        self.grammar = None;
        self
    }

    /// The same with the facts of the provider with that identifier or short name, such as `github-actions`;
    /// without any if it is not known.
    #[must_use]
    pub fn with_facts_of(mut self, provider: &str) -> Self {
        self.grammar = provider_named(provider);
        self
    }

    /// The policies. Those of an issuer that only reports are marked as such.
    #[must_use]
    pub fn definitions(&self) -> &[PolicyDefinition] {
        &self.definitions
    }

    /// The dialect of their patterns.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The URL of their issuer, if it is known.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// What the tokens of the issuer look like, if it is known.
    #[must_use]
    pub fn grammar(&self) -> Option<&'static Grammar> {
        self.grammar
    }

    pub(crate) fn audiences(&self) -> Option<&[String]> {
        self.audiences.as_deref()
    }

    /// The policy with that index.
    pub(crate) fn definition(&self, index: usize) -> Option<&PolicyDefinition> {
        self.definitions.get(index)
    }

    /// What an evaluation decides; `None` if the issuer does not accept the token's audience.
    pub(crate) fn evaluate(&self, claims: &Claims, request: &RequestedToken) -> Option<Verdict> {
        if let Some(audiences) = &self.audiences {
            audience::check(audiences, claims).ok()?;
        }
        let claims = TrustedClaims::dangerous_assume_verified(claims.clone());
        Some(verdict(&self.compiled, &claims, request))
    }

    /// Whether an evaluation allows the request.
    pub(crate) fn admits(&self, claims: &Claims, request: &RequestedToken) -> bool {
        let verdict = self.evaluate(claims, request);
        verdict.is_some_and(|verdict| verdict.decision == Outcome::Allowed)
    }

    /// The role that an evaluation gives, if any; `None` if it does not allow the request.
    pub(crate) fn granted_role(
        &self,
        claims: &Claims,
        request: &RequestedToken,
    ) -> Option<Option<String>> {
        let verdict = self.evaluate(claims, request);
        let verdict = verdict.filter(|verdict| verdict.decision == Outcome::Allowed)?;
        let role = verdict.grant.and_then(|grant| grant.role_id);
        Some(role.filter(|role| !role.is_empty()))
    }

    /// Whether the policy with that index matches, by an evaluation of it alone.
    pub(crate) fn matches(&self, index: usize, claims: &Claims, request: &RequestedToken) -> bool {
        let Some(alone) = self.alone.get(index) else {
            return false;
        };
        let Some(alone) = alone.get_or_init(|| self.compile_alone(index)) else {
            return false;
        };
        let claims = TrustedClaims::dangerous_assume_verified(claims.clone());
        let code = verdict(alone, &claims, request).reason.code;
        !matches!(
            code,
            ReasonCode::DefaultDeny | ReasonCode::DecisionTooCostly
        )
    }

    fn compile_alone(&self, index: usize) -> Option<PolicySet> {
        let mut definition = self.definition(index)?.clone();
        definition.report_only = false;
        compile(&[definition], self.dialect).ok()
    }

    /// Whether none of these policies matches: denies that deny, or allows on a token that none does. In
    /// ascending order.
    pub(crate) fn none_decides(
        &self,
        policies: &[usize],
        claims: &Claims,
        request: &RequestedToken,
    ) -> bool {
        let decides = |index: &usize| policies.binary_search(index).is_ok();
        match self.evaluate(claims, request).map(|verdict| verdict.reason) {
            // It names all that decide: where a deny matches, not the allows.
            Some(reason) if reason.code != ReasonCode::DecisionTooCostly && !reason.others => {
                !reason.policies.iter().any(decides)
            }
            _ => policies
                .iter()
                .all(|policy| !self.matches(*policy, claims, request)),
        }
    }

    /// The kinds of requests that its policies apply to.
    pub(crate) fn kinds(&self) -> Vec<RequestKind> {
        let mut kinds: Vec<RequestKind> = Vec::new();
        for definition in &self.definitions {
            kinds.extend(kinds_of(definition));
        }
        distinct(kinds)
    }
}

/// The kinds of requests that a policy applies to; with `admin` only if it is an allow that lists it.
pub(crate) fn kinds_of(definition: &PolicyDefinition) -> Vec<RequestKind> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    match definition.token_type {
        TokenType::Organization => {
            let admin = lists_admin(definition) && definition.decision == Decision::Allow;
            let plain = RequestKind::Organization { admin: false };
            let admin = admin.then_some(RequestKind::Organization { admin: true });
            [plain].into_iter().chain(admin).collect()
        }
        TokenType::Team => vec![RequestKind::Team],
        TokenType::Personal => vec![RequestKind::Personal {
            login: text(&definition.user_login).to_ascii_lowercase(),
        }],
        TokenType::Runner => vec![RequestKind::Runner {
            name: text(&definition.runner_id),
        }],
    }
}

/// Whether a policy gives admin permission.
pub(crate) fn lists_admin(definition: &PolicyDefinition) -> bool {
    let listed = definition.authorized_permissions.iter().flatten();
    listed.into_iter().any(|permission| permission == "admin")
}

/// The role that a policy gives, if it gives one.
pub(crate) fn role(definition: &PolicyDefinition) -> Option<&str> {
    let role = definition.role_id.as_deref();
    role.filter(|role| !role.is_empty())
}

/// Compiles policies of any size: stored ones may be larger than is accepted today.
fn compile(definitions: &[PolicyDefinition], dialect: Dialect) -> Result<PolicySet, Diagnostics> {
    let options = CompileOptions::new(dialect).limits(Limits::NONE);
    policy::PolicySet::compile_with(definitions, &options)
}
