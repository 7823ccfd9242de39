//! Compiling policies: parsing every path and pattern, and checking every field.

use std::sync::Arc;

use super::compiled::{CompiledPolicy, Effect, Rule, Target};
use super::limits::{CompileOptions, Limits};
use super::{
    Decision, MAX_NAME_CHARS, MAX_NOTE_CHARS, NAME, NOTE, PolicyDefinition, REPORT_ONLY, TokenType,
};
use crate::claim_names::readable;
use crate::claim_path::{ClaimPath, ClaimPathError};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::numbers::{Numbers, Table};
use crate::pattern::Pattern;

/// Compiles each distinct claim path and pattern once.
pub(super) struct Compiler<'a> {
    options: CompileOptions,
    /// Valid claim paths by how they are written, with the numbers of their claims.
    paths: Table<&'a str, (Arc<ClaimPath>, u32)>,
    claims: Numbers<Vec<String>>,
    /// Valid patterns by how they are written.
    patterns: Table<&'a str, Arc<Pattern>>,
    roles: Numbers<&'a str>,
    errors: Diagnostics,
}

impl<'a> Compiler<'a> {
    pub(super) fn new(options: &CompileOptions) -> Self {
        Self {
            options: *options,
            paths: Table::default(),
            claims: Numbers::default(),
            patterns: Table::default(),
            roles: Numbers::default(),
            errors: Diagnostics::default(),
        }
    }

    /// All errors, if there are any.
    pub(super) fn finish(mut self) -> Result<(), Diagnostics> {
        let limits = self.options.limits;
        let total = limits.too_many("policies", self.claims.values().len(), limits.claim_paths);
        self.errors.extend(total);
        self.errors.or(())
    }

    /// Compiles a policy; `None` if it has no valid target.
    pub(super) fn policy(
        &mut self,
        path: &str,
        definition: &'a PolicyDefinition,
    ) -> Option<CompiledPolicy> {
        self.misplaced_fields(path, definition);
        self.report_only(path, definition);
        if self.options.limits != Limits::NONE {
            self.labels(path, definition);
        }
        let is_deny = definition.decision == Decision::Deny;
        let target = self.target(path, definition);
        let effect = Effect {
            decision: definition.decision,
            report_only: is_deny && (definition.report_only || self.options.report_only),
            admin: self.admin(path, definition),
            role: self.role(definition),
        };
        let rules = self.rules(path, definition);
        Some(CompiledPolicy {
            effect,
            target: target?,
            rules,
        })
    }

    /// The number of the policy's role, from 1; 0 without one.
    fn role(&mut self, definition: &'a PolicyDefinition) -> u32 {
        let role = definition.role_id.as_deref();
        role.map_or(0, |role| self.roles.number(role).saturating_add(1))
    }

    fn report_only(&mut self, path: &str, definition: &PolicyDefinition) {
        if definition.report_only && definition.decision == Decision::Allow {
            let path = format!("{path}.{REPORT_ONLY}");
            let message = "an allow policy cannot be report-only: it would still allow";
            self.errors
                .push(Diagnostic::error(path, "report-only-allow", message));
        }
    }

    fn labels(&mut self, path: &str, definition: &PolicyDefinition) {
        let labels = [
            (NAME, &definition.name, MAX_NAME_CHARS),
            (NOTE, &definition.note, MAX_NOTE_CHARS),
        ];
        for (member, text, max) in labels {
            let found = text.as_ref().map_or(0, |text| text.chars().count());
            if found > max {
                let path = format!("{path}.{member}");
                let message = format!("expected at most {max} characters, found {found}");
                self.errors
                    .push(Diagnostic::error(path, "policy-label-too-long", message));
            }
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
            TokenType::Organization => Some(Target::Organization {
                role_id: definition.role_id.clone(),
            }),
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
        if definition.token_type != TokenType::Organization {
            return false;
        }
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
        let limits = self.options.limits;
        let place = format!("{path}.rules");
        let rules = &definition.rules;
        let too_many = limits.too_many(&place, rules.len(), limits.policy_claim_paths);
        if let Some(error) = too_many {
            self.errors.push(error);
            return Vec::new();
        }
        let mut compiled: Vec<Rule> = Vec::with_capacity(rules.len());
        for (claim, pattern) in rules {
            let place = format!("{path}.rules.{claim}");
            let claim_path = self.claim_path(&place, claim);
            let pattern = self.pattern(&place, pattern);
            let (Some((path, number)), Some(pattern)) = (claim_path, pattern) else {
                continue;
            };
            if compiled.iter().all(|rule| rule.number != number) {
                compiled.push(Rule {
                    path,
                    number,
                    pattern,
                });
            } else {
                let message = format!("claim `{path}` already has a rule");
                self.errors
                    .push(Diagnostic::error(&place, "rule-repeated", message));
            }
        }
        compiled
    }

    fn claim_path(&mut self, place: &str, source: &'a str) -> Option<(Arc<ClaimPath>, u32)> {
        if let Some(known) = self.paths.get(&source) {
            return Some(known.clone());
        }
        if let Some(error) = self.options.limits.too_long(place, source) {
            self.errors.push(error);
            return None;
        }
        match ClaimPath::parse(source) {
            Ok(path) => {
                let number = self.claims.number_of(path.segments());
                let known = (Arc::new(path), number);
                self.paths.insert(source, known.clone());
                Some(known)
            }
            Err(error) => {
                self.errors.push(unreadable(place, source, &error));
                None
            }
        }
    }

    fn pattern(&mut self, place: &str, source: &'a str) -> Option<Arc<Pattern>> {
        if let Some(known) = self.patterns.get(&source) {
            return Some(Arc::clone(known));
        }
        match Pattern::new(source, self.options.dialect) {
            Ok(pattern) => {
                let pattern = Arc::new(pattern);
                self.patterns.insert(source, Arc::clone(&pattern));
                Some(pattern)
            }
            Err(error) => {
                self.errors
                    .push(Diagnostic::error(place, error.code(), error.to_string()));
                None
            }
        }
    }
}

/// The error of a claim path, with the path to write if it is known.
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
