//! Connections: a limit on their number, a timeout for slow requests, and a graceful shutdown.

use std::io::ErrorKind;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tracing::{debug, warn};

use crate::error_chain::error_chain;

/// How long responses in progress may take after the server was asked to stop.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(3);

/// Pause after the system refused another connection.
const ACCEPT_RETRY_PAUSE: Duration = Duration::from_secs(1);

/// Limits of connections.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// Connections at once; further ones wait.
    pub connections: usize,
    /// How long the head of a request may take, and how long a connection may be idle.
    pub head: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self { connections: 256, head: Duration::from_secs(10) }
    }
}

/// Serves connections until `stop` completes. Responses in progress then get three more seconds.
pub async fn serve(listener: TcpListener, router: Router, limits: ConnectionLimits, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let ending = GracefulShutdown::new();
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.head);
    // Dropped at the end, with the connections that are still open then.
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let (place, stream) = tokio::select! {
            () = &mut stop => break,
            next = accept(&listener, &places) => next,
            Some(_) = connections.join_next() => continue,
        };
        let service = TowerToHyperService::new(router.clone());
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let answering = ending.watch(connection);
        connections.spawn(async move {
            // A client that went away needs no response.
            if let Err(err) = answering.await {
                debug!(error = error_chain(err.as_ref()), "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    let _ = timeout(SHUTDOWN_TIMEOUT, ending.shutdown()).await;
}

/// The next connection, once the limit permits it.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> (OwnedSemaphorePermit, TcpStream) {
    let place = Arc::clone(places).acquire_owned().await.expect("the places are never closed");
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (place, stream),
            Err(err) if is_connection_error(err.kind()) => {}
            Err(err) => {
                warn!(error = %err, "no connection can be accepted");
                sleep(ACCEPT_RETRY_PAUSE).await;
            }
        }
    }
}

/// Whether an error concerns only the one connection that failed.
fn is_connection_error(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}
