//! Screen recordings in `DATASET/recordings/`, readable by their owner only. A crash loses no received chunk.
//!
//! A running recording is `ID.part`, and `ID.state` with its valid length. A finished one is `ID.webm` (or `.mp4`) with
//! its metadata in `ID.json`.

mod container;
mod state;
pub mod webm;

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use parking_lot::{Mutex, MutexGuard};
use serde::Serialize;
use serde_json::{Map, Value, json};
use thiserror::Error;
use tracing::info;
use utoipa::ToSchema;

use crate::disk::{self, PartFile};
use crate::error_chain::error_chain;
use crate::hash::hex;
use container::Container;
use state::{RecordingState, TEMPORARY_STATE};

/// Bytes of a recording, at most.
const MAX_RECORDING_BYTES: u64 = 4 << 30;

/// Bytes of all recordings of a dataset, at most.
const MAX_TOTAL_BYTES: u64 = 64 << 30;

/// Recordings of a dataset, at most.
const MAX_RECORDINGS: usize = 1_000;

/// Suffix of the temporary file of the metadata.
const SIDECAR_ASIDE: &str = "json-new";

/// The file name extension of a recording that is not finished.
const PART: &str = "part";

/// Why a recording failed.
#[derive(Debug, Error)]
pub enum RecordingError {
    /// There is no recording with this name.
    #[error("There is no such recording in this dataset")]
    Missing,
    /// An unsupported format.
    #[error("Recordings must be video/webm or video/mp4")]
    Mime,
    /// A chunk is missing.
    #[error("The next chunk of this recording is number {next}")]
    Gap {
        /// Number of the next chunk.
        next: u64,
    },
    /// It is too large.
    #[error("A recording has 4 GB at most; finish this one and start another")]
    TooLarge,
    /// All recordings together are too large.
    #[error("A dataset has at most 1,000 recordings with 64 GB together; remove some first")]
    TooMany,
    /// The disk is full.
    #[error("The disk is full; remove recordings or free space, then finish this one")]
    NoSpace,
    /// An I/O error.
    #[error("The recording could not be saved: {0}")]
    Io(io::Error),
}

impl From<io::Error> for RecordingError {
    fn from(err: io::Error) -> Self {
        match err.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoSpace,
            _ => Self::Io(err),
        }
    }
}

/// A recording in the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Recording {
    /// The file's name; its id and `.part` if it is not finished.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// When it was made, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Timestamp,
    /// Duration in milliseconds; absent if unknown.
    #[schema(required)]
    pub duration_ms: Option<u64>,
    /// Whether it is finished. One that is not can be finished later.
    pub whole: bool,
}

/// How much of a recording was received.
pub struct RecordingProgress {
    /// Bytes.
    pub bytes: u64,
    /// Number of the next chunk.
    pub next: u64,
}

/// The browser's data at the end of a recording.
pub struct FinishDetails {
    /// The dataset's name.
    pub dataset: String,
    /// Duration by the browser's clock.
    pub duration_ms: Option<u64>,
    /// Metadata for the file beside the video.
    pub sidecar: Map<String, Value>,
}

/// A finished recording.
pub struct Finished {
    /// The file's name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Duration in milliseconds.
    pub duration_ms: Option<u64>,
}

/// The recordings of a dataset.
pub struct Recordings {
    folder: PathBuf,
    // A chunk that is sent twice at the same time must be appended once.
    one_at_a_time: Mutex<()>,
}

impl Recordings {
    /// The recordings in this folder, which is created when it is needed.
    pub fn at(folder: PathBuf) -> Self {
        Self { folder, one_at_a_time: Mutex::new(()) }
    }

    /// Starts a recording and returns its id.
    pub fn begin(&self, mime: &str) -> Result<String, RecordingError> {
        let container = Container::of_media_type(mime).ok_or(RecordingError::Mime)?;
        let _turn = self.lock();
        disk::create_private_folder(&self.folder)?;
        self.check_room(0)?;
        let mut unique = [0; 4];
        getrandom::fill(&mut unique).map_err(|err| io::Error::other(err.to_string()))?;
        let id = format!("{}-{}", Timestamp::now().strftime("%Y%m%d-%H%M%S"), hex(&unique));
        disk::private_options().create_new(true).open(self.part(&id))?;
        RecordingState { mime: mime.to_owned(), suffix: container.into(), next: 0, bytes: 0 }
            .write(&self.state(&id))?;
        Ok(id)
    }

