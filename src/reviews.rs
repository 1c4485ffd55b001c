//! `reviews.jsonl`: what people said of photos, one JSON object a line, added to and never rewritten.
//!
//! Of one photo and concept the last line counts; the lines before it are the history. Processes may add at the same
//! time: each batch is written under a lock on the file, in one piece, and synced before it counts.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::dataset::Dataset;
use crate::disk;
use crate::photo::PhotoId;

/// What a person said of a photo and a concept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The photo shows it.
    Yes,
    /// The photo does not show it.
    No,
    /// The person looked and could not say.
    Unsure,
    /// What was said before is taken back.
    Cleared,
}

impl Verdict {
    /// Whether the photo shows the concept, where that was said.
    pub fn label(self) -> Option<bool> {
        match self {
            Self::Yes => Some(true),
            Self::No => Some(false),
            Self::Unsure | Self::Cleared => None,
        }
    }
}

/// One line of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Which photo.
    pub photo: PhotoId,
    /// Which concept, by name.
    pub concept: String,
    /// What was said.
    pub verdict: Verdict,
    /// Who said it, as they call themselves.
    pub by: String,
    /// When, UTC.
    pub at: Timestamp,
}

/// A line that is no review; it is passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
}

/// The reviews of a dataset, as far as the file was read.
#[derive(Debug)]
pub struct Reviews {
    path: PathBuf,
    read_bytes: u64,
    lines: u64,
    all: Vec<Review>,
    latest: HashMap<String, HashMap<PhotoId, usize>>,
    bad: Vec<BadLine>,
}

impl Reviews {
    /// Reads a dataset's reviews; none where there is no file.
    pub fn open(dataset: &Dataset) -> io::Result<Self> {
        let mut reviews = Self::nothing(dataset.reviews());
        reviews.follow()?;
        Ok(reviews)
    }

    fn nothing(path: PathBuf) -> Self {
        Self { path, read_bytes: 0, lines: 0, all: Vec::new(), latest: HashMap::new(), bad: Vec::new() }
    }

