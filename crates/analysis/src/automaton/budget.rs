//! How much work an analysis may take.

/// The most states of one automaton.
pub(crate) const MAX_STATES: usize = 4_096;

/// The most entries of the tables of all automata of an analysis, of two bytes each.
const MAX_CELLS: usize = 8_000_000;

/// The most steps of one question.
const QUESTION_STEPS: u64 = 4_000_000;

/// The most steps of an analysis, besides those for each policy.
const ANALYSIS_STEPS: u64 = 8_000_000;

/// The steps that an analysis may take for each policy.
const POLICY_STEPS: u64 = 20_000;

/// The most branches of one question.
const BRANCHES: u64 = 100_000;

/// What was used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exhausted {
    /// An automaton has more than [`MAX_STATES`] states, or all of them are too large.
    States,
    /// The steps of a question or of the analysis.
    Steps,
    /// The branches of a question.
    Branches,
    /// The ways in which a pattern divides among the parts of a claim.
    Ways,
    /// The witness is none for the evaluator of decisions.
    Replay,
    /// The proof is not accepted by the checker.
    Proof,
}

/// What is left.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    pub(crate) max_states: usize,
    cells: usize,
    analysis: u64,
    question: u64,
    branches: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            max_states: MAX_STATES,
            cells: MAX_CELLS,
            analysis: ANALYSIS_STEPS,
            question: QUESTION_STEPS,
            branches: BRANCHES,
        }
    }
}

impl Budget {
    /// Adds the steps for so many policies.
    pub(crate) fn add_policies(&mut self, policies: usize) {
        let steps = POLICY_STEPS.saturating_mul(policies as u64);
        self.analysis = self.analysis.saturating_add(steps);
    }

    /// Begins a question.
    pub(crate) fn question(&mut self) {
        self.question = QUESTION_STEPS.min(self.analysis);
        self.branches = BRANCHES;
    }

    /// Takes steps.
    pub(crate) fn step(&mut self, steps: usize) -> Result<(), Exhausted> {
        let steps = steps as u64;
        self.analysis = self.analysis.saturating_sub(steps);
        self.question = self.question.checked_sub(steps).ok_or(Exhausted::Steps)?;
        Ok(())
    }

    /// Counts steps of work that has a limit of its own.
    pub(crate) fn spend(&mut self, steps: u64) {
        self.analysis = self.analysis.saturating_sub(steps);
    }

    /// The steps that are left for the analysis.
    pub(crate) fn left(&self) -> u64 {
        self.analysis
    }

    /// Takes a branch.
    pub(crate) fn branch(&mut self) -> Result<(), Exhausted> {
        self.branches = self.branches.checked_sub(1).ok_or(Exhausted::Branches)?;
        Ok(())
    }

    /// Takes room for an automaton.
    pub(crate) fn cells(&mut self, cells: usize) -> Result<(), Exhausted> {
        self.cells = self.cells.checked_sub(cells).ok_or(Exhausted::States)?;
        Ok(())
    }
}
