//! Threads for slow work, which organizations take turns on: however much work one of them causes, the
//! work of another waits for what runs already, and not for what is queued.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use tokio::sync::oneshot::{self, Receiver, Sender};

use crate::lock::lock;

/// How much work of an organization may wait, where callers are turned away beyond that.
pub(crate) const MAX_WAITING: usize = 8;

/// A text of more bytes is worked on when it is its organization's turn: parsing and judging a megabyte of
/// policies takes seconds.
pub(crate) const LONG_TEXT: usize = 64 * 1024;

/// An organization by its id; `None` is the bootstrap token.
type Id = Option<i64>;

/// Threads that organizations take turns on. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Turns(Arc<Mutex<State>>);

/// Too much work of an organization is waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too much slow work of this organization is waiting")]
pub(crate) struct Crowded;

#[derive(Debug)]
struct State {
    /// The threads that nothing runs on.
    free: usize,
    /// Counts turns and arrivals.
    count: u64,
    /// Organizations with work.
    shares: HashMap<Id, Share>,
}

#[derive(Debug)]
struct Share {
    running: usize,
    waiting: VecDeque<Sender<Turn>>,
    /// [`State::count`] when the organization last began or ended a turn, or came.
    since: u64,
}

/// The use of a thread, until it is dropped.
#[derive(Debug)]
struct Turn {
    turns: Turns,
    organization: Id,
}