    /// Reads what was added since it was last read, by whomever; says whether anything was. A file that became
    /// shorter is read anew.
    pub fn follow(&mut self) -> io::Result<bool> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(err) if err.kind() == io::ErrorKind::NotFound => {
                let had = self.read_bytes > 0;
                *self = Self::nothing(std::mem::take(&mut self.path));
                return Ok(had);
            }
            Err(err) => return Err(err),
        };
        let len = file.metadata()?.len();
        if len == self.read_bytes {
            return Ok(false);
        }
        if len < self.read_bytes {
            *self = Self::nothing(std::mem::take(&mut self.path));
        }
        file.seek(SeekFrom::Start(self.read_bytes))?;
        let mut added = Vec::new();
        file.read_to_end(&mut added)?;
        let before = self.all.len() + self.bad.len();
        self.take_in(&added);
        Ok(self.all.len() + self.bad.len() != before)
    }

    /// Takes in whole lines. A last line without its end is taken only where it is whole but for that: else it is still
    /// being written, or was cut off by a power cut.
    fn take_in(&mut self, bytes: &[u8]) {
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let ended = line.ends_with(b"\n");
            let read = serde_json::from_slice::<Review>(line);
            if !ended && read.is_err() {
                return;
            }
            let blank = line.iter().all(u8::is_ascii_whitespace);
            match read {
                _ if blank => {}
                Ok(review) => self.note(review),
                Err(err) => self.bad.push(BadLine { line: self.lines + 1, why: err.to_string() }),
            }
            self.lines += u64::from(ended);
            self.read_bytes += line.len() as u64;
        }
    }

    fn note(&mut self, review: Review) {
        let of_concept = self.latest.entry(review.concept.clone()).or_default();
        of_concept.insert(review.photo.clone(), self.all.len());
        self.all.push(review);
    }

    /// Adds reviews to the end of the file and takes in what others added. When it returns they survive a power cut;
    /// when it fails none of them is there.
    pub fn append(&mut self, reviews: &[Review]) -> io::Result<()> {
        if reviews.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::new();
        for review in reviews {
            serde_json::to_writer(&mut lines, review)?;
            lines.push(b'\n');
        }
        append_lines(&self.path, &lines)?;
        self.follow()?;
        Ok(())
    }

    /// What was last said of a photo and a concept.
    pub fn latest(&self, photo: &PhotoId, concept: &str) -> Option<&Review> {
        self.latest.get(concept)?.get(photo).map(|at| &self.all[*at])
    }

    /// What was last said of each photo about a concept, by photo.
    pub fn of(&self, concept: &str) -> Vec<&Review> {
        let mut found: Vec<&Review> =
            self.latest.get(concept).into_iter().flat_map(HashMap::values).map(|at| &self.all[*at]).collect();
        found.sort_by(|a, b| a.photo.cmp(&b.photo));
        found
    }

    /// What was last said of a photo about each concept.
    pub fn about<'a>(&'a self, photo: &'a PhotoId) -> impl Iterator<Item = &'a Review> {
        self.latest.values().filter_map(|photos| photos.get(photo)).map(|at| &self.all[*at])
    }

    /// The photos of which a person said yes or no, by photo.
    pub fn labels(&self, concept: &str) -> Vec<(PhotoId, bool)> {
        let label = |review: &Review| Some((review.photo.clone(), review.verdict.label()?));
        self.of(concept).into_iter().filter_map(label).collect()
    }

    /// Everything that was ever said of a photo and a concept, oldest first.
    pub fn history<'a>(&'a self, photo: &'a PhotoId, concept: &'a str) -> impl Iterator<Item = &'a Review> {
        self.all.iter().filter(move |review| review.photo == *photo && review.concept == concept)
    }

    /// All lines, oldest first.
    pub fn all(&self) -> &[Review] {
        &self.all
    }

    /// Lines that could not be read.
    pub fn bad_lines(&self) -> &[BadLine] {
        &self.bad
    }
}

/// Writes whole lines at the end of a file in one piece, durably. Fails without a trace.
fn append_lines(path: &Path, lines: &[u8]) -> io::Result<()> {
    let is_new = !path.exists();
    let mut options: OpenOptions = disk::private_options();
    let mut file = options.read(true).append(true).create(true).open(path)?;
    match file.lock() {
        // Where a file system knows no locks, the one write at the end is all there is.
        Err(err) if err.kind() != io::ErrorKind::Unsupported => return Err(err),
        _ => {}
    }
    let start = heal(&mut file)?;
    if let Err(err) = file.write_all(lines).and_then(|()| file.sync_all()) {
        file.set_len(start)?;
        return Err(err);
    }
    if is_new { disk::sync_folder(path) } else { Ok(()) }
}

/// Bytes read at a time while looking for the end of the last whole line.
const STEP_BYTES: u64 = 4096;

/// Makes the file end where a line ends, and gives its length. Nobody was told that half a line is kept, so it goes;
/// a line that is whole but for its end, or is something else, gets its end.
fn heal(file: &mut File) -> io::Result<u64> {
    let len = file.metadata()?.len();
    let mut start = len;
    let mut tail = Vec::new();
    while start > 0 && !tail.contains(&b'\n') {
        let from = start.saturating_sub(STEP_BYTES);
        let mut piece = vec![0; (start - from) as usize];
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(&mut piece)?;
        piece.append(&mut tail);
        (tail, start) = (piece, from);
    }
    let last = tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let last = &tail[last..];
    if last.is_empty() {
        return Ok(len);
    }
    let torn = match serde_json::from_slice::<Review>(last) {
        Ok(_) => false,
        // A file system may show zeros where the last bytes never reached the disk.
        Err(err) => err.is_eof() || last.contains(&0),
    };
    if torn {
        file.set_len(len - last.len() as u64)?;
    } else {
        file.write_all(b"\n")?;
    }
    Ok(file.metadata()?.len())
}
