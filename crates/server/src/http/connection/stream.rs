//! A stream that is watched: what is read and written goes through a [`Watch`], which may fail it.
//!
//! A timeout is an error of the stream, on which hyper closes the connection. hyper has one timeout of
//! its own, for the head of a request of HTTP/1. The others are on two levels: [`super::network`] is
//! below TLS and sees which bytes the network takes; [`super::protocol`] is above it and sees the
//! protocol.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What watches a stream. Each method gets the result of an operation and returns what the operation
/// results in.
pub(crate) trait Watch: Unpin {
    /// A read, with the bytes that it has read.
    fn reads(
        &mut self,
        _context: &mut Context<'_>,
        polled: Poll<io::Result<()>>,
        _bytes: &[u8],
    ) -> Poll<io::Result<()>> {
        polled
    }

    /// A write, with the number of bytes that were taken.
    fn writes(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>>;

    /// A flush.
    fn flushes(
        &mut self,
        _context: &mut Context<'_>,
        polled: Poll<io::Result<()>>,
    ) -> Poll<io::Result<()>> {
        polled
    }

    /// Ends the stream for writing.
    fn shuts_down<T: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: &mut T,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(stream).poll_shutdown(context)
    }
}

/// A stream and what watches it.
#[derive(Debug)]
pub(crate) struct Watched<T, W> {
    pub(super) stream: T,
    pub(super) watch: W,
}

impl<T: AsyncRead + Unpin, W: Watch> AsyncRead for Watched<T, W> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let Self { stream, watch } = &mut *self;
        let polled = Pin::new(stream).poll_read(context, buffer);
        watch.reads(context, polled, &buffer.filled()[before..])
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin, W: Watch> AsyncWrite for Watched<T, W> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch.writes(context, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watch.writes(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_flush(context);
        self.watch.flushes(context, polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { stream, watch } = &mut *self;
        watch.shuts_down(stream, context)
    }
}

pub(super) fn timed_out() -> io::Error {
    io::ErrorKind::TimedOut.into()
}
