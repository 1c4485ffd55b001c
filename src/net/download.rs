//! Receives a body into a file, for files that are larger than the memory of the client.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::LAST_MODIFIED;
use sha2::{Digest, Sha256};

use super::error::place;
use super::{Attempt, Client, NetError, Request, RetryPolicy, is_retryable_status, with_retry};
use crate::hash::hex;

/// Timeout for a whole file. A server that sends nothing is left much earlier.
const TOTAL_TIMEOUT: Duration = Duration::from_hours(6);

/// A file that was received.
#[derive(Debug)]
pub struct Downloaded {
    /// Its bytes.
    pub bytes: u64,
    /// Its SHA-256 sum, hexadecimal.
    pub sha256: String,
    /// When it was changed, if the server says that.
    pub modified: Option<Timestamp>,
}

/// Why no file was received.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// There was no complete response.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The server has no such file, or refuses it.
    #[error("{place} answers with the status {status}")]
    Status {
        /// Host and path.
        place: String,
        /// The HTTP status.
        status: u16,
    },
    /// The file cannot be written.
    #[error("the file cannot be written: {0}")]
    File(#[from] io::Error),
}

impl Client {
    /// Writes the body of a response with a status 2xx to a file, from its beginning; at most `request.max_bytes`. What may succeed
    /// later is tried again, from the beginning. `received` gets the bytes so far, and how many there will be if that is known.
    pub async fn download(
        &self,
        request: &Request,
        file: &mut File,
        retry: &RetryPolicy,
        mut received: impl FnMut(u64, Option<u64>),
    ) -> Result<Downloaded, DownloadError> {
        let (file, received) = (tokio::sync::Mutex::new(file), tokio::sync::Mutex::new(&mut received));
        with_retry(retry, || async {
            let (mut file, mut received) = (file.lock().await, received.lock().await);
            self.download_once(request, &mut file, &mut **received).await
        })
        .await
    }

    async fn download_once(
        &self,
        request: &Request,
        file: &mut File,
        received: &mut impl FnMut(u64, Option<u64>),
    ) -> Result<Downloaded, Attempt<DownloadError>> {
        let again = |err: NetError| {
            let is_final = matches!(
                err,
                NetError::Refused { .. }
                    | NetError::TooLarge { .. }
                    | NetError::TooManyRedirects { .. }
                    | NetError::Cancelled
                    | NetError::Tls { .. }
            );
            if is_final { Attempt::Stop(err.into()) } else { Attempt::Retry { after: None, err: err.into() } }
        };
        let stop = |err: io::Error| Attempt::Stop(err.into());
        // The permit counts the request until the body is here.
        let (mut response, url, _permit) = self.answered(request, TOTAL_TIMEOUT).await.map_err(again)?;
        let status = response.status().as_u16();
        if !response.status().is_success() {
            let err = DownloadError::Status { place: place(&url), status };
            return Err(if is_retryable_status(status) {
                Attempt::Retry { after: None, err }
            } else {
                Attempt::Stop(err)
            });
        }
        let announced = response.content_length();
        let too_large = || NetError::TooLarge { place: place(&url), what: "body", max_bytes: request.max_bytes };
        if announced.is_some_and(|length| length > request.max_bytes) {
            return Err(again(too_large()));
        }
        let modified = response.headers().get(LAST_MODIFIED).and_then(|value| value.to_str().ok());
        let modified = modified.and_then(|value| DateTimeParser::new().parse_timestamp(value).ok());
        file.seek(SeekFrom::Start(0)).map_err(stop)?;
        file.set_len(0).map_err(stop)?;
        let (mut sum, mut bytes) = (Sha256::new(), 0);
        while let Some(piece) = response.chunk().await.map_err(|err| again(NetError::from_reqwest(err, &url, true)))? {
            bytes += piece.len() as u64;
            if bytes > request.max_bytes {
                return Err(again(too_large()));
            }
            sum.update(&piece);
            file.write_all(&piece).map_err(stop)?;
            received(bytes, announced);
        }
        if announced.is_some_and(|length| length != bytes) {
            return Err(again(NetError::Truncated { place: place(&url) }));
        }
        Ok(Downloaded { bytes, sha256: hex(&sum.finalize()), modified })
    }
}
