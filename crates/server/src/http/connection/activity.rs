//! What happens on a connection: how many requests are open on it, and when something last moved. The
//! timeouts of [`super::stream`] are derived from it.
//!
//! Bytes do not show that a client of HTTP/2 takes its answers: pings, settings and window updates cause
//! bytes in both directions, as many as it likes. Only requests count, and parts of answers that have left.
//! HTTP/1 has no bytes but those of requests and answers, so there bytes count too.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::http::header::{CONNECTION, EXPECT};
use axum::http::{HeaderValue, Request, Response, Version};
use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::Instant;
use tower::Service;

use super::request_body::{RequestBody, watched};
use crate::lock::lock;

/// How many bytes of answers a client has to take within the write timeout: 240 bytes a second at the
/// default of thirty seconds.
const LEAST_PROGRESS: usize = 7_200;

/// The largest part of an answer that is passed on at once, in bytes. HTTP/2 would otherwise take all
/// of a body, and whether the client takes it could not be seen. A part that has left is progress.
const PIECE: usize = LEAST_PROGRESS;

/// What happens on a connection. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Activity(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// Requests without an answer. Their time is limited elsewhere.
    handled: usize,
    /// Answers with a body that is not passed on yet, and parts of them that have not left.
    sent: usize,
    /// When a request or answer last began or ended, or enough of an answer was taken.
    moved: Instant,
    /// Bytes that were taken since.
    taken: usize,
    /// Whether the client speaks HTTP/2.
    is_multiplexed: bool,
    /// Whether a request was answered before all of it had arrived.
    is_answered_early: bool,
}

impl State {
    fn moves(&mut self) {
        (self.moved, self.taken) = (Instant::now(), 0);
    }
}

impl Activity {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            handled: 0,
            sent: 0,
            moved: Instant::now(),
            taken: 0,
            is_multiplexed: false,
            is_answered_early: false,
        })))
    }

    /// Notes that the client speaks HTTP/2, where bytes are no progress.
    pub(super) fn multiplex(&self) {
        lock(&self.0).is_multiplexed = true;
    }

    /// Notes bytes that the client's network has taken.
    pub(super) fn took(&self, bytes: usize) {
        let mut state = lock(&self.0);
        if state.is_multiplexed {
            return;
        }
        state.taken += bytes;
        if state.taken >= LEAST_PROGRESS {
            state.moves();
        }
    }

    /// When the connection has been idle for too long, or its client has not taken an answer; `None`
    /// while a request is handled.
    pub(super) fn deadline(&self, idle: Duration, write: Duration) -> Option<Instant> {
        let state = lock(&self.0);
        match (state.handled, state.sent) {
            (0, 0) => Some(state.moved + idle),
            (0, _) => Some(state.moved + write),
            _ => None,
        }
    }

    /// Notes that a request is answered before all of it has arrived.
    pub(super) fn answer_early(&self) {
        lock(&self.0).is_answered_early = true;
    }

    /// Whether the client may still be sending a request that was answered.
    pub(super) fn is_answered_early(&self) -> bool {
        lock(&self.0).is_answered_early
    }

    fn count(&self, counter: fn(&mut State) -> &mut usize) -> Counted {
        let mut state = lock(&self.0);
        *counter(&mut state) += 1;
        state.moves();
        Counted {
            activity: self.clone(),
            counter,
        }
    }
}

/// Something that is counted until it is dropped.
#[derive(Debug)]
struct Counted {
    activity: Activity,
    counter: fn(&mut State) -> &mut usize,
}

impl Counted {
    /// Counts a part of it apart.
    fn part(&self) -> Self {
        *(self.counter)(&mut lock(&self.activity.0)) += 1;
        Self {
            activity: self.activity.clone(),
            counter: self.counter,
        }
    }
}

/// A part of an answer, which is dropped when the network has it.
struct Piece {
    bytes: Bytes,
    _counted: Counted,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut state = lock(&self.activity.0);
        *(self.counter)(&mut state) -= 1;
        state.moves();
    }
}

/// A service whose requests and answers are activity of a connection.
#[derive(Clone, Debug)]
pub(crate) struct Tracked<S> {
    pub(super) inner: S,
    pub(super) activity: Activity,
}

type Answering<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

impl<S, R, B> Service<Request<R>> for Tracked<S>
where
    S: Service<Request<RequestBody<R>>, Response = Response<B>>,
    S::Future: Send + 'static,
    S::Error: Send,
    R: Body<Data = Bytes> + Send + Unpin + 'static,
    R::Error: Send,
    B: Send,
{
    type Response = Response<TrackedBody<B>>;
    type Error = S::Error;
    type Future = Answering<Self::Response, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<R>) -> Self::Future {
        let handled = self.activity.count(|state| &mut state.handled);
        let activity = self.activity.clone();
        let is_numbered = request.version() >= Version::HTTP_2;
        let is_announced = request.headers().contains_key(EXPECT);
        let (head, body) = request.into_parts();
        let (body, rest) = watched(body);
        let answer = self.inner.call(Request::from_parts(head, body));
        Box::pin(async move {
            let mut answer = answer.await?;
            // A body that is only announced is not read, and HTTP/2 ends a request alone.
            if !is_numbered && !rest.is_empty() && (is_announced || !rest.is_read().await) {
                let close = HeaderValue::from_static("close");
                answer.headers_mut().insert(CONNECTION, close);
                activity.answer_early();
            }
            let sent = Some(activity.count(|state| &mut state.sent));
            drop(handled);
            Ok(answer.map(|inner| TrackedBody {
                inner,
                rest: Bytes::new(),
                sent,
            }))
        })
    }
}

