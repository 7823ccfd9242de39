//! What is watched above TLS: the version of HTTP, and how long a connection is without a request, or its
//! client without taking an answer.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::activity::Activity;
use super::stream::{Watch, Watched, timed_out};
use crate::config::ConnectionLimits;

/// The connection preface of HTTP/2.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A connection.
pub(crate) type Connection<T> = Watched<T, Protocol>;

/// Fails a connection if the version of HTTP is not known in time, if there is no request for too long,
/// or if the client takes too little of an answer.
///
/// Until hyper knows the version, it has no timeout of its own: a client that sends nothing, or half
/// of the preface of HTTP/2, would hold the connection open.
#[derive(Debug)]
pub(crate) struct Protocol {
    activity: Activity,
    idle: Duration,
    write: Duration,
    /// Until when the version must be known; `None` once it is.
    negotiation: Option<Instant>,
    /// How many bytes of the preface were read.
    seen: usize,
    timer: Pin<Box<Sleep>>,
}

impl<T> Connection<T> {
    pub(super) fn new(stream: T, activity: Activity, limits: &ConnectionLimits) -> Self {
        let negotiation = Instant::now() + limits.head_timeout;
        Self {
            stream,
            watch: Protocol {
                activity,
                idle: limits.idle_timeout,
                write: limits.write_timeout,
                negotiation: Some(negotiation),
                seen: 0,
                timer: Box::pin(sleep_until(negotiation)),
            },
        }
    }
}

impl Protocol {
    fn inspect(&mut self, bytes: &[u8]) {
        let expected = &PREFACE[self.seen..];
        let length = bytes.len().min(expected.len());
        self.seen += length;
        if bytes[..length] != expected[..length] {
            self.negotiation = None;
        } else if self.seen == PREFACE.len() {
            self.negotiation = None;
            self.activity.multiplex();
        }
    }

