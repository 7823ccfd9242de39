//! Accepts a connection if there are not too many, and watches it from then on.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use axum_server::accept::Accept;
use tokio::net::TcpStream;

use super::activity::{Activity, Tracked};
use super::count::OpenConnections;
use super::network::Socket;
use super::protocol::Connection;
use crate::config::ConnectionLimits;

/// An acceptor that limits connections. Its inner acceptor gets the socket, and may speak TLS on it.
#[derive(Clone, Debug)]
pub(crate) struct LimitAcceptor<A> {
    inner: A,
    open: Arc<OpenConnections>,
    limits: ConnectionLimits,
}

impl<A> LimitAcceptor<A> {
    pub(crate) fn new(inner: A, limits: ConnectionLimits) -> Self {
        Self {
            inner,
            open: OpenConnections::new(limits.total, limits.per_address),
            limits,
        }
    }
}

type Accepting<T, S> = Pin<Box<dyn Future<Output = io::Result<(T, S)>> + Send>>;

impl<A, S> Accept<TcpStream, S> for LimitAcceptor<A>
where
    A: Accept<Socket<TcpStream>, S>,
    A::Future: Send + 'static,
{
    type Stream = Connection<A::Stream>;
    type Service = Tracked<A::Service>;
    type Future = Accepting<Self::Stream, Self::Service>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let address = stream.peer_addr();
        let permit = match address.and_then(|address| self.open.admit(address.ip())) {
            Ok(permit) => permit,
            Err(error) => return Box::pin(async move { Err(error) }),
        };
        let (activity, limits) = (Activity::new(), self.limits);
        let socket = Socket::new(stream, activity.clone(), limits.write_timeout, permit);
        let accepting = self.inner.accept(socket, service);
        Box::pin(async move {
            let (stream, inner) = accepting.await?;
            let connection = Connection::new(stream, activity.clone(), &limits);
            Ok((connection, Tracked { inner, activity }))
        })
    }
}
