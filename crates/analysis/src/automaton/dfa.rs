//! A deterministic automaton over classes of characters.

use std::hash::{Hash, Hasher};

/// The state that leads to no accepted text.
pub(super) const DEAD: u16 = u16::MAX;

/// An automaton without states that lead nowhere, in a normal form: two with the same language are
/// equal, unless they are too large to be minimized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dfa {
    width: usize,
    next: Box<[u16]>,
    accepting: Box<[bool]>,
    /// The state that accepts whatever follows.
    full: Option<u16>,
    /// The classes of its texts, if all have the same.
    text: Option<Box<[u16]>>,
}

impl Hash for Dfa {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // The others follow from these.
        self.next.hash(state);
        self.accepting.hash(state);
    }
}

impl Dfa {
    pub(super) fn new(width: usize, next: Vec<u16>, accepting: Vec<bool>) -> Self {
        let mut dfa = Self {
            width,
            next: next.into(),
            accepting: accepting.into(),
            full: None,
            text: None,
        };
        dfa.full = (0..dfa.len()).find(|state| {
            dfa.is_accepting(*state) && dfa.row(*state).iter().all(|next| next == state)
        });
        dfa.text = dfa.only_text();
        dfa
    }

    /// The automaton of one text, by its classes.
    pub(super) fn of_text(width: usize, classes: &[u16]) -> Self {
        let states = classes.len() + 1;
        let mut next = vec![DEAD; states * width];
        for (state, class) in classes.iter().enumerate() {
            if let Some(cell) = next.get_mut(state * width + usize::from(*class)) {
                *cell = u16::try_from(state + 1).unwrap_or(DEAD);
            }
        }
        let mut accepting = vec![false; states];
        if let Some(last) = accepting.last_mut() {
            *last = true;
        }
        Self::new(width, next, accepting)
    }

    /// The classes on the way, if there is one way from the start to the end.
    fn only_text(&self) -> Option<Box<[u16]>> {
        let last = self.len().checked_sub(1)?;
        let mut classes = Vec::with_capacity(usize::from(last));
        for state in 0..=last {
            if self.is_accepting(state) != (state == last) {
                return None;
            }
            let alive = (0..)
                .zip(self.row(state))
                .filter(|(_, next)| **next != DEAD);
            let mut alive = alive.map(|(class, next)| (class, *next));
            match (alive.next(), alive.next()) {
                (None, _) if state == last => {}
                (Some((class, next)), None) if next == state + 1 => classes.push(class),
                _ => return None,
            }
        }
        Some(classes.into())
    }

    /// The number of states.
    pub(super) fn len(&self) -> u16 {
        u16::try_from(self.accepting.len()).unwrap_or(DEAD)
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The state to start in.
    pub(super) fn start(&self) -> u16 {
        if self.accepting.is_empty() { DEAD } else { 0 }
    }

    /// Where each class leads from a state; nothing from [`DEAD`].
    pub(super) fn row(&self, state: u16) -> &[u16] {
        let start = usize::from(state) * self.width;
        self.next.get(start..start + self.width).unwrap_or_default()
    }

    pub(super) fn step(&self, state: u16, class: usize) -> u16 {
        if state == DEAD {
            return DEAD;
        }
        let place = usize::from(state) * self.width + class;
        self.next.get(place).copied().unwrap_or(DEAD)
    }

    pub(super) fn is_accepting(&self, state: u16) -> bool {
        let state = self.accepting.get(usize::from(state));
        state.copied().unwrap_or_default()
    }

    /// The state that accepts whatever follows, if there is one.
    pub(super) fn full(&self) -> Option<u16> {
        self.full
    }

    /// Whether it accepts every text.
    pub(super) fn is_all(&self) -> bool {
        self.full == Some(0)
    }

    /// The classes of its texts, if all have the same.
    pub(super) fn text(&self) -> Option<&[u16]> {
        self.text.as_deref()
    }

    /// Whether it accepts the texts of these classes.
    pub(super) fn accepts(&self, classes: &[u16]) -> bool {
        let step = |state, class: &u16| self.step(state, usize::from(*class));
        self.is_accepting(classes.iter().fold(self.start(), step))
    }
}
