//! A job and how it ended.

use std::time::Duration;

use anyhow::Result;

use super::counts::Counts;
use super::log::Log;

/// A resource of jobs: jobs in the same lane never run at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lane {
    /// Cargo in the development profile, which locks its target folder.
    Dev,
    /// Cargo in the app's profile.
    Web,
    /// Debian's package manager.
    System,
}

type Work = Box<dyn FnOnce(&mut Log) -> Result<()> + Send>;

/// A piece of work.
pub(crate) struct Job {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) needs: Vec<&'static str>,
    pub(crate) lane: Option<Lane>,
    /// The expected seconds on two cores, with nothing built yet.
    pub(crate) takes: f64,
    /// Whether it sets up a tool that is kept for later runs.
    pub(crate) is_kept: bool,
    /// Whether it does only a part of its work in this run.
    pub(crate) is_partial: bool,
    pub(crate) work: Option<Work>,
}

impl Job {
    pub(crate) fn new(
        name: &'static str,
        what: &'static str,
        takes: f64,
        work: impl FnOnce(&mut Log) -> Result<()> + Send + 'static,
    ) -> Self {
        Self {
            name,
            what,
            needs: Vec::new(),
            lane: None,
            takes,
            is_kept: false,
            is_partial: false,
            work: Some(Box::new(work)),
        }
    }

    #[must_use]
    pub(crate) fn after(mut self, needs: &[&'static str]) -> Self {
        self.needs.extend(needs);
        self
    }

    #[must_use]
    pub(crate) fn in_lane(mut self, lane: Lane) -> Self {
        self.lane = Some(lane);
        self
    }

    /// Marks a job that sets up a tool, and usually finds it there.
    #[must_use]
    pub(crate) fn kept(mut self) -> Self {
        self.is_kept = true;
        self
    }

    /// Marks a job that takes another time than usual, because of the options of this run.
    #[must_use]
    pub(crate) fn partial_if(mut self, is_partial: bool) -> Self {
        self.is_partial = is_partial;
        self
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn needs(&self) -> &[&'static str] {
        &self.needs
    }
}

/// How a job ended.
pub(crate) struct Outcome {
    pub(crate) name: &'static str,
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
    pub(crate) counts: Counts,
    pub(crate) result: Ended,
}

pub(crate) enum Ended {
    Done,
    Failed(anyhow::Error),
    /// Not run, because the job of that name failed.
    LeftOut(&'static str),
}
