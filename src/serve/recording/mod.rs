//! Recordings of the screen in `DATASET/recordings/`, for their owner only; what came before a crash is kept.
//!
//! While it runs a recording is `ID.part` and `ID.state`, which says how much of it counts; whole, it is
//! `ID.webm` (or `.mp4`) with `ID.json` beside it.

mod state;
pub mod webm;

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use thiserror::Error;
use utoipa::ToSchema;

use crate::seal::{hex, private};
use state::RecordingState;

/// Bytes of a recording, at most.
const MOST_BYTES: u64 = 4 << 30;

/// `(container in the browser's words, suffix, media type)`.
const KINDS: [(&str, &str, &str); 2] = [("video/webm", "webm", "video/webm"), ("video/mp4", "mp4", "video/mp4")];

/// Why a recording cannot be had.
#[derive(Debug, Error)]
pub enum RecordingError {
    /// There is none of that name.
    #[error("There is no such recording here")]
    Missing,
    /// A kind of file that is not kept.
    #[error("Recordings are video/webm or video/mp4")]
    Mime,
    /// A piece is missing in between.
    #[error("Piece {next} of this recording comes next")]
    Gap {
        /// Number of the piece that comes next.
        next: u64,
    },
    /// It is too large.
    #[error("A recording has 4 GB at most; finish this one and begin another")]
    Full,
    /// The disk said no.
    #[error("The recording could not be kept: {0}")]
    Io(#[from] io::Error),
}

/// A recording in the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Recording {
    /// The file's name; of one that was not finished its id and `.part`.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// When it was made, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Timestamp,
    /// How long it is, milliseconds; absent when unknown.
    #[schema(required)]
    pub duration_ms: Option<u64>,
    /// Whether it was finished; one that was not can be.
    pub whole: bool,
}

/// How much of a recording is here.
pub struct SoFar {
    /// Bytes.
    pub bytes: u64,
    /// Number of the piece that comes next.
    pub next: u64,
}

/// What is known at its end.
pub struct Ending {
    /// The dataset's name.
    pub dataset: String,
    /// How long it took by the browser's clock.
    pub duration_ms: Option<u64>,
    /// What stands beside the video.
    pub sidecar: Map<String, Value>,
}

/// A whole recording.
pub struct Finished {
    /// The file's name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// How long it is, milliseconds.
    pub duration_ms: Option<u64>,
}

/// The recordings of a dataset.
pub struct Recordings {
    folder: PathBuf,
    // A piece that is sent twice at once must be appended once.
    one_at_a_time: Mutex<()>,
}

impl Recordings {
    /// Those in this folder, which is made when it is needed.
    pub fn at(folder: PathBuf) -> Self {
        Self { folder, one_at_a_time: Mutex::new(()) }
    }

    /// Begins a recording and names it.
    pub fn begin(&self, mime: &str) -> Result<String, RecordingError> {
        let container = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let (_, suffix, _) = KINDS.iter().find(|(known, ..)| *known == container).ok_or(RecordingError::Mime)?;
        let _turn = self.turn();
        private::create_folder(&self.folder)?;
        let mut unique = [0; 4];
        getrandom::fill(&mut unique).map_err(|err| io::Error::other(err.to_string()))?;
        let id = format!("{}-{}", Timestamp::now().strftime("%Y%m%d-%H%M%S"), hex(&unique));
        private::writing().create_new(true).open(self.part(&id))?;
        RecordingState { mime: mime.to_owned(), suffix: (*suffix).to_owned(), next: 0, bytes: 0 }
            .write(&self.state(&id))?;
        Ok(id)
    }

    /// Appends piece `seq`; one that came before is not appended again.
    pub fn append(&self, id: &str, seq: u64, piece: &[u8]) -> Result<SoFar, RecordingError> {
        let _turn = self.turn();
        let mut state = self.read_state(id)?;
        if seq > state.next {
            return Err(RecordingError::Gap { next: state.next });
        }
        if seq == state.next {
            if state.bytes + piece.len() as u64 > MOST_BYTES {
                return Err(RecordingError::Full);
            }
            let mut part = private::writing().open(self.part(id))?;
            // What stands behind the bytes that count is half a piece of a program that was killed.
            part.set_len(state.bytes)?;
            part.seek(SeekFrom::Start(state.bytes))?;
            part.write_all(piece)?;
            state.bytes += piece.len() as u64;
            state.next += 1;
            state.write(&self.state(id))?;
        }
        Ok(SoFar { bytes: state.bytes, next: state.next })
    }

