//! A timeout for connections on which nothing arrives. Until hyper knows the version of HTTP, it has
//! no timeout of its own: a client that sends nothing, or half of the preface of HTTP/2, would hold
//! the connection open.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// The connection preface of HTTP/2.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// An acceptor that limits the time until the version of HTTP is known.
#[derive(Clone, Debug)]
pub(crate) struct FirstByteTimeout<A> {
    pub(crate) inner: A,
    pub(crate) timeout: Duration,
}

type Accepting<T, S> = Pin<Box<dyn Future<Output = io::Result<(T, S)>> + Send>>;

impl<A, I, S> Accept<I, S> for FirstByteTimeout<A>
where
    A: Accept<I, S>,
    A::Future: Send + 'static,
{
    type Stream = TimedStream<A::Stream>;
    type Service = A::Service;
    type Future = Accepting<Self::Stream, Self::Service>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let (accepting, timeout) = (self.inner.accept(stream, service), self.timeout);
        Box::pin(async move {
            let (stream, service) = accepting.await?;
            Ok((
                TimedStream {
                    stream,
                    seen: 0,
                    deadline: Some(Box::pin(sleep(timeout))),
                },
                service,
            ))
        })
    }
}

/// A connection; reading from it fails if the version of HTTP is not known in time.
#[derive(Debug)]
pub(crate) struct TimedStream<T> {
    stream: T,
    /// How many bytes of the preface were read.
    seen: usize,
    /// `None` once the version is known: from then on hyper has timeouts of its own.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl<T> TimedStream<T> {
    fn inspect(&mut self, bytes: &[u8]) {
        let expected = &PREFACE[self.seen..];
        let length = bytes.len().min(expected.len());
        self.seen += length;
        if bytes[..length] != expected[..length] || self.seen == PREFACE.len() {
            self.deadline = None;
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for TimedStream<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        let Some(deadline) = &mut self.deadline else {
            return polled;
        };
        match polled {
            Poll::Pending => deadline
                .as_mut()
                .poll(context)
                .map(|()| Err(io::ErrorKind::TimedOut.into())),
            Poll::Ready(Ok(())) => {
                self.inspect(&buffer.filled()[before..]);
                polled
            }
            Poll::Ready(Err(_)) => polled,
        }
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for TimedStream<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::time::sleep;

    use super::TimedStream;

    /// Reads everything that a client sends before it waits: the number of bytes, or the error.
    async fn read(sent: &[&str]) -> Result<usize, std::io::ErrorKind> {
        let (mut client, server) = tokio::io::duplex(1_024);
        let deadline = Some(Box::pin(sleep(Duration::from_millis(50))));
        let mut server = TimedStream {
            stream: server,
            seen: 0,
            deadline,
        };
        let mut bytes = [0; 1_024];
        let mut length = 0;
        for part in sent {
            client.write_all(part.as_bytes()).await.unwrap();
            length += server.read(&mut bytes).await.unwrap();
        }
        let more = tokio::time::timeout(Duration::from_millis(300), server.read(&mut bytes)).await;
        match more {
            Err(_) => Ok(length),
            Ok(ended) => Err(ended.unwrap_err().kind()),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_of_a_known_version_does_not_time_out() {
        assert_eq!(read(&["GET"]).await, Ok(3));
        assert_eq!(read(&["P", "OST"]).await, Ok(4));
        assert_eq!(
            read(&["PRI * HTTP/2.0", "\r\n\r\nSM\r\n\r\n"]).await,
            Ok(24)
        );
        assert_eq!(
            read(&["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n and more"]).await,
            Ok(33)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_of_an_unknown_version_times_out() {
        for sent in [&[][..], &["P"], &["PRI", " * HTTP/2.0\r\n"]] {
            assert_eq!(read(sent).await, Err(std::io::ErrorKind::TimedOut));
        }
    }
}
