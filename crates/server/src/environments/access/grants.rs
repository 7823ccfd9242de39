//! What a caller may do.

use std::sync::Arc;

use super::binding::Binding;
use super::pattern_map::PatternMap;
use super::permission::Permission;
use crate::app::App;
use crate::db::error::StoreError;
use crate::environments::names::Name;
use crate::organizations::record::Organization;
use crate::tokens::caller::Caller;

/// The permissions of a caller in an organization.
#[derive(Clone, Debug)]
pub(crate) enum Grants {
    /// Of the bootstrap token and of tokens with admin rights, which could give themselves any permission.
    All,
    /// Of other tokens, by patterns of projects and environments.
    Some(Arc<ByName>),
}

/// What is permitted on the environments of projects.
type ByName = PatternMap<PatternMap<Grant>>;

/// What a caller may do with one environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) permission: Permission,
    /// The longest session, in seconds; no limit if absent.
    pub(crate) max_open: Option<i64>,
}

impl Grants {
    /// Those of a caller in its organization.
    pub(crate) async fn of(
        app: &App,
        caller: &Caller,
        organization: &Organization,
    ) -> Result<Self, StoreError> {
        if caller.is_root() || caller.token.admin {
            return Ok(Self::All);
        }
        let all = app.store.environment_access(organization.id).await?;
        let bindings = all.access.iter().map(Binding::new).filter_map(Result::ok);
        Ok(bindings
            .filter(|binding| binding.is_for(&caller.token))
            .collect())
    }

    /// Whether the caller may open some environment.
    pub(crate) fn opens_any(&self) -> bool {
        match self {
            Self::All => true,
            Self::Some(by_name) => by_name
                .values()
                .flat_map(PatternMap::values)
                .any(Grant::opens),
        }
    }

    /// What the caller may do with an environment, whether it exists or not: the greatest of its permissions.
    pub(crate) fn on(&self, name: &Name) -> Grant {
        let Self::Some(by_name) = self else {
            return Grant {
                permission: Permission::Admin,
                max_open: None,
            };
        };
        let projects = by_name.matching(&name.project);
        let grants = projects.flat_map(|environments| environments.matching(&name.name));
        grants.copied().fold(Grant::default(), Grant::or)
    }
}

impl FromIterator<Binding> for Grants {
    fn from_iter<I: IntoIterator<Item = Binding>>(bindings: I) -> Self {
        let mut by_name = ByName::default();
        for binding in bindings {
            let grant = Grant::from(&binding);
            let environments = by_name.entry(&binding.project);
            let entry = environments.entry(&binding.environment);
            *entry = entry.or(grant);
        }
        Self::Some(Arc::new(by_name))
    }
}

impl From<&Binding> for Grant {
    fn from(binding: &Binding) -> Self {
        let permission = binding.permission;
        let max_open = binding.max_open.filter(|_| permission >= Permission::Open);
        Self {
            permission,
            max_open,
        }
    }
}

impl Grant {
    fn opens(&self) -> bool {
        self.permission >= Permission::Open
    }

    /// What one or the other permits: the greater permission, and the longer of the sessions that they permit.
    fn or(self, other: Self) -> Self {
        let max_open = match (self.opens(), other.opens()) {
            (true, true) => self
                .max_open
                .zip(other.max_open)
                .map(|(one, other)| one.max(other)),
            (false, _) => other.max_open,
            (true, false) => self.max_open,
        };
        Self {
            permission: self.permission.max(other.permission),
            max_open,
        }
    }
}

#[cfg(test)]
mod tests {
    use claimgate::pattern::{Dialect, Pattern};
    use claimgate_api::EnvironmentAccess;

    use super::{Binding, Grant, Grants, Name, Permission};

