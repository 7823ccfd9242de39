use claimgate_formats::Sample;

use super::*;

fn issuer() -> StoredIssuer {
    let policy = |decision, kind| PolicyDefinition::new(decision, kind).rule("sub", "a*");
    let sample = |id: &str, sub: &str| Sample {
        id: id.to_owned(),
        name: id.to_owned(),
        claims: format!("{{\"sub\":\"{sub}\"}}"),
        token_type: "organization".to_owned(),
        target: String::new(),
        admin: false,
        expect: None,
    };
    StoredIssuer {
        name: "CI".to_owned(),
        url: "https://ci.example".to_owned(),
        policies: vec![
            policy(Decision::Allow, TokenType::Organization),
            PolicyDefinition {
                authorized_permissions: Some(vec!["admin".to_owned()]),
                ..policy(Decision::Allow, TokenType::Organization)
            },
            PolicyDefinition {
                team_name: Some("deploy*".to_owned()),
                ..policy(Decision::Allow, TokenType::Team)
            },
            policy(Decision::Deny, TokenType::Organization).rule("jti", "x"),
        ],
        samples: vec![sample("one", "ab"), sample("two", "b")],
        ..StoredIssuer::blank("7".to_owned(), 1)
    }
}

fn labels(map: &TrustMap, places: &[usize]) -> Vec<String> {
    places
        .iter()
        .map(|place| map.nodes[*place].label.clone())
        .collect()
}

#[test]
fn policies_lead_from_issuers_to_tokens_and_their_permissions() {
    let map = TrustMap::of(&[issuer()], |_, index| Some(index as u64));
    let of = |column| {
        let nodes = map.nodes.iter().filter(move |node| node.column == column);
        nodes.map(|node| node.label.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        of(Column::Policy),
        ["Policy 1", "Policy 2", "Policy 3", "Policy 4"]
    );
    assert_eq!(of(Column::Grant), ["organization token", "team deploy*"]);
    assert_eq!(of(Column::Permission), ["default", "admin"]);
    assert_eq!(map.rows.len(), 4);
    let short: Vec<_> = map.nodes.iter().map(|node| node.short.as_str()).collect();
    assert_eq!((short[0], short[8]), ("ci.example", "sub a*, jti x"));
    assert_eq!(
        map.rows[3].rest[2], None,
        "a denial leads to no permissions"
    );
    assert_eq!(map.rows[1].count, Some(1));
    let denials = map.edges.iter().filter(|edge| edge.denies).count();
    assert_eq!((denials, map.most()), (2, 3));
}

#[test]
fn nodes_say_what_they_are() {
    let mut named = issuer();
    named.policies[1].name = Some("Release".to_owned());
    let map = TrustMap::of(&[named], |_, _| None);
    let spoken: Vec<_> = map.nodes.iter().map(Node::spoken).collect();
    assert_eq!(spoken[0], "Issuer: CI. https://ci.example");
    assert_eq!(spoken[1], "Policy 1. allow organization when sub ~ a*");
    let starts = |text: &str| spoken.iter().any(|spoken| spoken.starts_with(text));
    assert!(starts("Policy: Release. allow organization with admin"));
    assert!(spoken.contains(&"Token: team deploy*".to_owned()));
}

#[test]
fn what_a_node_is_connected_with_is_on_the_paths_through_it() {
    let map = TrustMap::of(&[issuer()], |_, _| Some(0));
    let team = map
        .nodes
        .iter()
        .position(|node| node.label == "team deploy*")
        .unwrap();
    let connected = labels(&map, &map.connected(team));
    assert_eq!(connected, ["CI", "default", "Policy 3", "team deploy*"]);
}

#[test]
fn samples_count_for_the_policies_that_decide_them() {
    assert_eq!(sample_counts(&issuer()), [1, 1, 0, 0]);
    let mut broken = issuer();
    broken.policies[0].rules.clear();
    assert_eq!(sample_counts(&broken), [0, 0, 0, 0]);
}

#[test]
fn an_issuer_without_policies_has_a_row() {
    let map = TrustMap::of(&[StoredIssuer::blank("1".to_owned(), 0)], |_, _| Some(0));
    assert_eq!((map.rows.len(), map.edges.len()), (1, 0));
    assert_eq!(map.rows[0].count, None);
    let map = TrustMap::of(&[issuer()], |_, _| None);
    assert!(map.edges.iter().all(|edge| edge.count.is_none()));
}
