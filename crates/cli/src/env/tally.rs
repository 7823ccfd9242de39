//! What was done with each environment, line by line, and the sum.

use std::process::ExitCode;

use anyhow::Result;

use crate::output::{self, count};

/// What was done, or would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Created,
    Updated,
    /// Only the server can tell whether there is something to do.
    Secrets,
    Unchanged,
    Conflict,
    Failed,
}

/// Counts what is done.
pub(super) struct Tally {
    is_dry_run: bool,
    done: Vec<Done>,
}

impl Tally {
    pub(super) fn new(is_dry_run: bool) -> Self {
        Self {
            is_dry_run,
            done: Vec::new(),
        }
    }

    /// Counts something that needs no line.
    pub(super) fn unchanged(&mut self) {
        self.done.push(Done::Unchanged);
    }

    /// Writes a line about an environment or a file.
    pub(super) fn changed(&mut self, done: Done, what: &str) -> Result<()> {
        self.done.push(done);
        let verb = match (done, self.is_dry_run) {
            (Done::Created, false) => "created",
            (Done::Created, true) => "would create",
            (Done::Secrets, _) => "may update, if its secrets differ:",
            (_, false) => "updated",
            (_, true) => "would update",
        };
        output::write(&output::lines(&format!("{verb} {what}\n")))
    }

    /// Writes an error about an environment.
    pub(super) fn failed(&mut self, done: Done, what: &str, why: &str) {
        self.done.push(done);
        output::write_error(&output::lines(&format!("error: {what}: {why}\n")));
    }

    /// Writes the sum: exit status 0 if nothing failed, else 1.
    pub(super) fn finish(&self) -> Result<ExitCode> {
        let of = |kinds: &[Done]| self.done.iter().filter(|own| kinds.contains(own)).count();
        let updated = of(&[Done::Updated, Done::Secrets]);
        let (conflicts, failed) = (of(&[Done::Conflict]), of(&[Done::Failed]));
        let (created, unchanged) = (of(&[Done::Created]), of(&[Done::Unchanged]));
        let mut line = match self.is_dry_run {
            false => format!("{created} created, {updated} updated"),
            true => format!("{created} to create, {updated} to update"),
        };
        line += &format!(", {unchanged} unchanged");
        if conflicts > 0 {
            line += &format!(", {}", count(conflicts, "conflict", "conflicts"));
        }
        if failed > 0 {
            line += &format!(", {failed} failed");
        }
        output::write(&format!("{line}\n"))?;
        Ok(output::status(conflicts + failed == 0))
    }
}
