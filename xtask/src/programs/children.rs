//! The programs that xtask starts. Each has a process group of its own with the programs that it
//! starts itself; when xtask is interrupted, it ends them all.

use std::collections::BTreeSet;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdout, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, kill_process_group, test_kill_process, test_kill_process_group,
};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::signal_name;
use wait4::{ResUse, Wait4 as _};

/// The time for a program to end after SIGTERM.
const PATIENCE: Duration = Duration::from_secs(10);
/// The time for the programs that it started, once it has ended.
const REST: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_millis(20);

static STATE: Mutex<State> = Mutex::new(State {
    groups: BTreeSet::new(),
    is_ending: false,
});

struct State {
    groups: BTreeSet<i32>,
    is_ending: bool,
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A started program; dropped before its end, it is ended.
pub(crate) struct Running {
    child: Child,
    is_reaped: bool,
}

/// Starts a program in a process group of its own.
pub(crate) fn spawn(command: &mut Command) -> io::Result<Running> {
    // Locked until the group is known, so that no program is missed.
    let mut state = state();
    if state.is_ending {
        return Err(io::Error::other("interrupted"));
    }
    let child = command.process_group(0).spawn()?;
    state.groups.insert(group(&child));
    Ok(Running {
        child,
        is_reaped: false,
    })
}

impl Running {
    pub(crate) fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    pub(crate) fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        let status = self.child.try_wait()?;
        if status.is_some() {
            self.reaped();
        }
        Ok(status)
    }

    pub(crate) fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait()?;
        self.reaped();
        Ok(status)
    }

    /// Waits, and returns the used processor time as well.
    pub(crate) fn wait4(&mut self) -> io::Result<ResUse> {
        let used = self.child.wait4()?;
        self.reaped();
        Ok(used)
    }

    /// Ends the program and those that it started.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        if self.is_reaped {
            return Ok(());
        }
        signal(group(&self.child), Signal::TERM);
        let start = Instant::now();
        while self.try_wait()?.is_none() && start.elapsed() < PATIENCE {
            std::thread::sleep(POLL);
        }
        signal(group(&self.child), Signal::KILL);
        if !self.is_reaped {
            self.wait()?;
        }
        Ok(())
    }

    fn reaped(&mut self) {
        self.is_reaped = true;
        state().groups.remove(&group(&self.child));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

/// Handles SIGINT, SIGTERM and SIGHUP: ends all programs, waits for them, and exits. A second
/// signal ends them without waiting.
pub(crate) fn end_on_signals() -> Result<()> {
    let mut handled = vec![SIGINT, SIGTERM];
    // `nohup` ignores it for the programs that it starts.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if !is_ignored(&status, SIGHUP) {
        handled.push(SIGHUP);
    }
    let mut signals = Signals::new(handled).context("signals cannot be handled")?;
    std::thread::spawn(move || {
        let Some(first) = signals.forever().next() else {
            return;
        };
        let groups = begin_ending();
        let name = signal_name(first).unwrap_or("a signal");
        eprintln!("interrupted by {name}");
        let start = Instant::now();
        let mut is_urgent = || signals.pending().next().is_some();
        while !state().groups.is_empty() && start.elapsed() < PATIENCE && !is_urgent() {
            std::thread::sleep(POLL);
        }
        let start = Instant::now();
        let is_left = |group: &i32| Pid::from_raw(*group).is_some_and(is_left);
        while groups.iter().any(is_left) && start.elapsed() < REST && !is_urgent() {
            std::thread::sleep(POLL);
        }
        for group in groups {
            signal(group, Signal::KILL);
        }
        std::process::exit(128 + first);
    });
    Ok(())
}

/// Whether the process with this status, a file of Linux, ignores a signal.
fn is_ignored(status: &str, signal: i32) -> bool {
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// Whether a signal to end has arrived.
pub(crate) fn is_ending() -> bool {
    state().is_ending
}

/// After a signal, waits for the exit.
pub(crate) fn wait_if_ending() {
    while is_ending() {
        std::thread::sleep(POLL);
    }
}

/// Prevents new programs and asks the running ones to end; returns their groups.
fn begin_ending() -> BTreeSet<i32> {
    let mut state = state();
    state.is_ending = true;
    for group in &state.groups {
        signal(*group, Signal::TERM);
    }
    state.groups.clone()
}

/// Whether a process of that number is running, of any user.
pub(crate) fn is_alive(process: i32) -> bool {
    let Some(process) = Pid::from_raw(process) else {
        return false;
    };
    test_kill_process(process) != Err(Errno::SRCH)
}

/// The group of a program has the number of its process.
fn group(child: &Child) -> i32 {
    Pid::from_child(child).as_raw_nonzero().get()
}

/// A group that has ended already is not an error.
fn signal(group: i32, signal: Signal) {
    if let Some(group) = Pid::from_raw(group) {
        let _ = kill_process_group(group, signal);
    }
}

fn is_left(group: Pid) -> bool {
    test_kill_process_group(group).is_ok()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::process::{Command, Stdio};

    use super::{SIGHUP, SIGINT, is_ignored, spawn, state};

    #[test]
    fn an_ignored_signal_stays_ignored() {
        let status = "Name:\tcargo\nSigIgn:\t0000000000000001\n";
        assert!(is_ignored(status, SIGHUP));
        assert!(!is_ignored(status, SIGINT));
        assert!(!is_ignored("", SIGHUP));
    }

    #[test]
    fn a_program_ends_with_those_that_it_started() {
        let mut command = Command::new("sh");
        command
            .args(["-c", "sleep 1000 & echo started; wait"])
            .stdout(Stdio::piped());
        let mut child = spawn(&mut command).unwrap();
        let mut stdout = child.stdout().unwrap();
        let mut started = [0; 8];
        stdout.read_exact(&mut started).unwrap();
        let group = super::group(&child.child);
        assert!(state().groups.contains(&group));
        child.end().unwrap();
        assert!(!state().groups.contains(&group));
        // The pipe ends when no program is left that could write to it.
        stdout.read_to_end(&mut Vec::new()).unwrap();
    }
}
