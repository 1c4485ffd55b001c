//! An hourly budget of requests that all runs and processes on a machine share.
//!
//! A file of 4-byte little-endian unix seconds, one a request, locked while in use. Any content is
//! readable: times ahead of the clock (it went back, or the file is damaged) count as used just now, a
//! torn last entry too, so at worst the budget waits an hour. A clock set forward frees requests early.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// A request noted at second t may have been made up to t + 1, so it counts for one second more than an hour.
const WINDOW_S: u32 = 3_601;

type Clock = Arc<dyn Fn() -> u32 + Send + Sync>;

/// At most `per_hour` requests in any sliding hour.
#[derive(Clone)]
pub struct Budget {
    path: PathBuf,
    per_hour: usize,
    clock: Clock,
}

impl Budget {
    /// Opens (or makes, readable by the owner only) the file; `per_hour` is at least 1.
    pub fn open(path: &Path, per_hour: usize) -> io::Result<Self> {
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self::with_clock(path, per_hour, move || u32::try_from(now()).unwrap_or(u32::MAX - WINDOW_S))
    }

    /// The same with another clock (unix seconds).
    pub fn with_clock(
        path: &Path,
        per_hour: usize,
        clock: impl Fn() -> u32 + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let budget = Self { path: path.to_owned(), per_hour: per_hour.max(1), clock: Arc::new(clock) };
        budget.file()?;
        Ok(budget)
    }

    /// Waits for a place in the hour and takes it; returns how long it waited. Dropping it cancels the wait.
    pub async fn take(&self) -> io::Result<Duration> {
        let started = Instant::now();
        loop {
            let budget = self.clone();
            let tried = tokio::task::spawn_blocking(move || budget.try_take()).await;
            match tried.map_err(io::Error::other)?? {
                0 => return Ok(started.elapsed()),
                // Another process may give up its place; and the clock may be set.
                wait_s => tokio::time::sleep(Duration::from_secs(u64::from(wait_s.min(60)))).await,
            }
        }
    }

    /// Takes a place and returns 0, or returns the seconds until the next one is free.
    pub fn try_take(&self) -> io::Result<u32> {
        let (mut file, mut times, now) = self.load()?;
        let wait_s = self.wait(&times, now);
        if wait_s == 0 {
            times.push(now);
        }
        let bytes: Vec<u8> = times.iter().flat_map(|time| time.to_le_bytes()).collect();
        // Overwritten before it is cut: a crash in between leaves times that count twice, never fewer.
        file.rewind()?;
        file.write_all(&bytes)?;
        file.set_len(bytes.len() as u64)?;
        Ok(wait_s)
    }

    /// Seconds until a place is free; 0 when there is one.
    pub fn wait_s(&self) -> io::Result<u32> {
        let (_file, times, now) = self.load()?;
        Ok(self.wait(&times, now))
    }

    /// Requests that are left now.
    pub fn left(&self) -> io::Result<usize> {
        let (_file, times, _) = self.load()?;
        Ok(self.per_hour.saturating_sub(times.len()))
    }

    fn wait(&self, times: &[u32], now: u32) -> u32 {
        match times.len().checked_sub(self.per_hour) {
            None => 0,
            Some(oldest) => (times[oldest] + WINDOW_S).saturating_sub(now).max(1),
        }
    }

    /// The locked file and the times that still count, in order.
    fn load(&self) -> io::Result<(File, Vec<u32>, u32)> {
        let mut file = self.file()?;
        file.lock()?;
        let mut bytes = Vec::new();
        // More than any budget of ours; a larger file is not one.
        (&mut file).take(4 << 20).read_to_end(&mut bytes)?;
        let now = (self.clock)();
        let time = |entry: &[u8]| entry.try_into().map_or(now, u32::from_le_bytes).min(now);
        let mut times: Vec<u32> = bytes.chunks(4).map(time).collect();
        times.retain(|time| now - time < WINDOW_S);
        times.sort_unstable();
        Ok((file, times, now))
    }

    fn file(&self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&self.path)
    }
}
