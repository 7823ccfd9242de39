//! The log of a job: a file with the output of its programs, which is also scanned for progress and
//! test results.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::counts::{Counts, Runner};
use super::progress::Progress;
use crate::programs::children;
use crate::programs::lock::{self, Lock};
use crate::programs::shell::{on_path, show, target};

/// The most lines of a log in an error.
const EXCERPT: usize = 150;

/// The log of one job.
pub(crate) struct Log {
    name: &'static str,
    file: File,
    progress: Arc<Progress>,
    /// The test runner that is running.
    runner: Option<Runner>,
    /// The test counts so far.
    pub(crate) counts: Counts,
    /// The processor time of the finished programs.
    pub(crate) cpu: Duration,
}

impl Log {
    /// Creates the job's log.
    pub(crate) fn create(name: &'static str, progress: Arc<Progress>) -> Result<Self> {
        let path = path(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let file =
            File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self {
            name,
            file,
            progress,
            runner: None,
            counts: Counts::default(),
            cpu: Duration::ZERO,
        })
    }

    /// Writes a line to the log and shows it.
    pub(crate) fn say(&mut self, line: &str) {
        let _ = writeln!(self.file, "{line}");
        self.counts.not_run(line);
        self.progress.line(&format!("  {}: {line}", self.name));
    }

    /// Takes the lock of that name, for a folder that another command may be writing.
    pub(crate) fn lock(&mut self, name: &str) -> Result<Lock> {
        lock::hold(name, |line| self.say(line))
    }

    /// Runs a program; an error contains the relevant part of its output.
    pub(crate) fn run(&mut self, command: &mut Command) -> Result<()> {
        let shown = show(command);
        writeln!(self.file, "$ {shown}")?;
        let (mut output, sink) = std::io::pipe()?;
        command.stdout(sink.try_clone()?).stderr(sink);
        // Makes cargo report progress to a pipe.
        command
            .env("CARGO_TERM_PROGRESS_WHEN", "always")
            .env("CARGO_TERM_PROGRESS_WIDTH", "120");
        let child =
            children::spawn(command).with_context(|| format!("`{shown}` could not be started"));
        // The pipe ends when the last writer closes it, and `command` holds two.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = child?;
        let mut lines = Lines::default();
        let mut excerpt = String::new();
        let mut buffer = [0; 8192];
        loop {
            match output.read(&mut buffer)? {
                0 => break,
                read => lines.push(&buffer[..read], |line| self.line(line, &mut excerpt)),
            }
        }
        lines.end(|line| self.line(line, &mut excerpt));
        let used = child.wait4()?;
        self.cpu += used.rusage.utime + used.rusage.stime;
        self.progress.detail(self.name, "", None);
        match used.status.success() {
            true => Ok(()),
            false => bail!("`{shown}` failed ({})\n{}", used.status, relevant(&excerpt)),
        }
    }

    /// Runs a test runner, and counts the tests that it reports.
    pub(crate) fn test(&mut self, runner: Runner, command: &mut Command) -> Result<()> {
        self.runner = Some(runner);
        let result = self.run(command);
        self.runner = None;
        result
    }

    /// Runs a compiler or another program that is not timed, with lower priority than tests.
    pub(crate) fn build(&mut self, command: &mut Command) -> Result<()> {
        match on_path("nice") {
            None => self.run(command),
            Some(nice) => self.run(&mut niced(&nice, command)),
        }
    }

    fn line(&mut self, line: &str, excerpt: &mut String) {
        if let Some((detail, share)) = cargo_progress(line) {
            self.progress.detail(self.name, &detail, Some(share));
            return;
        }
        let _ = writeln!(self.file, "{line}");
        excerpt.push_str(line);
        excerpt.push('\n');
        if let Some(runner) = self.runner {
            self.counts.line(runner, line);
        }
    }
}

/// The file of a job's log.
pub(crate) fn path(name: &str) -> PathBuf {
    target().join("xtask/logs").join(format!("{name}.log"))
}

fn niced(nice: &std::path::Path, command: &Command) -> Command {
    let mut niced = Command::new(nice);
    niced
        .args(["-n", "10"])
        .arg(command.get_program())
        .args(command.get_args())
        .stdin(Stdio::null());
    if let Some(folder) = command.get_current_dir() {
        niced.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => niced.env(name, value),
            None => niced.env_remove(name),
        };
    }
    niced
}

/// Splits output into lines. A carriage return ends one too: progress bars overwrite their line.
#[derive(Default)]
struct Lines {
    rest: Vec<u8>,
}

