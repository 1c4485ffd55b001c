//! Trying again while a server is away: an election takes seconds, and nobody shall notice.

use std::future::Future;
use std::time::{Duration, Instant};

use mongodb::error::{Error, ErrorKind, WriteFailure};
use tracing::info;

use crate::store::StoreError;

/// How long what may succeed later is tried: an election is over in some seconds, a restart in half a minute.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long one answer may take: the driver itself waits for ever where a network was cut without a word.
const ANSWER: Duration = Duration::from_secs(60);
/// The first wait; it doubles up to [`LONGEST`].
const FIRST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(2);

/// Counts down one piece of work's patience.
pub struct Patience {
    since: Instant,
    next: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { since: Instant::now(), next: FIRST }
    }
}

impl Patience {
    /// Waits before another try; the error when it makes no sense or took too long.
    pub async fn wait(&mut self, err: Error) -> Result<(), StoreError> {
        if !may_pass(&err) || self.since.elapsed() > PATIENCE {
            return Err(words(&err));
        }
        info!(error = %words(&err), wait_ms = self.next.as_millis() as u64, "MongoDB did not answer; trying again");
        self.pause().await;
        Ok(())
    }

    /// Waits a little longer each time.
    pub async fn pause(&mut self) {
        tokio::time::sleep(self.next).await;
        self.next = (self.next * 2).min(LONGEST);
    }
}

/// Does what may be done twice without harm until it is done.
pub async fn persist<T, F>(work: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, Error>>,
{
    let mut patience = Patience::default();
    loop {
        match in_time(work()).await {
            Ok(done) => return Ok(done),
            Err(err) => patience.wait(err).await?,
        }
    }
}

/// One answer, or the error that there was none in time, which may pass.
pub async fn in_time<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let late = || std::io::Error::new(std::io::ErrorKind::TimedOut, "there was no answer for a minute");
    tokio::time::timeout(ANSWER, work).await.unwrap_or_else(|_| Err(late().into()))
}

/// Codes of commands that were refused because a server steps down, starts or is cut off, and of writes that were
/// not confirmed in time (the server's error_codes.yml).
const PASSING: [i32; 17] = [6, 7, 24, 50, 64, 89, 91, 112, 134, 189, 262, 9001, 10_107, 11_600, 11_602, 13_435, 13_436];

/// A document of the same `_id` is there.
pub const DUPLICATE: i32 = 11_000;

/// Whether the same may succeed later.
pub fn may_pass(err: &Error) -> bool {
    match err.kind.as_ref() {
        ErrorKind::Io(_) | ErrorKind::ConnectionPoolCleared { .. } | ErrorKind::ServerSelection { .. } => true,
        ErrorKind::Command(command) => PASSING.contains(&command.code),
        ErrorKind::Write(WriteFailure::WriteConcernError(concern)) => PASSING.contains(&concern.code),
        // Also the write itself may meet a server that has just stepped down.
        ErrorKind::Write(WriteFailure::WriteError(write)) => PASSING.contains(&write.code),
        ErrorKind::InsertMany(many) => {
            // Documents of the same `_id` are looked up by who inserts.
            let passes = |code: i32| code == DUPLICATE || PASSING.contains(&code);
            many.write_errors.as_ref().is_none_or(|errors| errors.iter().all(|error| passes(error.code)))
        }
        _ => ["RetryableWriteError", "RetryableError", "NetworkError"].iter().any(|label| err.contains_label(label)),
    }
}

/// Not allowed to do that, or with this name and password (the server's error_codes.yml).
const REFUSED: [i32; 3] = [13, 18, 8000];

/// What the driver says, in our words. What it quotes are commands and hosts, never passwords.
pub fn words(err: &Error) -> StoreError {
    match err.kind.as_ref() {
        ErrorKind::Authentication { .. } => StoreError::Refused("MongoDB refused the user or the password".to_owned()),
        ErrorKind::Command(command) if REFUSED.contains(&command.code) => {
            let why = if command.code == 13 {
                "does not allow that to this user"
            } else {
                "refused the user or the password"
            };
            StoreError::Refused(format!("MongoDB {why} ({})", command.code_name))
        }
        ErrorKind::Io(io) => StoreError::Unreachable(format!("the connection to MongoDB broke: {io}")),
        ErrorKind::ServerSelection { .. } if err.to_string().contains("Authentication") => {
            StoreError::Refused("MongoDB refused the user or the password".to_owned())
        }
        ErrorKind::ServerSelection { .. } => StoreError::Unreachable("no MongoDB server answers there".to_owned()),
        ErrorKind::DnsResolve { message, .. } => StoreError::Unreachable(format!("its name leads nowhere: {message}")),
        ErrorKind::Command(command) => {
            StoreError::Other(format!("MongoDB could not do that: {} ({})", command.message, command.code_name))
        }
        // The driver's own text would show the whole answer in hexadecimal digits.
        ErrorKind::Write(WriteFailure::WriteError(write)) => could_not(&write.message, write.code),
        ErrorKind::Write(WriteFailure::WriteConcernError(concern)) => could_not(&concern.message, concern.code),
        ErrorKind::InsertMany(many) => {
            let first = many.write_errors.as_ref().and_then(|errors| errors.first());
            let first = first.map(|error| (&error.message, error.code));
            let concern = many.write_concern_error.as_ref().map(|concern| (&concern.message, concern.code));
            first.or(concern).map_or_else(|| could_not("a write failed", 0), |(message, code)| could_not(message, code))
        }
        kind => StoreError::Other(format!("MongoDB could not do that: {kind}")),
    }
}

fn could_not(message: &str, code: i32) -> StoreError {
    StoreError::Other(format!("MongoDB could not do that: {message} (error {code})"))
}