impl Turns {
    /// As many threads as there are pairs of processors, and two at least.
    pub(crate) fn half() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self::new(processors.div_ceil(2).max(2))
    }

    /// Two threads, for work that exchanges must not wait for: work of one organization, which may take
    /// minutes, leaves one of them to the others.
    pub(crate) fn two() -> Self {
        Self::new(2)
    }

    fn new(threads: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            free: threads,
            count: 0,
            shares: HashMap::new(),
        })))
    }

    /// Runs work of an organization on a text of so many bytes: on a short one at once, on the present
    /// thread, and on a long one when it is its turn.
    ///
    /// # Errors
    /// [`Crowded`] for a long one, as [`Turns::try_run`] has it.
    pub(crate) async fn run_if_long<T: Send + 'static>(
        &self,
        organization: i64,
        length: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Crowded> {
        if length <= LONG_TEXT {
            return Ok(work());
        }
        self.try_run(Some(organization), work).await
    }

    /// Runs slow work of an organization on a text of so many bytes, when it is its turn. Any number of short
    /// ones may wait: they take little memory, and a program may save the policies of many issuers at once.
    ///
    /// # Errors
    /// [`Crowded`] for a long one, as [`Turns::try_run`] has it.
    pub(crate) async fn run_on<T: Send + 'static>(
        &self,
        organization: i64,
        length: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Crowded> {
        if length > LONG_TEXT {
            return self.try_run(Some(organization), work).await;
        }
        Ok(self.run(Some(organization), work).await)
    }

    /// Runs slow work of an organization, when it is its turn.
    ///
    /// # Errors
    /// [`Crowded`] if [`MAX_WAITING`] pieces of its work are waiting already.
    pub(crate) async fn try_run<T: Send + 'static>(
        &self,
        organization: Id,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Crowded> {
        if lock(&self.0).waiting(organization) >= MAX_WAITING {
            return Err(Crowded);
        }
        Ok(self.run(organization, work).await)
    }

    /// Runs slow work of an organization, when it is its turn, however much of it is waiting.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        organization: Id,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        let turn = self.queue(organization).await.ok();
        let task = tokio::task::spawn_blocking(move || {
            // Held until the work is done, even if the request has timed out.
            let _turn = turn;
            work()
        });
        match task.await {
            Ok(result) => result,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    /// Waits for a turn.
    fn queue(&self, organization: Id) -> Receiver<Turn> {
        let (sender, receiver) = oneshot::channel();
        lock(&self.0).push(organization, sender);
        self.hand_out();
        receiver
    }

    /// Gives free threads to those whose turn it is.
    fn hand_out(&self) {
        loop {
            // Without the lock afterwards: a turn that no one waits for any more comes back at once.
            let next = lock(&self.0).next();
            let Some((organization, sender)) = next else {
                return;
            };
            let turns = self.clone();
            let _ = sender.send(Turn {
                turns,
                organization,
            });
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        lock(&self.turns.0).end(self.organization);
        self.turns.hand_out();
    }
}

impl State {
    /// How much work of an organization is waiting.
    fn waiting(&mut self, organization: Id) -> usize {
        let Some(share) = self.shares.get_mut(&organization) else {
            return 0;
        };
        // Those whose requests have timed out no longer wait.
        share.waiting.retain(|sender| !sender.is_closed());
        share.waiting.len()
    }

    fn push(&mut self, organization: Id, sender: Sender<Turn>) {
        self.count += 1;
        let since = self.count;
        let share = self.shares.entry(organization).or_insert_with(|| Share {
            running: 0,
            waiting: VecDeque::new(),
            since,
        });
        share.waiting.push_back(sender);
    }

    /// Takes a thread for the organization that has waited for a turn for the longest time. Where there
    /// are several threads, an organization leaves the last free one to the others.
    fn next(&mut self) -> Option<(Id, Sender<Turn>)> {
        for share in self.shares.values_mut() {
            while share.waiting.front().is_some_and(Sender::is_closed) {
                share.waiting.pop_front();
            }
        }
        self.shares
            .retain(|_, share| share.running > 0 || !share.waiting.is_empty());
        let free = self.free;
        let may_run = |share: &Share| free > 1 || (free == 1 && share.running == 0);
        let (organization, share) = self
            .shares
            .iter_mut()
            .filter(|(_, share)| !share.waiting.is_empty() && may_run(share))
            .min_by_key(|(_, share)| share.since)?;
        let sender = share.waiting.pop_front()?;
        self.count += 1;
        self.free -= 1;
        share.running += 1;
        share.since = self.count;
        Some((*organization, sender))
    }

    fn end(&mut self, organization: Id) {
        self.free += 1;
        self.count += 1;
        if let Some(share) = self.shares.get_mut(&organization) {
            share.running = share.running.saturating_sub(1);
            share.since = self.count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Crowded, LONG_TEXT, MAX_WAITING, Receiver, Turn, Turns};

    /// The turns that were handed out, in this order, if each ends before the next.
    fn served(mut waiting: Vec<(&'static str, Receiver<Turn>)>) -> Vec<&'static str> {
        let mut order = Vec::new();
        while let Some(place) = waiting
            .iter_mut()
            .position(|(_, receiver)| receiver.try_recv().is_ok_and(|turn| is_turn(&turn)))
        {
            order.push(waiting.remove(place).0);
        }
        order
    }

    fn is_turn(turn: &Turn) -> bool {
        turn.organization.is_some()
    }

    #[test]
    fn organizations_take_turns() {
        let turns = Turns::new(1);
        let queue = |name: &'static str, id| (name, turns.queue(Some(id)));
        let waiting = vec![
            queue("a1", 1),
            queue("a2", 1),
            queue("a3", 1),
            queue("b1", 2),
            queue("b2", 2),
            queue("c1", 3),
        ];
        assert_eq!(served(waiting), ["a1", "b1", "c1", "a2", "b2", "a3"]);
        assert!(turns.queue(Some(1)).try_recv().is_ok());
    }

    #[test]
    fn an_organization_that_comes_back_is_behind_those_who_wait() {
        let turns = Turns::new(1);
        let first = turns.queue(Some(1)).try_recv().unwrap();
        let mut second = turns.queue(Some(2));
        drop(first);
        let second = second.try_recv().unwrap();
        let (mut third, mut again) = (turns.queue(Some(3)), turns.queue(Some(1)));
        drop(second);
        assert!(again.try_recv().is_err());
        drop(third.try_recv().unwrap());
        assert!(again.try_recv().is_ok());
    }

    #[test]
    fn one_organization_leaves_a_thread_to_the_others() {
        let turns = Turns::new(3);
        let mut own: Vec<_> = (0..3).map(|_| turns.queue(Some(1))).collect();
        let mut running: Vec<_> = own
            .iter_mut()
            .filter_map(|own| own.try_recv().ok())
            .collect();
        assert_eq!(running.len(), 2);
        let other = turns.queue(Some(2)).try_recv().unwrap();
        running.pop();
        assert!(own[2].try_recv().is_err(), "the last free thread");
        drop(other);
        assert!(own[2].try_recv().is_ok());
    }

    #[test]
    fn what_no_one_waits_for_any_more_takes_no_turn() {
        let turns = Turns::new(1);
        let running = turns.queue(Some(1)).try_recv().unwrap();
        drop((turns.queue(Some(1)), turns.queue(Some(2))));
        let mut last = turns.queue(Some(2));
        drop(running);
        assert!(last.try_recv().is_ok());
        // A turn that arrived and was not taken comes back.
        drop(turns.queue(Some(3)));
        assert!(turns.queue(Some(4)).try_recv().is_ok());
    }

    #[tokio::test]
    async fn beyond_its_share_the_work_of_one_organization_is_turned_away() {
        let turns = Turns::new(1);
        let running = turns.queue(Some(1)).try_recv().unwrap();
        let waiting: Vec<_> = (0..MAX_WAITING).map(|_| turns.queue(Some(1))).collect();
        assert_eq!(turns.try_run(Some(1), || ()).await, Err(Crowded));
        let other = tokio::spawn({
            let turns = turns.clone();
            async move { turns.try_run(Some(2), || "done").await }
        });
        drop((running, waiting));
        assert_eq!(other.await.unwrap(), Ok("done"));
        assert_eq!(turns.try_run(Some(1), || ()).await, Ok(()));
    }

    #[tokio::test]
    async fn only_long_texts_are_turned_away() {
        let turns = Turns::new(1);
        let running = turns.queue(Some(1)).try_recv().unwrap();
        let waiting: Vec<_> = (0..MAX_WAITING).map(|_| turns.queue(Some(1))).collect();
        assert_eq!(turns.run_if_long(1, LONG_TEXT, || 1).await, Ok(1));
        let long = LONG_TEXT + 1;
        assert_eq!(turns.run_if_long(1, long, || 2).await, Err(Crowded));
        assert_eq!(turns.run_on(1, long, || 3).await, Err(Crowded));
        let short = tokio::spawn({
            let turns = turns.clone();
            async move { turns.run_on(1, LONG_TEXT, || 4).await }
        });
        tokio::task::yield_now().await;
        drop((running, waiting));
        assert_eq!(short.await.unwrap(), Ok(4));
    }

    #[tokio::test]
    async fn a_turn_ends_with_a_panic() {
        let turns = Turns::new(1);
        let panicked = tokio::spawn({
            let turns = turns.clone();
            async move { turns.run::<()>(Some(1), || panic!("on purpose")).await }
        });
        assert!(panicked.await.is_err());
        assert_eq!(turns.run(Some(1), || 1).await, 1);
    }
}