/// A body that is passed on piece by piece.
#[derive(Debug)]
pub(crate) struct TrackedBody<B> {
    inner: B,
    /// What was read and is not passed on yet.
    rest: Bytes,
    /// Until all is passed on.
    sent: Option<Counted>,
}

impl<B: Body<Data = Bytes> + Unpin> Body for TrackedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if self.rest.is_empty() {
            let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
            match frame.map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => self.rest = data,
                Some(Ok(Err(trailers))) => return Poll::Ready(Some(Ok(trailers))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    self.sent = None;
                    return Poll::Ready(None);
                }
            }
        }
        let length = self.rest.len().min(PIECE);
        let mut piece = self.rest.split_to(length);
        if let Some(sent) = &self.sent {
            piece = Bytes::from_owner(Piece {
                bytes: piece,
                _counted: sent.part(),
            });
        }
        if self.is_end_stream() {
            self.sent = None;
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.len() as u64;
        let inner = self.inner.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower() + rest);
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::time::Duration;

    use axum::body::Body;
    use axum::http::{Request, Response};
    use http_body_util::BodyExt as _;
    use hyper::body::Body as _;
    use tokio::time::{Instant, advance};
    use tower::{Service as _, service_fn};

    use super::{Activity, LEAST_PROGRESS, PIECE, RequestBody, Tracked};

    const IDLE: Duration = Duration::from_secs(60);
    const WRITE: Duration = Duration::from_secs(30);

    /// The time that is left.
    fn left(activity: &Activity) -> Option<Duration> {
        let deadline = activity.deadline(IDLE, WRITE)?;
        Some(deadline.saturating_duration_since(Instant::now()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_and_its_answer_are_activity() {
        let activity = Activity::new();
        advance(WRITE).await;
        assert_eq!(left(&activity), Some(IDLE - WRITE));
        let inner = service_fn(async |_: Request<RequestBody<Body>>| {
            tokio::time::sleep(2 * IDLE).await;
            Ok::<_, Infallible>(Response::new(Body::from(vec![7; 2 * PIECE + 1])))
        });
        let mut service = Tracked {
            inner,
            activity: activity.clone(),
        };
        let answering = service.call(Request::new(Body::empty()));
        assert_eq!(left(&activity), None, "the handler has a limit of its own");
        let mut body = answering.await.unwrap().into_body();
        assert_eq!(left(&activity), Some(WRITE));
        assert_eq!(body.size_hint().exact(), Some(2 * PIECE as u64 + 1));
        for (length, rest) in [(PIECE, PIECE + 1), (PIECE, 1), (1, 0)] {
            let piece = body.frame().await.unwrap().unwrap().into_data().unwrap();
            assert_eq!(piece.len(), length);
            assert_eq!(body.size_hint().exact(), Some(rest as u64));
            assert_eq!(body.is_end_stream(), rest == 0);
            advance(WRITE / 2).await;
            assert_eq!(left(&activity), Some(WRITE / 2), "it has not left");
            drop(piece);
            let expected = if rest == 0 { IDLE } else { WRITE };
            assert_eq!(left(&activity), Some(expected));
        }
        assert!(body.frame().await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn only_enough_bytes_are_progress() {
        let activity = Activity::new();
        let _sent = activity.count(|state| &mut state.sent);
        let second = Duration::from_secs(1);
        advance(second).await;
        activity.took(LEAST_PROGRESS - 1);
        assert_eq!(left(&activity), Some(WRITE - second));
        activity.took(1);
        assert_eq!(left(&activity), Some(WRITE));
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_of_http_2_are_no_progress() {
        let activity = Activity::new();
        activity.multiplex();
        advance(WRITE / 2).await;
        activity.took(100 * LEAST_PROGRESS);
        assert_eq!(left(&activity), Some(IDLE - WRITE / 2));
        let _sent = activity.count(|state| &mut state.sent);
        advance(WRITE / 2).await;
        activity.took(100 * LEAST_PROGRESS);
        assert_eq!(left(&activity), Some(WRITE / 2));
    }

    #[tokio::test]
    async fn a_request_that_is_dropped_is_counted_no_more() {
        let activity = Activity::new();
        let inner = service_fn(|_: Request<RequestBody<Body>>| {
            std::future::pending::<Result<Response<Body>, Infallible>>()
        });
        let mut service = Tracked {
            inner,
            activity: activity.clone(),
        };
        let answering = service.call(Request::new(Body::empty()));
        assert!(activity.deadline(IDLE, WRITE).is_none());
        drop(answering);
        assert!(activity.deadline(IDLE, WRITE).is_some());
    }
}
