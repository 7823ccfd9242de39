//! What a caller may do.

use super::binding::Binding;
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
    /// Of other tokens.
    Some(Vec<Binding>),
}

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
        Ok(Self::Some(
            bindings
                .filter(|binding| binding.is_for(&caller.token))
                .collect(),
        ))
    }

    /// Whether the caller may open some environment.
    pub(crate) fn opens_any(&self) -> bool {
        match self {
            Self::All => true,
            Self::Some(bindings) => bindings
                .iter()
                .any(|binding| binding.permission >= Permission::Open),
        }
    }

    /// What the caller may do with an environment, whether it exists or not: the greatest of its permissions.
    pub(crate) fn on(&self, name: &Name) -> Grant {
        let Self::Some(bindings) = self else {
            return Grant {
                permission: Permission::Admin,
                max_open: None,
            };
        };
        let covering = bindings
            .iter()
            .filter(|binding| binding.covers(&name.project, &name.name));
        covering.fold(Grant::default(), |grant, binding| {
            let opens = |permission| permission >= Permission::Open;
            let max_open = match (opens(grant.permission), opens(binding.permission)) {
                (true, true) => grant
                    .max_open
                    .zip(binding.max_open)
                    .map(|(one, other)| one.max(other)),
                (false, true) => binding.max_open,
                (_, false) => grant.max_open,
            };
            Grant {
                permission: grant.permission.max(binding.permission),
                max_open,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use claimgate_api::EnvironmentAccess;

    use super::{Binding, Grant, Grants, Name, Permission};

    fn on(access: &[(&str, &str, &str, Option<i64>)], project: &str, name: &str) -> Grant {
        let bindings = access
            .iter()
            .map(|(project, environment, permission, max)| {
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
        Grants::Some(bindings.collect()).on(&Name {
            project: project.to_owned(),
            name: name.to_owned(),
        })
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
        let read = [("*", "*", "open", Some(5)), ("*", "*", "read", None)];
        assert_eq!(on(&read, "a", "b").max_open, Some(5));
    }
}
