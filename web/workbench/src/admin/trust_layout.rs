//! Where the nodes and connections of the trust map are drawn.

use super::trust_map::{Column, TrustMap};

/// The width of a node.
pub const WIDTH: f64 = 224.0;

/// The height of a node.
pub const HEIGHT: f64 = 44.0;

/// The distance from one column to the next.
const ACROSS: f64 = 324.0;

/// The distance from one node of a column to the next.
const DOWN: f64 = 56.0;

/// The room around everything, and above the first node.
const MARGIN: f64 = 12.0;

/// The thinnest and the thickest line.
const LINE: [f64; 2] = [1.25, 9.0];

/// A place for each node, in the order of the map's.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The upper left corner of each node.
    pub corners: Vec<[f64; 2]>,
    /// The width and the height of all.
    pub size: [f64; 2],
}

/// The layout of a map: policies one below the other, and every other node in the middle of those
/// that it is connected with.
pub fn layout(map: &TrustMap) -> Layout {
    let mut middles = vec![None; map.nodes.len()];
    let rows = map.rows.iter().enumerate();
    for (row, policy) in rows
        .clone()
        .filter_map(|(row, one)| Some((row, one.rest[0]?)))
    {
        middles[policy] = Some(row as f64);
    }
    for column in [Column::Issuer, Column::Grant, Column::Permission] {
        let of_row = |row: &super::trust_map::Row| match column {
            Column::Issuer => Some(row.issuer),
            Column::Grant => row.rest[1],
            _ => row.rest[2],
        };
        let mut sums = vec![(0.0, 0.0); map.nodes.len()];
        for (row, place) in rows
            .clone()
            .filter_map(|(row, one)| Some((row, of_row(one)?)))
        {
            let (sum, count) = sums[place];
            sums[place] = (sum + row as f64, count + 1.0);
        }
        spread(&mut middles, &sums);
    }
    let lowest = middles.iter().flatten().copied().fold(0.0, f64::max);
    let x = |column: Column| {
        let place = Column::ALL.iter().position(|other| *other == column);
        MARGIN + ACROSS * place.unwrap_or_default() as f64
    };
    let corner = |(node, middle): (&super::trust_map::Node, &Option<f64>)| {
        [x(node.column), MARGIN + middle.unwrap_or_default() * DOWN]
    };
    Layout {
        corners: map.nodes.iter().zip(&middles).map(corner).collect(),
        size: [
            3.0 * ACROSS + WIDTH + 2.0 * MARGIN,
            lowest * DOWN + HEIGHT + 2.0 * MARGIN,
        ],
    }
}

/// Puts nodes at the mean of their rows, at least a row apart from each other.
fn spread(middles: &mut [Option<f64>], sums: &[(f64, f64)]) {
    let mut wanted: Vec<_> = sums
        .iter()
        .enumerate()
        .filter(|(_, (_, count))| *count > 0.0)
        .map(|(place, (sum, count))| (place, sum / count))
        .collect();
    wanted.sort_by(|(_, one), (_, other)| one.total_cmp(other));
    let mut free = 0.0_f64;
    for (place, mean) in wanted {
        let row = mean.max(free);
        middles[place] = Some(row);
        free = row + 1.0;
    }
}

impl Layout {
    /// The path of a connection.
    pub fn path(&self, [from, to]: [usize; 2]) -> String {
        let corner = |place: usize| self.corners.get(place).copied().unwrap_or_default();
        let ([left, top], [right, below]) = (corner(from), corner(to));
        let (start, end) = (left + WIDTH, right);
        let (from, to) = (top + HEIGHT / 2.0, below + HEIGHT / 2.0);
        let middle = f64::midpoint(start, end);
        format!("M{start} {from}C{middle} {from} {middle} {to} {end} {to}")
    }

    /// The node that an arrow key leads to: in the same column, or the nearest one of another.
    pub fn step(&self, map: &TrustMap, place: usize, key: &str) -> Option<usize> {
        let [x, y] = *self.corners.get(place)?;
        let is_near: &dyn Fn(f64, f64) -> bool = match key {
            "ArrowUp" => &|left, top| left == x && top < y,
            "ArrowDown" => &|left, top| left == x && top > y,
            "ArrowLeft" => &|left, _| left == x - ACROSS,
            "ArrowRight" => &|left, _| left == x + ACROSS,
            _ => return None,
        };
        let is_across = matches!(key, "ArrowLeft" | "ArrowRight");
        let connected = map.connected(place);
        let distance = |(other, [_, top]): &(usize, [f64; 2])| {
            // Across columns, a node on the same path comes first.
            let is_foreign = is_across && !connected.contains(other);
            (top - y).abs() + if is_foreign { 1e9 } else { 0.0 }
        };
        let others = self.corners.iter().copied().enumerate();
        others
            .filter(|(_, [left, top])| is_near(*left, *top))
            .min_by(|one, other| distance(one).total_cmp(&distance(other)))
            .map(|(other, _)| other)
    }
}

/// The width of a line for a count, where the largest is `most`.
pub fn line_width(count: u64, most: u64) -> f64 {
    let [thin, thick] = LINE;
    if count == 0 || most == 0 {
        return thin;
    }
    let share = (count as f64 / most as f64).sqrt();
    // Rounded: more digits cannot be seen.
    ((thin + 0.75 + (thick - thin - 0.75) * share) * 4.0).round() / 4.0
}

#[cfg(test)]
mod tests {
    use claimgate::policy::{Decision, PolicyDefinition, TokenType};

    use super::*;
    use crate::issuers::storage::StoredIssuer;

    fn map() -> TrustMap {
        let issuer = |id: &str, count: usize| StoredIssuer {
            policies: vec![
                PolicyDefinition::new(Decision::Allow, TokenType::Organization)
                    .rule("sub", "a");
                count
            ],
            ..StoredIssuer::blank(id.to_owned(), 0)
        };
        TrustMap::of(&[issuer("a", 3), issuer("b", 0), issuer("c", 1)], |_, _| {
            Some(0)
        })
    }

    #[test]
    fn no_two_nodes_overlap() {
        let layout = layout(&map());
        for (place, [x, y]) in layout.corners.iter().enumerate() {
            for [left, top] in layout.corners.iter().skip(place + 1) {
                assert!(left != x || (top - y).abs() >= HEIGHT, "{place}");
            }
            assert!(x + WIDTH <= layout.size[0] && y + HEIGHT <= layout.size[1]);
        }
    }

    #[test]
    fn an_issuer_is_in_the_middle_of_its_policies() {
        let layout = layout(&map());
        // The nodes: a, its three policies with a grant and a permission after the first, b, c.
        assert_eq!(layout.corners[0][1], layout.corners[4][1]);
    }

    #[test]
    fn arrow_keys_lead_to_neighbours() {
        let map = map();
        let layout = layout(&map);
        let step = |place, key| layout.step(&map, place, key);
        assert_eq!(step(1, "ArrowDown"), Some(4));
        assert_eq!(step(1, "ArrowUp"), None);
        assert_eq!(step(1, "ArrowLeft"), Some(0));
        assert_eq!(step(0, "ArrowLeft"), None);
        assert_eq!(
            map.nodes[step(5, "ArrowRight").unwrap()].column,
            Column::Grant
        );
        assert_eq!(step(1, "Enter"), None);
    }

    #[test]
    fn lines_grow_with_their_share() {
        assert!(line_width(0, 10) < line_width(1, 10_000));
        assert!(line_width(1, 10) < line_width(5, 10));
        assert_eq!(line_width(10, 10), 9.0);
        assert_eq!(line_width(0, 0), 1.25);
    }
}
