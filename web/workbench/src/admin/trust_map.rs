//! The trust map: which issuer's policies lead to which tokens, and with which permissions.

use claimgate::policy::{Decision, PolicyDefinition, TokenType};

use crate::issuers::storage::{StoredIssuer, compile_policies};
use crate::policies::fields::PolicyFields;
use crate::policies::samples::Ready;
use crate::policies::sentence::sentence;
use crate::text::inline_code::{Piece, pieces};

/// The most policies that are drawn. The table has all of them.
pub const MOST: usize = 150;

/// What a policy without a name is called, before its number.
const POLICY: &str = "Policy ";

/// What a node is. The columns of the map are in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// An issuer.
    Issuer,
    /// A policy.
    Policy,
    /// A token type with its target.
    Grant,
    /// A role, or admin permission.
    Permission,
}

impl Column {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Issuer, Self::Policy, Self::Grant, Self::Permission];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Issuer => "Issuer",
            Self::Policy => "Policy",
            Self::Grant => "Token",
            Self::Permission => "Permissions",
        }
    }
}

/// A node of the map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its column.
    pub column: Column,
    /// What it is called.
    pub label: String,
    /// More about it, such as the URL of an issuer or a policy in one sentence.
    pub detail: String,
    /// The same for little room: the host of an issuer, the rules of a policy.
    pub short: String,
    /// The page of the app, if it has one.
    pub link: Option<String>,
    /// Whether it denies.
    pub denies: bool,
}

impl Node {
    /// The name for screen readers and tooltips: its kind, its label and its details.
    pub fn spoken(&self) -> String {
        let mut spoken = match (self.column, self.label.strip_prefix(POLICY)) {
            (Column::Policy, Some(_)) => self.label.clone(),
            (column, _) => format!("{}: {}", column.title(), self.label),
        };
        if !self.detail.is_empty() {
            spoken.push_str(". ");
            for piece in pieces(&self.detail) {
                let (Piece::Text(text) | Piece::Code(text)) = piece;
                spoken.push_str(text);
            }
        }
        spoken
    }
}

/// A connection of two nodes, by their places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Where it comes from, and where it leads.
    pub ends: [usize; 2],
    /// How many exchanges or samples went there; none if they were not counted.
    pub count: Option<u64>,
    /// Whether it is a denial.
    pub denies: bool,
}

/// A row of the table: one policy, or an issuer without policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The place of the issuer's node.
    pub issuer: usize,
    /// The place of the policy's node, of the token's, and of the permissions', as far as they exist.
    pub rest: [Option<usize>; 3],
    /// How many exchanges or samples the policy decided; none if they were not counted, or there is no
    /// policy.
    pub count: Option<u64>,
}

/// The map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustMap {
    /// The nodes; the first one of an issuer comes before its policies.
    pub nodes: Vec<Node>,
    /// The connections.
    pub edges: Vec<Edge>,
    /// The same as a table.
    pub rows: Vec<Row>,
}

impl TrustMap {
    /// The map of issuers. `count` returns how often a policy decided, by the issuer's id and the
    /// policy's index, if that was counted.
    pub fn of(issuers: &[StoredIssuer], count: impl Fn(&str, usize) -> Option<u64>) -> Self {
        let mut map = Self::default();
        for issuer in issuers {
            let place = map.add(Node {
                column: Column::Issuer,
                label: issuer.name.clone(),
                detail: issuer.url.clone(),
                short: issuer.url.trim_start_matches("https://").to_owned(),
                link: Some(format!("/issuers/{}", issuer.id)),
                denies: false,
            });
            if issuer.policies.is_empty() {
                map.rows.push(Row {
                    issuer: place,
                    rest: [None; 3],
                    count: None,
                });
            }
            for (index, policy) in issuer.policies.iter().enumerate() {
                map.add_policy(issuer, place, index, policy, count(&issuer.id, index));
            }
        }
        map
    }

    fn add_policy(
        &mut self,
        issuer: &StoredIssuer,
        from: usize,
        index: usize,
        policy: &PolicyDefinition,
        count: Option<u64>,
    ) {
        let denies = policy.decision == Decision::Deny;
        let name = policy.name.as_deref().filter(|name| !name.is_empty());
        let mut label = name.map_or_else(|| format!("{POLICY}{}", index + 1), str::to_owned);
        if denies && (policy.report_only || issuer.report_only) {
            label.push_str(" (report only)");
        }
        let place = self.add(Node {
            column: Column::Policy,
            label,
            detail: sentence(&PolicyFields::of(policy)).marked(),
            short: rules(policy),
            link: Some(format!("/issuers/{}", issuer.id)),
            denies,
        });
        let grant = self.find_or_add(Column::Grant, grant(policy));
        self.connect([from, place], count, denies);
        self.connect([place, grant], count, denies);
        let permission =
            (!denies).then(|| self.find_or_add(Column::Permission, permission(policy)));
        if let Some(permission) = permission {
            self.connect([grant, permission], count, false);
        }
        self.rows.push(Row {
            issuer: from,
            rest: [Some(place), Some(grant), permission],
            count,
        });
    }

