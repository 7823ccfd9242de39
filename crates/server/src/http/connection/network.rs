//! What is watched below TLS: whether the network takes what is written, and what the client still sends
//! when the connection ends.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::activity::Activity;
use super::count::Permit;
use super::stream::{Watch, Watched, timed_out};

/// How long the rest of a request that was answered early is read before the connection is closed.
/// Closing it at once would reset it, and the client would lose the answer.
pub(super) const LINGER: Duration = Duration::from_secs(5);

/// How many bytes of it.
pub(super) const LINGER_BYTES: usize = 16 * 1024 * 1024;

/// A socket.
pub(crate) type Socket<T> = Watched<T, Network>;

/// Fails a socket if the network takes nothing for too long.
#[derive(Debug)]
pub(crate) struct Network {
    activity: Activity,
    timeout: Duration,
    /// While nothing can be written.
    blocked: Option<Pin<Box<Sleep>>>,
    /// Once nothing more is written.
    lingering: Option<Lingering>,
    _permit: Permit,
}

/// What may still be read.
#[derive(Debug)]
struct Lingering {
    end: Pin<Box<Sleep>>,
    bytes: usize,
}

impl<T> Socket<T> {
    pub(super) fn new(stream: T, activity: Activity, timeout: Duration, permit: Permit) -> Self {
        Self {
            stream,
            watch: Network {
                activity,
                timeout,
                blocked: None,
                lingering: None,
                _permit: permit,
            },
        }
    }
}

impl Watch for Network {
    fn writes(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if polled.is_pending() {
            let timeout = self.timeout;
            let blocked = self.blocked.get_or_insert_with(|| Box::pin(sleep(timeout)));
            return blocked.as_mut().poll(context).map(|()| Err(timed_out()));
        }
        self.blocked = None;
        if let Poll::Ready(Ok(bytes)) = polled {
            self.activity.took(bytes);
        }
        polled
    }

    fn shuts_down<T: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: &mut T,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        if self.lingering.is_none() {
            ready!(Pin::new(&mut *stream).poll_shutdown(context))?;
            if !self.activity.is_answered_early() {
                return Poll::Ready(Ok(()));
            }
        }
        let lingering = self.lingering.get_or_insert_with(Lingering::new);
        lingering.poll(stream, context).map(Ok)
    }
}

impl Lingering {
    fn new() -> Self {
        Self {
            end: Box::pin(sleep(LINGER)),
            bytes: LINGER_BYTES,
        }
    }

    /// Reads and drops what comes, until the client ends its side or the limits are reached.
    fn poll(
        &mut self,
        stream: &mut (impl AsyncRead + Unpin),
        context: &mut Context<'_>,
    ) -> Poll<()> {
        let mut bytes = [0; 8 * 1024];
        while self.bytes > 0 && self.end.as_mut().poll(context).is_pending() {
            let mut buffer = ReadBuf::new(&mut bytes);
            let read = ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer));
            let length = buffer.filled().len();
            if read.is_err() || length == 0 {
                break;
            }
            self.bytes = self.bytes.saturating_sub(length);
        }
        Poll::Ready(())
    }
}