    /// Makes what came a file of its own, and writes what stands beside it.
    pub fn finish(&self, id: &str, ending: Ending) -> Result<Finished, RecordingError> {
        let _turn = self.turn();
        let state = self.read_state(id)?;
        let name = format!("{id}.{}", state.suffix);
        let (part, path) = (self.part(id), self.folder.join(&name));
        private::writing().open(&part)?.set_len(state.bytes)?;
        let seekable = if state.suffix == "webm" { self.rewrite(id, &part, &path)? } else { None };
        if seekable.is_none() {
            File::open(&part)?.sync_all()?;
            fs::rename(&part, &path)?;
        }
        let duration_ms = seekable.or(ending.duration_ms);
        let bytes = fs::metadata(&path)?.len();
        self.write_sidecar(id, &state, duration_ms, ending)?;
        File::open(&self.folder)?.sync_all()?;
        let _ = fs::remove_file(&part);
        let _ = fs::remove_file(self.state(id));
        Ok(Finished { name, bytes, duration_ms })
    }

    /// All of them, the newest first.
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

    /// Where a recording lies, and its media type.
    pub fn file(&self, name: &str) -> Result<(PathBuf, &'static str), RecordingError> {
        let (_, suffix) = parsed(name).ok_or(RecordingError::Missing)?;
        let media = KINDS.iter().find(|(_, known, _)| *known == suffix).map(|(.., media)| *media);
        let path = self.folder.join(name);
        match media {
            Some(media) if path.is_file() => Ok((path, media)),
            _ => Err(RecordingError::Missing),
        }
    }

    /// Removes a recording, finished or not, and what stands beside it.
    pub fn remove(&self, name: &str) -> Result<(), RecordingError> {
        let _turn = self.turn();
        let (id, _) = parsed(name).ok_or(RecordingError::Missing)?;
        fs::remove_file(self.folder.join(name)).map_err(|err| match err.kind() {
            io::ErrorKind::NotFound => RecordingError::Missing,
            _ => RecordingError::Io(err),
        })?;
        let _ = fs::remove_file(self.sidecar(id));
        let _ = fs::remove_file(self.state(id));
        Ok(())
    }

    /// Writes the recording anew with what a player needs to wind it; `None` where it cannot be read that far.
    fn rewrite(&self, id: &str, part: &Path, path: &Path) -> Result<Option<u64>, RecordingError> {
        let aside = self.folder.join(format!("{id}.new"));
        let _ = fs::remove_file(&aside);
        let mut out = private::writing().create_new(true).open(&aside)?;
        match webm::make_seekable(&mut File::open(part)?, &mut out) {
            Ok(duration_ms) => {
                out.sync_all()?;
                fs::rename(&aside, path)?;
                Ok(Some(duration_ms))
            }
            Err(webm::WebmError::Io(err)) => Err(err.into()),
            Err(webm::WebmError::Broken(_)) => {
                fs::remove_file(&aside)?;
                Ok(None)
            }
        }
    }

    fn write_sidecar(
        &self,
        id: &str,
        state: &RecordingState,
        duration_ms: Option<u64>,
        ending: Ending,
    ) -> io::Result<()> {
        let sidecar = json!({
            "gleaner": env!("CARGO_PKG_VERSION"),
            "dataset": ending.dataset,
            "mime": state.mime,
            "duration_ms": duration_ms,
            "finished_at": Timestamp::now().to_string(),
            "session": ending.sidecar,
        });
        let mut file = private::writing().create(true).truncate(true).open(self.sidecar(id))?;
        file.write_all(&serde_json::to_vec_pretty(&sidecar)?)?;
        file.sync_all()
    }

    fn listed(&self, path: &Path) -> Option<Recording> {
        let name = path.file_name()?.to_str()?.to_owned();
        let (id, suffix) = parsed(&name)?;
        let whole = suffix != "part";
        if whole && !KINDS.iter().any(|(_, known, _)| *known == suffix) {
            return None;
        }
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
        self.folder.join(format!("{id}.part"))
    }

    fn state(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.state"))
    }

    fn sidecar(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }

    fn turn(&self) -> MutexGuard<'_, ()> {
        self.one_at_a_time.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The id and the suffix of a file of ours.
fn parsed(name: &str) -> Option<(&str, &str)> {
    let (id, suffix) = name.split_once('.')?;
    (is_id(id) && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some((id, suffix))
}

/// As [`Recordings::begin`] makes them: nothing that leads elsewhere.
fn is_id(id: &str) -> bool {
    id.len() == 24 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'))
}
