//! A deterministic automaton over classes of characters.

/// The state that leads to no accepted text.
pub(super) const DEAD: u16 = u16::MAX;

/// An automaton without states that lead nowhere, in a normal form: two with the same language are
/// equal, unless they are too large to be minimized.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Dfa {
    width: usize,
    next: Box<[u16]>,
    accepting: Box<[bool]>,
    /// The state that accepts whatever follows.
    full: Option<u16>,
}

impl Dfa {
    pub(super) fn new(width: usize, next: Vec<u16>, accepting: Vec<bool>) -> Self {
        let mut dfa = Self {
            width,
            next: next.into(),
            accepting: accepting.into(),
            full: None,
        };
        dfa.full = (0..dfa.len()).find(|state| {
            let leads = |class| dfa.step(*state, class) == *state;
            dfa.is_accepting(*state) && (0..width).all(leads)
        });
        dfa
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
}