    /// Appends chunk `seq`, unless it was appended before.
    pub fn append(&self, id: &str, seq: u64, piece: &[u8]) -> Result<RecordingProgress, RecordingError> {
        let _turn = self.lock();
        let mut state = self.read_state(id)?;
        if seq > state.next {
            return Err(RecordingError::Gap { next: state.next });
        }
        if seq == state.next {
            if state.bytes + piece.len() as u64 > MAX_RECORDING_BYTES {
                return Err(RecordingError::TooLarge);
            }
            self.check_room(piece.len() as u64)?;
            let mut part = disk::private_options().open(self.part(id))?;
            // Bytes after the valid length are part of a chunk that was being written when the program was killed.
            part.set_len(state.bytes)?;
            part.seek(SeekFrom::Start(state.bytes))?;
            part.write_all(piece)?;
            // The bytes must be on disk before the state that counts them.
            part.sync_data()?;
            state.bytes += piece.len() as u64;
            state.next += 1;
            state.write(&self.state(id))?;
        }
        Ok(RecordingProgress { bytes: state.bytes, next: state.next })
    }

    /// Finishes a recording: makes it seekable and writes its metadata.
    pub fn finish(&self, id: &str, ending: FinishDetails) -> Result<Finished, RecordingError> {
        let _turn = self.lock();
        let state = self.read_state(id)?;
        let name = format!("{id}.{}", state.suffix);
        let (part, path) = (self.part(id), self.folder.join(&name));
        let plain = disk::private_options().open(&part)?;
        plain.set_len(state.bytes)?;
        plain.sync_all()?;
        let seekable = if state.suffix == Container::Webm { self.rewrite(id, (&part, &path)) } else { None };
        let duration_ms = seekable.as_ref().map(|(_, duration_ms)| *duration_ms).or(ending.duration_ms);
        // Written before the recording gets its name, so that everything can be repeated if the disk is full.
        if let Err(err) = self.write_sidecar(id, &state, duration_ms, ending) {
            let _ = fs::remove_file(self.sidecar(id));
            return Err(err.into());
        }
        match seekable {
            Some((copy, _)) => copy.commit()?,
            None => disk::rename_durably(&part, &path)?,
        }
        let bytes = fs::metadata(&path)?.len();
        self.forget_parts(id);
        Ok(Finished { name, bytes, duration_ms })
    }

