//! Connections: a limited number of places, time limits for slow clients, and a graceful shutdown.
//!
//! When all places are taken, a new client gets the place of the one that has been idle for longest, so that connections that are
//! held open do not lock others out ([`places`]).

mod body;
mod places;
mod stream;

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tracing::{debug, warn};

pub(super) use body::limit_body;
pub(super) use places::{admitted, live};

use crate::error_chain::error_chain;
use places::{PLACE, Places};
use stream::Watched;

/// How long responses in progress may take after the server was asked to stop.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(3);

/// Pause after the system refused another connection.
const ACCEPT_RETRY_PAUSE: Duration = Duration::from_secs(1);

/// Limits of connections.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// Connections at once. A further one takes the place of the one that waits longest.
    pub connections: usize,
    /// Event streams at once, which have no place among the connections.
    pub live: usize,
    /// How long the head of a request may take, and how long a connection may be idle.
    pub head: Duration,
    /// How long the body of a request may pause, and take in all beside the time for its length.
    pub body: Duration,
    /// How long a client may leave a response unread.
    pub write: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { connections: 256, live: 256, head: seconds(10), body: seconds(10), write: seconds(30) }
    }
}

/// Serves connections until `stop` completes. Responses in progress then get three more seconds.
pub async fn serve(listener: TcpListener, router: Router, limits: ConnectionLimits, stop: impl Future<Output = ()>) {
    let places = Arc::new(Places::new(limits));
    let ending = GracefulShutdown::new();
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.head);
    // Dropped at the end, with the connections that are still open then.
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    'serving: loop {
        let (stream, from) = tokio::select! {
            () = &mut stop => break,
            next = accept(&listener) => next,
            Some(_) = connections.join_next() => continue,
        };
        let place = loop {
            tokio::select! {
                () = &mut stop => break 'serving,
                place = places.take(address(from)) => break place,
                Some(_) = connections.join_next() => {}
            }
        };
        let service = TowerToHyperService::new(router.clone());
        let stream = Watched::new(stream, Arc::clone(&place), limits.write);
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let answering = ending.watch(connection);
        let held = Arc::clone(&place);
        let task = PLACE.scope(Arc::clone(&place), async move {
            // A client that went away needs no response.
            if let Err(err) = answering.await {
                debug!(error = error_chain(err.as_ref()), "a connection ended early");
            }
        });
        place.can_end_by(connections.spawn(async move {
            let _held = places::Held(held);
            task.await;
        }));
    }
    drop(listener);
    let _ = timeout(SHUTDOWN_TIMEOUT, ending.shutdown()).await;
}

/// The next connection.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(next) => return next,
            Err(err) if is_connection_error(err.kind()) => {}
            Err(err) => {
                warn!(error = %err, "no connection can be accepted");
                sleep(ACCEPT_RETRY_PAUSE).await;
            }
        }
    }
}

/// Who connects: of IPv6 the network of one subscriber (/64), which has more addresses than anyone can count.
fn address(from: SocketAddr) -> IpAddr {
    match from.ip().to_canonical() {
        IpAddr::V6(address) => {
            let mut octets = address.octets();
            octets[8..].fill(0);
            IpAddr::V6(octets.into())
        }
        address @ IpAddr::V4(_) => address,
    }
}

/// Whether an error concerns only the one connection that failed.
fn is_connection_error(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}