impl Lines {
    fn push(&mut self, bytes: &[u8], mut each: impl FnMut(&str)) {
        self.rest.extend_from_slice(bytes);
        while let Some(end) = self
            .rest
            .iter()
            .position(|byte| matches!(byte, b'\n' | b'\r'))
        {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            give(&line[..end], &mut each);
        }
    }

    fn end(self, mut each: impl FnMut(&str)) {
        give(&self.rest, &mut each);
    }
}

fn give(line: &[u8], each: &mut impl FnMut(&str)) {
    let text = String::from_utf8_lossy(line);
    let text = text.strip_prefix("\u{1b}[K").unwrap_or(&text);
    if !text.trim().is_empty() {
        each(text.trim_end());
    }
}

/// The text and the share of cargo's progress bar: `    Building [====>    ] 45/300: serde, syn`.
fn cargo_progress(line: &str) -> Option<(String, f64)> {
    let (verb, rest) = line.trim_start().split_once(" [")?;
    if !matches!(verb, "Building" | "Checking" | "Documenting") {
        return None;
    }
    let rest = rest.split_once("] ")?.1;
    let (done, rest) = rest.split_once('/')?;
    let (all, crates) = rest.split_once(':').unwrap_or((rest, ""));
    let done: u32 = done.parse().ok()?;
    let all: u32 = all.trim().parse().ok()?;
    let first = crates.trim().split([',', '(']).next().unwrap_or_default();
    let name = if first.is_empty() {
        String::new()
    } else {
        format!(", {first}")
    };
    let share = f64::from(done.min(all)) / f64::from(all.max(1));
    Some((format!("{done} of {all} crates{name}"), share))
}

/// The part of a failed program's output with the cause: from the tests' summary of failures or the
/// first error on, else its end.
fn relevant(output: &str) -> String {
    let marks = [
        "\nfailures:\n",
        "\u{2716} failing tests:",
        "\n--- STDERR",
        "\nerror",
        "Error:",
    ];
    let start = marks.iter().find_map(|mark| output.find(mark)).unwrap_or(0);
    let lines: Vec<&str> = output[start..]
        .lines()
        .filter(|line| !line.is_empty())
        .collect();
    if lines.len() <= EXCERPT {
        return lines.join("\n");
    }
    let (head, tail) = if start == 0 {
        (0, EXCERPT)
    } else {
        (EXCERPT * 2 / 3, EXCERPT / 3)
    };
    let left_out = format!("… {} lines left out …", lines.len() - head - tail);
    let shown = lines[..head]
        .iter()
        .copied()
        .chain([left_out.as_str()])
        .chain(lines[lines.len() - tail..].iter().copied());
    shown.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::{EXCERPT, Lines, cargo_progress, relevant};

    #[test]
    fn cargos_progress_is_read() {
        let line = "    Building [=======>       ] 45/300: serde, syn(build)  ";
        assert_eq!(
            cargo_progress(line),
            Some(("45 of 300 crates, serde".to_owned(), 0.15))
        );
        assert_eq!(
            cargo_progress("    Building [====>] 300/300"),
            Some(("300 of 300 crates".to_owned(), 1.0))
        );
        for other in [
            "   Compiling serde v1.0.0",
            "warning: see [0] 1/2",
            "    Building [app] soon",
            "",
        ] {
            assert_eq!(cargo_progress(other), None, "{other}");
        }
    }

    #[test]
    fn lines_end_at_line_feeds_and_carriage_returns_and_may_arrive_in_pieces() {
        let mut found = Vec::new();
        let mut lines = Lines::default();
        for piece in ["a\rb", "c\n\nd é", "\r\n", "e"] {
            lines.push(piece.as_bytes(), |line| found.push(line.to_owned()));
        }
        lines.end(|line| found.push(line.to_owned()));
        assert_eq!(found, ["a", "bc", "d é", "e"]);
    }

    #[test]
    fn an_excerpt_begins_at_the_failure() {
        let noise = "Compiling x\n".repeat(300);
        let excerpt = relevant(&format!(
            "{noise}\nfailures:\n\n---- a stdout ----\nexpected 1, found 2\n"
        ));
        assert_eq!(
            excerpt,
            "failures:\n---- a stdout ----\nexpected 1, found 2"
        );
        assert!(
            relevant(&format!("{noise}error: expected `;`\n --> a.rs\n"))
                .starts_with("error: expected `;`")
        );
    }

    #[test]
    fn a_long_output_without_a_mark_is_shown_from_its_end() {
        let output: String = (0..500).map(|number| format!("line {number}\n")).collect();
        let shown = relevant(&output);
        assert_eq!(shown.lines().count(), EXCERPT + 1);
        assert!(
            shown.starts_with("… 350 lines left out …\nline 350\n") && shown.ends_with("line 499"),
            "{shown}"
        );
    }
}