    /// Fails a pending operation once it is too late.
    fn watch<R>(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<R>>,
    ) -> Poll<io::Result<R>> {
        if polled.is_ready() {
            return polled;
        }
        let now = Instant::now();
        let deadline = self
            .negotiation
            .or_else(|| self.activity.deadline(self.idle, self.write));
        if deadline.is_some_and(|deadline| deadline <= now) {
            return Poll::Ready(Err(timed_out()));
        }
        // Setting a timer costs more than letting one expire that turns out to be too early.
        let next = deadline.unwrap_or(now + self.idle);
        if next < self.timer.deadline() || self.timer.is_elapsed() {
            self.timer.as_mut().reset(next);
        }
        if self.timer.as_mut().poll(context).is_ready() {
            context.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

impl Watch for Protocol {
    fn reads(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<()>>,
        bytes: &[u8],
    ) -> Poll<io::Result<()>> {
        if self.negotiation.is_some() && matches!(polled, Poll::Ready(Ok(()))) {
            self.inspect(bytes);
        }
        self.watch(context, polled)
    }

    fn writes(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        self.watch(context, polled)
    }

    fn flushes(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<()>>,
    ) -> Poll<io::Result<()>> {
        self.watch(context, polled)
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio::time::{advance, sleep};

    use super::{Connection, PREFACE};
    use crate::config::ConnectionLimits;
    use crate::http::connection::activity::Activity;
    use crate::http::connection::count::OpenConnections;
    use crate::http::connection::network::{LINGER, LINGER_BYTES, Socket};

    /// Of whole seconds; the head's is the shortest.
    fn limits() -> ConnectionLimits {
        ConnectionLimits {
            head_timeout: Duration::from_secs(1),
            write_timeout: Duration::from_secs(2),
            idle_timeout: Duration::from_secs(3),
            ..ConnectionLimits::default()
        }
    }

    /// A client, and the server's end with a buffer of 1,024 bytes in between.
    fn pair() -> (DuplexStream, Connection<Socket<DuplexStream>>, Activity) {
        let (client, server) = duplex(1_024);
        let permit = OpenConnections::new(0, 0)
            .admit([192, 0, 2, 1].into())
            .unwrap();
        let activity = Activity::new();
        let socket = Socket::new(server, activity.clone(), limits().write_timeout, permit);
        let server = Connection::new(socket, activity.clone(), &limits());
        (client, server, activity)
    }

    /// Reads everything that a client sends, and then waits: how long it took until the timeout.
    async fn time_out(sent: &[&str]) -> Duration {
        let (mut client, mut server, _) = pair();
        let started = tokio::time::Instant::now();
        let mut bytes = [0; 1_024];
        for part in sent {
            client.write_all(part.as_bytes()).await.unwrap();
            assert_eq!(server.read(&mut bytes).await.unwrap(), part.len());
        }
        let ended = server.read(&mut bytes).await.unwrap_err();
        assert_eq!(ended.kind(), io::ErrorKind::TimedOut);
        started.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_of_an_unknown_version_times_out() {
        for sent in [&[][..], &["P"], &["PRI", " * HTTP/2.0\r\n"]] {
            let took = time_out(sent).await;
            assert!(took < limits().write_timeout, "{sent:?} {took:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_of_a_known_version_times_out_when_it_is_idle() {
        for sent in [
            &["GET"][..],
            &["P", "OST"],
            &["PRI * HTTP/2.0", "\r\n\r\nSM\r\n\r\n"],
            &["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n and more"],
        ] {
            let took = time_out(sent).await;
            assert!(took >= limits().idle_timeout, "{sent:?} {took:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_without_a_request_do_not_keep_a_connection_open() {
        // Ten frames of a ping a second, and far more than any progress of an answer.
        for pause in [Duration::from_millis(100), Duration::from_millis(1)] {
            let (mut client, mut server, _) = pair();
            let started = tokio::time::Instant::now();
            client.write_all(PREFACE).await.unwrap();
            let chatter = tokio::spawn(async move {
                let mut answers = [0; 170];
                while client.write_all(&[0; 170]).await.is_ok() {
                    client.read_exact(&mut answers).await.unwrap();
                    sleep(pause).await;
                }
            });
            let mut bytes = [0; 1_024];
            let ended = loop {
                match server.read(&mut bytes).await {
                    Ok(_) => server.write_all(&[0; 170]).await.unwrap(),
                    Err(error) => break error,
                }
            };
            assert_eq!(ended.kind(), io::ErrorKind::TimedOut);
            let took = started.elapsed();
            assert!(took < limits().idle_timeout * 2, "{took:?}");
            drop(server);
            let _ = chatter.await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_times_out() {
        let (_client, mut server, _) = pair();
        server.watch.negotiation = None;
        let ended = server.write_all(&[0; 2_000]).await.unwrap_err();
        assert_eq!(ended.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_its_answer_slowly_does_not() {
        let (mut client, mut server, activity) = pair();
        server.watch.negotiation = None;
        let reader = tokio::spawn(async move {
            let (mut bytes, mut total) = ([0; 1_000], 0);
            // A kilobyte in a tenth of a second, for many times each timeout.
            while let Ok(length @ 1..) = client.read(&mut bytes).await {
                total += length;
                sleep(Duration::from_millis(100)).await;
            }
            total
        });
        advance(Duration::from_millis(1)).await;
        server.write_all(&[0; 200_000]).await.unwrap();
        drop((server, activity));
        assert_eq!(reader.await.unwrap(), 200_000);
    }

    /// A connection that ends, and how much of what its client sends it takes.
    async fn taken_at_the_end(is_answered_early: bool, sent: usize) -> (usize, Duration) {
        let (mut client, mut server, activity) = pair();
        if is_answered_early {
            activity.answer_early();
        }
        let started = tokio::time::Instant::now();
        let ending = tokio::spawn(async move {
            server.shutdown().await.unwrap();
            drop(server);
            started.elapsed()
        });
        let mut taken = 0;
        while taken < sent && client.write_all(&[0; 1_024]).await.is_ok() {
            taken += 1_024;
        }
        (taken, ending.await.unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_client_still_sends_is_taken_within_limits() {
        let some = 1 << 20;
        let (taken, took) = taken_at_the_end(true, some).await;
        assert_eq!((taken, took), (some, LINGER), "the client waits");
        let (taken, took) = taken_at_the_end(true, usize::MAX).await;
        assert!(taken.abs_diff(LINGER_BYTES) <= 2 * 8_192, "{taken}");
        assert_eq!(took, Duration::ZERO);
        let (_, took) = taken_at_the_end(false, 1_024).await;
        assert_eq!(took, Duration::ZERO, "it is not waited for the client");
    }
}
