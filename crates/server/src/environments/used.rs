//! What the audit log says where secrets were used.

use claimgate_api::ChangeAction;
use serde_json::{Value, json};

use super::names::Name;
use super::record::Definition;
use super::store::change;
use crate::changes::record::Change;
use crate::organizations::record::Organization;

/// One change for the definition whose secrets were used, which may not be saved, and one for each environment that it
/// imports, with its revision. `seconds` is the length of a session.
pub(super) fn used(
    organization: &Organization,
    action: ChangeAction,
    definition: Option<&Definition>,
    imported: &[(Name, i64)],
    seconds: Option<i64>,
) -> Vec<Change> {
    let of_import = match action {
        ChangeAction::EnvironmentOpened => ChangeAction::EnvironmentImported,
        other => other,
    };
    let root = definition.map_or_else(
        || claimgate_environments::ANONYMOUS.to_owned(),
        |definition| definition.environment.name.to_string(),
    );
    let record = |action, name: &str, mut detail: Value| {
        if let Some(seconds) = seconds {
            detail["seconds"] = json!(seconds);
        }
        change(action, organization, name).with([None, Some(detail)])
    };
    let names: Vec<_> = imported
        .iter()
        .map(|(name, revision)| format!("{name}@{revision}"))
        .collect();
    let revision = definition.map(|definition| definition.revision);
    let detail = json!({"revision": revision, "imports": names});
    let first = record(action, &root, detail);
    let rest = imported.iter().map(|(name, revision)| {
        let detail = json!({"revision": revision, "through": root});
        record(of_import, &name.to_string(), detail)
    });
    std::iter::once(first).chain(rest).collect()
}
