//! Limits on requests per minute, hour and day, shared by all runs and processes on a machine.
//!
//! A budget is a file of 4-byte little-endian Unix seconds, one for each unit spent, locked while in use. Any content is valid:
//! times in the future (the clock was set back, or the file is damaged) count as spent now, and so does an incomplete last
//! entry; at worst the budget waits for its longest window. A clock set forward frees units early.
//!
//! A second file holds the Unix second until which the service asked to send nothing (`Retry-After`), for later runs and other
//! processes.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use super::response::MAX_RETRY_AFTER;
use crate::disk;

const MINUTE_S: u32 = 60;
const HOUR_S: u32 = 3_600;
const DAY_S: u32 = 86_400;

type Clock = Arc<dyn Fn() -> u32 + Send + Sync>;

/// At most `most` units in any `seconds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    seconds: u32,
    most: usize,
}

impl Window {
    /// At most `most` (at least 1) in any minute.
    pub fn minute(most: usize) -> Self {
        Self { seconds: MINUTE_S, most: most.max(1) }
    }

    /// At most `most` (at least 1) in any hour.
    pub fn hour(most: usize) -> Self {
        Self { seconds: HOUR_S, most: most.max(1) }
    }

    /// At most `most` (at least 1) in any 24 hours.
    pub fn day(most: usize) -> Self {
        Self { seconds: DAY_S, most: most.max(1) }
    }

    /// A request recorded at second t may have been made up to t + 1, so it counts for one second more.
    fn span_s(self) -> u32 {
        self.seconds + 1
    }

    /// Seconds until this window allows another unit; `times` are in order and not after `now`.
    fn wait_s(self, times: &[u32], now: u32) -> u32 {
        match times.len().checked_sub(self.most) {
            None => 0,
            Some(oldest) => (times[oldest] + self.span_s()).saturating_sub(now),
        }
    }

    fn seconds_for(self, units: u64, left: u64) -> u64 {
        units.saturating_sub(left).div_ceil(self.most as u64) * u64::from(self.span_s())
    }

    fn left(self, times: &[u32], now: u32) -> usize {
        let spent = times.iter().rev().take_while(|time| now - **time < self.span_s()).count();
        self.most.saturating_sub(spent)
    }
}

impl fmt::Display for Window {
    /// `3,600 an hour`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.seconds {
            MINUTE_S => "a minute",
            HOUR_S => "an hour",
            _ => "a day",
        };
        write!(f, "{} {unit}", crate::photo::text::grouped(self.most as u64))
    }
}

/// A number of units (requests, megabytes) that may be spent within each of several windows.
#[derive(Clone)]
pub struct Budget {
    path: PathBuf,
    windows: Vec<Window>,
    clock: Clock,
}

impl Budget {
    /// Opens the file, or creates it (readable only by its owner).
    pub fn open(path: &Path, windows: &[Window]) -> io::Result<Self> {
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self::with_clock(path, windows, move || u32::try_from(now()).unwrap_or(u32::MAX - DAY_S - 1))
    }

    /// The same with another clock (Unix seconds).
    pub fn with_clock(
        path: &Path,
        windows: &[Window],
        clock: impl Fn() -> u32 + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let budget = Self { path: path.to_owned(), windows: windows.to_vec(), clock: Arc::new(clock) };
        budget.file()?;
        Ok(budget)
    }

    /// Waits until all windows allow a unit, and spends it; returns how long it waited. Dropping it cancels the wait.
    pub async fn take(&self) -> io::Result<Duration> {
        let started = Instant::now();
        loop {
            let budget = self.clone();
            let tried = tokio::task::spawn_blocking(move || budget.try_take()).await;
            match tried.map_err(io::Error::other)?? {
                0 => return Ok(started.elapsed()),
                // The clock may be set meanwhile.
                wait_s => tokio::time::sleep(Duration::from_secs(u64::from(wait_s.min(60)))).await,
            }
        }
    }

    /// Waits until all windows allow a unit, without spending it.
    pub async fn wait_until_available(&self) -> io::Result<()> {
        loop {
            let budget = self.clone();
            let waited = tokio::task::spawn_blocking(move || budget.wait()).await;
            match waited.map_err(io::Error::other)?? {
                None => return Ok(()),
                Some((wait_s, _)) => tokio::time::sleep(Duration::from_secs(u64::from(wait_s.min(60)))).await,
            }
        }
    }

