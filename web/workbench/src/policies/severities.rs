//! How many findings there are of each severity.

use claimgate::diagnostic::Severity;
use claimgate::text::list::enumerate;

/// Findings, counted by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Severities {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
}

impl Severities {
    /// Counts findings.
    pub fn of(severities: impl IntoIterator<Item = Severity>) -> Self {
        let mut found = Self::default();
        severities
            .into_iter()
            .for_each(|severity| found.add(severity));
        found
    }

    /// Counts one more.
    pub fn add(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            _ => self.notes += 1,
        }
    }

    /// Whether there is more than notes.
    pub const fn is_notable(self) -> bool {
        self.errors + self.warnings > 0
    }

    /// The same without notes.
    #[must_use]
    pub const fn without_notes(self) -> Self {
        Self { notes: 0, ..self }
    }

    /// `2 errors and 1 note`; empty if there are none.
    pub fn sentence(self) -> String {
        let count = |(count, word): (usize, &str)| {
            let plural = if count == 1 { "" } else { "s" };
            (count > 0).then(|| format!("{count} {word}{plural}"))
        };
        let counts = [
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.notes, "note"),
        ];
        enumerate(&counts.into_iter().filter_map(count).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_counted_by_severity() {
        let found = Severities::of([Severity::Note, Severity::Error, Severity::Error]);
        assert_eq!(found.sentence(), "2 errors and 1 note");
        assert_eq!(found.without_notes().sentence(), "2 errors");
        assert!(found.is_notable() && !Severities::of([Severity::Note]).is_notable());
        assert_eq!(Severities::default().sentence(), "");
    }
}