    fn add(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn find_or_add(&mut self, column: Column, [label, detail]: [String; 2]) -> usize {
        let is_it = |node: &Node| node.column == column && node.label == label;
        self.nodes.iter().position(is_it).unwrap_or_else(|| {
            self.add(Node {
                column,
                label,
                detail,
                short: String::new(),
                link: None,
                denies: false,
            })
        })
    }

    /// Connects two nodes; what both directions of a pair carry is added up.
    fn connect(&mut self, ends: [usize; 2], count: Option<u64>, denies: bool) {
        let same = |edge: &&mut Edge| edge.ends == ends && edge.denies == denies;
        match self.edges.iter_mut().find(same) {
            Some(edge) => edge.count = edge.count.map(|sum| sum + count.unwrap_or_default()),
            None => self.edges.push(Edge {
                ends,
                count,
                denies,
            }),
        }
    }

    /// The largest count of a connection.
    pub fn most(&self) -> u64 {
        self.edges
            .iter()
            .filter_map(|edge| edge.count)
            .max()
            .unwrap_or_default()
    }

    /// The nodes that a node is connected with, on all paths through it, itself included.
    pub fn connected(&self, place: usize) -> Vec<usize> {
        let mut found = vec![place];
        for [to, from] in [[1, 0], [0, 1]] {
            let mut open = vec![place];
            while let Some(next) = open.pop() {
                for edge in self.edges.iter().filter(|edge| edge.ends[from] == next) {
                    if !found.contains(&edge.ends[to]) {
                        found.push(edge.ends[to]);
                        open.push(edge.ends[to]);
                    }
                }
            }
        }
        found.sort_unstable();
        found
    }
}

/// The rules of a policy, that on `sub` first: it tells policies apart.
fn rules(policy: &PolicyDefinition) -> String {
    let mut rules: Vec<_> = policy.rules.iter().collect();
    rules.sort_by_key(|(claim, _)| claim != "sub");
    let texts: Vec<_> = rules
        .iter()
        .map(|(claim, pattern)| format!("{claim} {pattern}"))
        .collect();
    match texts.is_empty() {
        true => "every token".to_owned(),
        false => texts.join(", "),
    }
}

/// The type of the tokens of a policy, and their target.
fn grant(policy: &PolicyDefinition) -> [String; 2] {
    let kind = policy.token_type.as_str();
    let target = PolicyFields::of(policy).target;
    let label = match policy.token_type {
        TokenType::Organization => format!("{kind} token"),
        _ if target.is_empty() => format!("{kind} token"),
        _ => format!("{kind} {target}"),
    };
    [label, String::new()]
}

/// The permissions of the tokens of a policy.
fn permission(policy: &PolicyDefinition) -> [String; 2] {
    let is_admin = policy
        .authorized_permissions
        .as_ref()
        .is_some_and(|permissions| !permissions.is_empty());
    match (&policy.role_id, is_admin) {
        (Some(role), true) => [format!("admin, role {role}"), String::new()],
        (Some(role), false) => [format!("role {role}"), String::new()],
        (None, true) => [
            "admin".to_owned(),
            "Only if the request has the scope admin.".to_owned(),
        ],
        (None, false) => [
            "default".to_owned(),
            "The permissions that every token of this type has.".to_owned(),
        ],
    }
}

/// How many of an issuer's samples each policy decides, by the policy's index. Policies with errors
/// decide none.
pub fn sample_counts(issuer: &StoredIssuer) -> Vec<u64> {
    let mut counts = vec![0; issuer.policies.len()];
    let dialect = claimgate::pattern::Dialect::Pulumi;
    let Ok(set) = compile_policies(&issuer.policies, issuer.report_only, dialect) else {
        return counts;
    };
    for sample in &issuer.samples {
        let ready = Ready::of(sample, issuer.audiences.as_deref());
        for index in ready.deciding(&set) {
            if let Some(count) = counts.get_mut(index) {
                *count += 1;
            }
        }
    }
    counts
}

#[cfg(test)]
mod tests;