    /// A project, an environment, a permission, and the longest session.
    type Rule = (&'static str, &'static str, &'static str, Option<i64>);

    fn grants(rules: &[Rule]) -> Grants {
        let bindings = rules.iter().map(|(project, environment, permission, max)| {
            Binding::new(&EnvironmentAccess {
                to: "organization".to_owned(),
                name: None,
                project: (*project).to_owned(),
                environment: (*environment).to_owned(),
                permission: (*permission).to_owned(),
                max_open_seconds: *max,
            })
            .unwrap()
        });
        bindings.collect()
    }

    fn on(rules: &[Rule], project: &str, name: &str) -> Grant {
        grants(rules).on(&Name::read(project, name).unwrap())
    }

    #[test]
    fn the_greatest_permission_counts_and_nothing_is_none() {
        let access = [
            ("web", "*", "read", None),
            ("web", "dev-?", "write", Some(60)),
            ("*", "prod", "open", Some(600)),
            ("web", "prod", "open", Some(10)),
        ];
        for (project, name, permission, max_open) in [
            ("api", "dev", Permission::None, None),
            ("web", "dev", Permission::Read, None),
            ("web", "dev-1", Permission::Write, Some(60)),
            ("api", "prod", Permission::Open, Some(600)),
            ("web", "prod", Permission::Open, Some(600)),
            ("WEB", "dev", Permission::None, None),
        ] {
            let expected = Grant {
                permission,
                max_open,
            };
            assert_eq!(on(&access, project, name), expected, "{project}/{name}");
        }
        let unlimited = [("*", "*", "open", Some(5)), ("*", "*", "admin", None)];
        assert_eq!(on(&unlimited, "a", "b").max_open, None);
        for read in [
            [("*", "*", "open", Some(5)), ("*", "*", "read", None)],
            [("*", "*", "read", Some(9)), ("*", "*", "open", Some(5))],
        ] {
            assert_eq!(on(&read, "a", "b").max_open, Some(5));
        }
    }

    #[test]
    fn many_rules_permit_what_each_of_them_permits() {
        const PATTERNS: [&str; 8] = ["*", "web", "dev", "d*", "*v", "?e?", "*e*", "web-*"];
        const PERMISSIONS: [&str; 5] = ["none", "read", "open", "write", "admin"];
        const NAMES: [&str; 6] = ["web", "dev", "prod", "web-dev", "d", "v"];
        let limits = [None, Some(10), Some(20)];
        // Some of all combinations.
        let rules = (0..500).map(|number: usize| {
            let pick = |by: usize, length: usize| (number / by + number) % length;
            (
                PATTERNS[pick(3, PATTERNS.len())],
                PATTERNS[pick(7, PATTERNS.len())],
                PERMISSIONS[pick(11, PERMISSIONS.len())],
                limits[pick(13, limits.len())],
            )
        });
        let all: Vec<Rule> = rules.collect();
        let matches = |pattern: &str, text: &str| {
            let pattern = Pattern::new(pattern, Dialect::StringLike).unwrap();
            pattern.is_match(text)
        };
        for rules in all.chunks(4).chain([&*all]) {
            let grants = grants(rules);
            for (project, name) in NAMES
                .iter()
                .flat_map(|one| NAMES.map(|other| (*one, other)))
            {
                let covering = rules
                    .iter()
                    .filter(|rule| matches(rule.0, project) && matches(rule.1, name));
                let covering: Vec<_> = covering
                    .map(|rule| (Permission::parse(rule.2).unwrap(), rule.3))
                    .collect();
                let permission = covering.iter().map(|(permission, _)| *permission).max();
                let opening = covering
                    .iter()
                    .filter(|(permission, _)| *permission >= Permission::Open);
                let limits: Option<Vec<_>> = opening.map(|(_, limit)| *limit).collect();
                let expected = Grant {
                    permission: permission.unwrap_or_default(),
                    max_open: limits.and_then(|limits| limits.into_iter().max()),
                };
                let found = grants.on(&Name::read(project, name).unwrap());
                assert_eq!(found, expected, "{project}/{name}: {rules:?}");
            }
        }
    }
}