    /// All recordings, newest first.
    pub fn list(&self) -> Result<Vec<Recording>, RecordingError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(err) => return Err(err.into()),
        };
        let mut found: Vec<Recording> = entries.flatten().filter_map(|entry| self.listed(&entry.path())).collect();
        found.sort_by(|one, other| other.name.cmp(&one.name));
        Ok(found)
    }

    /// The path of a recording, and its media type.
    pub fn file(&self, name: &str) -> Result<(PathBuf, &'static str), RecordingError> {
        let (_, suffix) = parsed(name).ok_or(RecordingError::Missing)?;
        let container: Container = suffix.parse().map_err(|_| RecordingError::Missing)?;
        let path = self.folder.join(name);
        if path.is_file() { Ok((path, container.media_type())) } else { Err(RecordingError::Missing) }
    }

    /// Removes a recording, finished or not, and its metadata.
    pub fn remove(&self, name: &str) -> Result<(), RecordingError> {
        let _turn = self.lock();
        let id = parsed(name).filter(|(_, suffix)| is_recording(suffix)).ok_or(RecordingError::Missing)?.0;
        fs::remove_file(self.folder.join(name)).map_err(|err| match err.kind() {
            io::ErrorKind::NotFound => RecordingError::Missing,
            _ => err.into(),
        })?;
        let _ = fs::remove_file(self.sidecar(id));
        self.forget_parts(id);
        Ok(())
    }

    /// Removes the files of an unfinished recording.
    fn forget_parts(&self, id: &str) {
        let state = self.state(id);
        let rewritten = [TEMPORARY_STATE, SIDECAR_ASIDE].map(|suffix| state.with_extension(suffix));
        for path in [self.part(id), state, self.rewritten_path(id)].into_iter().chain(rewritten) {
            let _ = fs::remove_file(path);
        }
    }

    /// Writes a seekable copy of the part to the part file of `path`; returns it and its duration in milliseconds. `None`
    /// if the part cannot be read or the copy cannot be written: the recording is then kept as it was received.
    fn rewrite(&self, id: &str, (part, path): (&Path, &Path)) -> Option<(PartFile, u64)> {
        let copied = || {
            let mut copy = private_file(path, self.rewritten_path(id))?;
            let duration_ms = webm::make_seekable(&mut File::open(part)?, &mut copy)?;
            copy.sync()?;
            Ok::<_, webm::WebmError>((copy, duration_ms))
        };
        copied().inspect_err(|err| info!(id, error = error_chain(err), "a recording was kept as it was received")).ok()
    }

    /// Fails if the limits do not permit this many more bytes.
    fn check_room(&self, more: u64) -> Result<(), RecordingError> {
        let (mut recordings, mut bytes) = (0, more);
        for entry in fs::read_dir(&self.folder)?.flatten() {
            let name = entry.file_name();
            recordings += usize::from(name.to_str().and_then(parsed).is_some_and(|(_, suffix)| is_recording(suffix)));
            bytes += entry.metadata().map_or(0, |file| file.len());
        }
        // A running recording is already counted.
        let crowded =
            recordings > MAX_RECORDINGS || (more == 0 && recordings == MAX_RECORDINGS) || bytes > MAX_TOTAL_BYTES;
        if crowded { Err(RecordingError::TooMany) } else { Ok(()) }
    }

    fn write_sidecar(
        &self,
        id: &str,
        state: &RecordingState,
        duration_ms: Option<u64>,
        ending: FinishDetails,
    ) -> io::Result<()> {
        let sidecar = json!({
            "gleaner": env!("CARGO_PKG_VERSION"),
            "dataset": ending.dataset,
            "mime": state.mime,
            "duration_ms": duration_ms,
            "finished_at": Timestamp::now().to_string(),
            "session": ending.sidecar,
        });
        let path = self.sidecar(id);
        let mut file = private_file(&path, path.with_extension(SIDECAR_ASIDE))?;
        file.write_all(&serde_json::to_vec_pretty(&sidecar)?)?;
        file.commit()
    }

    fn listed(&self, path: &Path) -> Option<Recording> {
        let name = path.file_name()?.to_str()?.to_owned();
        let (id, suffix) = parsed(&name)?;
        if !is_recording(suffix) {
            return None;
        }
        let whole = suffix != PART;
        let metadata = fs::metadata(path).ok()?;
        let made_at = Timestamp::try_from(metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH)).ok()?;
        let sidecar: Option<Value> =
            fs::read(self.sidecar(id)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let duration_ms = sidecar.and_then(|sidecar| sidecar["duration_ms"].as_u64());
        Some(Recording { bytes: metadata.len(), made_at, duration_ms, whole, name })
    }

    fn read_state(&self, id: &str) -> Result<RecordingState, RecordingError> {
        if !is_id(id) {
            return Err(RecordingError::Missing);
        }
        RecordingState::read(&self.state(id))?.ok_or(RecordingError::Missing)
    }

    fn part(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.{PART}"))
    }

    fn state(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.state"))
    }

    fn rewritten_path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.new"))
    }

    fn sidecar(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        self.one_at_a_time.lock()
    }
}

/// A private file that gets the name `path` when it is complete. Replaces a part file that an interrupted run left.
fn private_file(path: &Path, part: PathBuf) -> io::Result<PartFile> {
    PartFile::open(path, part, disk::private_options().create(true).truncate(true))
}

/// The id and the suffix of a recording's file.
fn parsed(name: &str) -> Option<(&str, &str)> {
    let (id, suffix) = name.split_once('.')?;
    (is_id(id) && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some((id, suffix))
}

/// Whether a file with this suffix is a recording, not its metadata.
fn is_recording(suffix: &str) -> bool {
    suffix == PART || suffix.parse::<Container>().is_ok()
}

/// Whether it is an id of [`Recordings::begin`], which cannot be a path out of the folder.
fn is_id(id: &str) -> bool {
    id.len() == 24 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'))
}
