//! Finds which of many texts a value contains, in one pass (Aho and Corasick, 1975).

use crate::numbers::Places;

/// An automaton whose nodes are the beginnings of texts, shortest first; those that continue one
/// beginning are neighbors, in the order of their last bytes.
#[derive(Clone, Debug)]
pub(super) struct Texts {
    /// The last byte of each node.
    bytes: Vec<u8>,
    nodes: Vec<Node>,
    /// The node that begins with each byte, or the root.
    first: [u32; 256],
}

#[derive(Clone, Copy, Debug, Default)]
struct Node {
    /// The first node that continues it. Those of the next node follow.
    children: u32,
    /// The longest other node that it ends with.
    suffix: u32,
    /// The number of the text that it is, plus one.
    text: u32,
    /// The longest other text that it ends with, as a node.
    inner: u32,
}

const ROOT: u32 = 0;

impl Texts {
    /// Takes texts that are different and not empty, in the order of their bytes.
    pub(super) fn new(texts: &[&str]) -> Self {
        let mut automaton = Self {
            bytes: vec![0],
            nodes: vec![Node::default()],
            first: [ROOT; 256],
        };
        // The texts that begin with each node, and its length.
        let mut ranges = vec![(0, texts.len(), 0)];
        let mut node = 0;
        while let Some((start, end, length)) = ranges.get(node).copied() {
            automaton.add_children(node, texts, (start, end, length), &mut ranges);
            node += 1;
        }
        automaton
    }

    fn add_children(
        &mut self,
        parent: usize,
        texts: &[&str],
        (mut start, end, length): (usize, usize, usize),
        ranges: &mut Vec<(usize, usize, usize)>,
    ) {
        let byte_at = |place: usize| Some(*texts.get(place)?.as_bytes().get(length)?);
        let children = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let suffix = self.node(parent as u32).suffix;
        if let Some(parent) = self.nodes.get_mut(parent) {
            parent.children = children;
        }
        while start < end {
            let Some(byte) = byte_at(start) else {
                // The text is the parent.
                start += 1;
                continue;
            };
            let rest = (start..end).take_while(|place| byte_at(*place) == Some(byte));
            let next = start + rest.count();
            let suffix = if parent == 0 {
                ROOT
            } else {
                self.step(suffix, byte)
            };
            let is_text = texts
                .get(start)
                .is_some_and(|text| text.len() == length + 1);
            let own = self.node(suffix);
            self.nodes.push(Node {
                children: u32::MAX,
                suffix,
                text: if is_text { start as u32 + 1 } else { 0 },
                inner: if own.text == 0 { own.inner } else { suffix },
            });
            self.bytes.push(byte);
            ranges.push((start, next, length + 1));
            start = next;
        }
        if parent == 0 {
            for (node, byte) in (0_u32..).zip(&self.bytes).skip(1) {
                if let Some(slot) = self.first.get_mut(usize::from(*byte)) {
                    *slot = node;
                }
            }
        }
    }

    /// Calls `found` once with the number of each text that `value` contains.
    pub(super) fn each(&self, value: &str, mut found: impl FnMut(usize)) {
        let mut seen = Places::default();
        let mut node = ROOT;
        for byte in value.bytes() {
            node = self.step(node, byte);
            let mut text = node;
            if self.node(text).text == 0 {
                text = self.node(text).inner;
            }
            while text != ROOT {
                let Node {
                    text: number,
                    inner,
                    ..
                } = self.node(text);
                if seen.insert(number) {
                    found(number as usize - 1);
                }
                text = inner;
            }
        }
    }

    /// The longest node that `node` and then `byte` end with.
    fn step(&self, mut node: u32, byte: u8) -> u32 {
        while node != ROOT {
            if let Some(child) = self.child(node, byte) {
                return child;
            }
            node = self.node(node).suffix;
        }
        self.first.get(usize::from(byte)).copied().unwrap_or(ROOT)
    }

    fn child(&self, node: u32, byte: u8) -> Option<u32> {
        let start = self.node(node).children;
        let end = self.node(node + 1).children;
        let bytes = self.bytes.get(start as usize..end as usize)?;
        let place = bytes.iter().position(|own| *own == byte)?;
        Some(start + place as u32)
    }

    fn node(&self, node: u32) -> Node {
        self.nodes.get(node as usize).copied().unwrap_or_default()
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn agree(texts: &BTreeSet<String>, value: &str) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let mut found = Vec::new();
        Texts::new(&texts).each(value, |number| found.push(number));
        found.sort_unstable();
        let contained = (0..texts.len()).filter(|number| value.contains(texts[*number]));
        assert_eq!(found, contained.collect::<Vec<_>>(), "{texts:?} {value:?}");
    }

    proptest! {
        #[test]
        fn texts_within_each_other_are_all_found_once(
            texts in proptest::collection::btree_set("[ab]{1,6}", 0..12),
            value in "[abc]{0,24}",
        ) {
            agree(&texts, &value);
        }

        #[test]
        fn so_are_those_of_any_characters(
            texts in proptest::collection::btree_set("\\PC{1,3}", 0..300),
            value in "\\PC{0,40}",
        ) {
            agree(&texts, &value);
        }
    }
}
