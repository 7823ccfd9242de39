//! Timeouts of a connection. hyper has one, for the head of a request of HTTP/1. The others are here,
//! on two levels: [`Socket`] is below TLS and sees which bytes the network takes; [`Connection`] is
//! above it and sees the protocol.
//!
//! A timeout is an error of the stream, on which hyper closes the connection.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use super::activity::Activity;
use super::count::Permit;
use crate::config::ConnectionLimits;

/// The connection preface of HTTP/2.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A socket. Writing to it fails if the network takes nothing for too long.
#[derive(Debug)]
pub(crate) struct Socket<T> {
    stream: T,
    activity: Activity,
    timeout: Duration,
    /// While nothing can be written.
    blocked: Option<Pin<Box<Sleep>>>,
    _permit: Permit,
}

impl<T> Socket<T> {
    pub(super) fn new(stream: T, activity: Activity, timeout: Duration, permit: Permit) -> Self {
        Self {
            stream,
            activity,
            timeout,
            blocked: None,
            _permit: permit,
        }
    }

    fn watch(
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
}

impl<T: AsyncRead + Unpin> AsyncRead for Socket<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Socket<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(context, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watch(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// A connection. It fails if the version of HTTP is not known in time, if there is no request for too
/// long, or if the client takes too little of an answer.
///
/// Until hyper knows the version, it has no timeout of its own: a client that sends nothing, or half
/// of the preface of HTTP/2, would hold the connection open.
#[derive(Debug)]
pub(crate) struct Connection<T> {
    stream: T,
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
            activity,
            idle: limits.idle_timeout,
            write: limits.write_timeout,
            negotiation: Some(negotiation),
            seen: 0,
            timer: Box::pin(sleep_until(negotiation)),
        }
    }

    fn inspect(&mut self, bytes: &[u8]) {
        let expected = &PREFACE[self.seen..];
        let length = bytes.len().min(expected.len());
        self.seen += length;
        if bytes[..length] != expected[..length] || self.seen == PREFACE.len() {
            self.negotiation = None;
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

impl<T: AsyncRead + Unpin> AsyncRead for Connection<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if self.negotiation.is_some() && matches!(polled, Poll::Ready(Ok(()))) {
            self.inspect(&buffer.filled()[before..]);
        }
        self.watch(context, polled)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Connection<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(context, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watch(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_flush(context);
        self.watch(context, polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_shutdown(context);
        self.watch(context, polled)
    }
}

fn timed_out() -> io::Error {
    io::ErrorKind::TimedOut.into()
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio::time::{advance, sleep};

    use super::{Connection, Socket};
    use crate::config::ConnectionLimits;
    use crate::http::connection::activity::Activity;
    use crate::http::connection::count::OpenConnections;

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
        let (mut client, mut server, _) = pair();
        client.write_all(super::PREFACE).await.unwrap();
        let chatter = tokio::spawn(async move {
            let mut answers = [0; 17];
            while client.write_all(&[0; 17]).await.is_ok() {
                client.read_exact(&mut answers).await.unwrap();
                sleep(Duration::from_millis(100)).await;
            }
        });
        let mut bytes = [0; 1_024];
        let ended = loop {
            match server.read(&mut bytes).await {
                Ok(_) => server.write_all(&[0; 17]).await.unwrap(),
                Err(error) => break error,
            }
        };
        assert_eq!(ended.kind(), io::ErrorKind::TimedOut);
        drop(server);
        let _ = chatter.await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_times_out() {
        let (_client, mut server, _) = pair();
        server.negotiation = None;
        let ended = server.write_all(&[0; 2_000]).await.unwrap_err();
        assert_eq!(ended.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_its_answer_slowly_does_not() {
        let (mut client, mut server, activity) = pair();
        server.negotiation = None;
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
}