    /// Spends a unit and returns 0, or returns the seconds until the next one may be spent.
    pub fn try_take(&self) -> io::Result<u32> {
        let (file, mut times, now) = self.load()?;
        let wait_s = self.longest_wait(&times, now).map_or(0, |(wait_s, _)| wait_s);
        if wait_s == 0 {
            times.push(now);
        }
        save(file, &times)?;
        Ok(wait_s)
    }

    /// Spends units whose number was not known in advance, even if this exceeds a limit.
    pub fn spend(&self, units: usize) -> io::Result<()> {
        let (file, mut times, now) = self.load()?;
        times.extend(std::iter::repeat_n(now, units));
        save(file, &times)
    }

    /// Spends nothing for this time, also in other runs and processes, because the service asked for it.
    pub fn pause(&self, duration: Duration) -> io::Result<()> {
        let seconds = u32::try_from(duration.min(MAX_RETRY_AFTER).as_secs()).unwrap_or(u32::MAX);
        let until = (self.clock)().saturating_add(seconds);
        let mut file = disk::private_options().write(true).create(true).truncate(false).open(self.pause_path())?;
        file.write_all(&until.to_le_bytes())
    }

    fn pause_path(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push("-pause");
        name.into()
    }

    /// Seconds that are left of a pause. A file that makes no sense is no pause.
    fn paused_s(&self, now: u32) -> u32 {
        let bytes = std::fs::read(self.pause_path()).unwrap_or_default();
        let until = bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
        Some(until.saturating_sub(now)).filter(|left| u64::from(*left) <= MAX_RETRY_AFTER.as_secs()).unwrap_or(0)
    }

    /// Seconds until a unit may be spent, and the window that is full, or no window in a pause that the service asked
    /// for; `None` if a unit may be spent now.
    pub fn wait(&self) -> io::Result<Option<(u32, Option<Window>)>> {
        let (_file, times, now) = self.load()?;
        Ok(self.longest_wait(&times, now))
    }

    /// Units that may be spent now.
    pub fn left(&self) -> io::Result<usize> {
        let (_file, times, now) = self.load()?;
        Ok(self.windows.iter().map(|window| window.left(&times, now)).min().unwrap_or(usize::MAX))
    }

    /// About how many seconds `units` take, at least: the windows that must pass before the last may be spent.
    pub fn seconds_for(&self, units: u64) -> io::Result<u64> {
        let (_file, times, now) = self.load()?;
        let of = |window: &Window| window.seconds_for(units, window.left(&times, now) as u64);
        Ok(self.windows.iter().map(of).max().unwrap_or(0))
    }

    fn longest_wait(&self, times: &[u32], now: u32) -> Option<(u32, Option<Window>)> {
        let waits = self.windows.iter().map(|window| (window.wait_s(times, now), Some(*window)));
        let waits = waits.chain([(self.paused_s(now), None)]);
        waits.filter(|(wait_s, _)| *wait_s > 0).max_by_key(|(wait_s, _)| *wait_s)
    }

    /// The locked file and the times within the longest window, in order.
    fn load(&self) -> io::Result<(File, Vec<u32>, u32)> {
        let mut file = self.file()?;
        file.lock()?;
        let mut bytes = Vec::new();
        // Larger than any budget; such a file is damaged.
        (&mut file).take(4 << 20).read_to_end(&mut bytes)?;
        let now = (self.clock)();
        let time = |entry: &[u8]| entry.try_into().map_or(now, u32::from_le_bytes).min(now);
        let longest_s = self.windows.iter().map(|window| window.span_s()).max().unwrap_or(0);
        let mut times: Vec<u32> = bytes.chunks(4).map(time).collect();
        times.retain(|time| now - time < longest_s);
        times.sort_unstable();
        Ok((file, times, now))
    }

    fn file(&self) -> io::Result<File> {
        disk::private_options().read(true).create(true).truncate(false).open(&self.path)
    }
}

/// Overwrites the locked file before it is truncated: after a crash in between, times may count twice, but none is lost.
fn save(mut file: File, times: &[u32]) -> io::Result<()> {
    let bytes: Vec<u8> = times.iter().flat_map(|time| time.to_le_bytes()).collect();
    file.rewind()?;
    file.write_all(&bytes)?;
    file.set_len(bytes.len() as u64)
}
