//! Retries while a server is not available. An election takes seconds and should not end a command.

use std::future::Future;
use std::time::{Duration, Instant};

use mongodb::error::{Error, ErrorKind, WriteFailure};
use tracing::info;

use crate::store::StoreError;

/// How long transient errors are retried. An election takes some seconds, a restart half a minute.
const RETRY_TIME: Duration = Duration::from_secs(120);
/// Timeout of one response. The driver has none: it waits forever if the network is cut silently.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
/// The first pause. Each next one is twice as long, up to [`MAX_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const MAX_PAUSE: Duration = Duration::from_secs(2);

/// The pauses between the attempts of one operation.
pub struct Backoff {
    since: Instant,
    next: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { since: Instant::now(), next: FIRST_PAUSE }
    }
}

impl Backoff {
    /// Pauses before the next attempt. Fails if the error is not transient or the time is over.
    pub async fn wait(&mut self, err: Error) -> Result<(), StoreError> {
        if !is_transient(&err) || self.since.elapsed() > RETRY_TIME {
            return Err(store_error(&err));
        }
        let (error, wait_ms) = (store_error(&err), self.next.as_millis() as u64);
        info!(%error, wait_ms, "MongoDB did not respond; trying again");
        self.pause().await;
        Ok(())
    }

    /// Pauses, longer each time.
    pub async fn pause(&mut self) {
        tokio::time::sleep(self.next).await;
        self.next = (self.next * 2).min(MAX_PAUSE);
    }
}

/// Repeats an idempotent operation until it succeeds, fails permanently, or the time is over.
pub async fn retry<T, F>(work: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, Error>>,
{
    let mut backoff = Backoff::default();
    loop {
        match with_timeout(work()).await {
            Ok(done) => return Ok(done),
            Err(err) => backoff.wait(err).await?,
        }
    }
}

/// Limits the time of one answer. The timeout is a transient error.
pub async fn with_timeout<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let conflicts = || std::io::Error::new(std::io::ErrorKind::TimedOut, "there was no response for a minute");
    tokio::time::timeout(ANSWER_TIMEOUT, work).await.unwrap_or_else(|_| Err(conflicts().into()))
}

/// Error codes of a server that steps down, starts or is cut off, and of writes that were not confirmed in time
/// (the server's error_codes.yml).
const TRANSIENT: [i32; 17] =
    [6, 7, 24, 50, 64, 89, 91, 112, 134, 189, 262, 9001, 10_107, 11_600, 11_602, 13_435, 13_436];

/// Error code: a document with this `_id` exists.
pub const DUPLICATE: i32 = 11_000;

/// Whether the same operation may succeed later.
pub fn is_transient(err: &Error) -> bool {
    match err.kind.as_ref() {
        ErrorKind::Io(_) | ErrorKind::ConnectionPoolCleared { .. } | ErrorKind::ServerSelection { .. } => true,
        ErrorKind::Command(command) => TRANSIENT.contains(&command.code),
        ErrorKind::Write(WriteFailure::WriteConcernError(concern)) => TRANSIENT.contains(&concern.code),
        // The write itself may reach a server that has just stepped down.
        ErrorKind::Write(WriteFailure::WriteError(write)) => TRANSIENT.contains(&write.code),
        ErrorKind::InsertMany(many) => {
            // The caller looks up documents with the same `_id`.
            let passes = |code: i32| code == DUPLICATE || TRANSIENT.contains(&code);
            many.write_errors.as_ref().is_none_or(|errors| errors.iter().all(|error| passes(error.code)))
        }
        _ => ["RetryableWriteError", "RetryableError", "NetworkError"].iter().any(|label| err.contains_label(label)),
    }
}

/// Error codes of missing rights and failed authentication (the server's error_codes.yml).
const REFUSED: [i32; 3] = [13, 18, 8000];

/// The driver's error as ours. Its messages quote commands and hosts, never passwords.
pub fn store_error(err: &Error) -> StoreError {
    match err.kind.as_ref() {
        ErrorKind::Authentication { .. } => StoreError::Refused("MongoDB refused the user or the password".to_owned()),
        ErrorKind::Command(command) if REFUSED.contains(&command.code) => {
            let why = if command.code == 13 {
                "does not allow this user to do that"
            } else {
                "refused the user or the password"
            };
            StoreError::Refused(format!("MongoDB {why} ({})", command.code_name))
        }
        ErrorKind::Io(io) => StoreError::Unreachable(format!("the connection to MongoDB broke: {io}")),
        ErrorKind::ServerSelection { .. } if err.to_string().contains("Authentication") => {
            StoreError::Refused("MongoDB refused the user or the password".to_owned())
        }
        ErrorKind::ServerSelection { .. } => {
            StoreError::Unreachable("no MongoDB server responds at this address".to_owned())
        }
        ErrorKind::DnsResolve { message, .. } => {
            StoreError::Unreachable(format!("the host name cannot be resolved: {message}"))
        }
        ErrorKind::Command(command) => {
            StoreError::Other(format!("MongoDB reported an error: {} ({})", command.message, command.code_name))
        }
        // The driver's own message contains the whole response in hexadecimal digits.
        ErrorKind::Write(WriteFailure::WriteError(write)) => could_not(&write.message, write.code),
        ErrorKind::Write(WriteFailure::WriteConcernError(concern)) => could_not(&concern.message, concern.code),
        ErrorKind::InsertMany(many) => {
            let first = many.write_errors.as_ref().and_then(|errors| errors.first());
            let first = first.map(|error| (&error.message, error.code));
            let concern = many.write_concern_error.as_ref().map(|concern| (&concern.message, concern.code));
            first.or(concern).map_or_else(|| could_not("a write failed", 0), |(message, code)| could_not(message, code))
        }
        kind => StoreError::Other(format!("MongoDB reported an error: {kind}")),
    }
}

fn could_not(message: &str, code: i32) -> StoreError {
    StoreError::Other(format!("MongoDB reported an error: {message} (error {code})"))
}
