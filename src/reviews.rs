//! `reviews.jsonl`: people's verdicts on photos, one JSON object per line. Lines are appended and never changed; those of
//! photos that their owners withdrew are removed.
//!
//! For a photo and a concept the last line counts; earlier lines are the history. Several processes may append: each batch
//! is written in one piece under a lock on the file, and synced.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::dataset::Dataset;
use crate::disk;
use crate::hash::{hex, sha256};
use crate::photo::{PhotoId, ReviewedTaxon, Taxon};

/// Takes the place of the concept's name in reviews of the taxon. No concept can have this name.
pub const TAXON: &str = "@taxon";

/// A person's verdict on whether a photo shows a concept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The photo shows it.
    Yes,
    /// The photo does not show it.
    No,
    /// The person could not decide.
    Unsure,
    /// The earlier verdict is withdrawn.
    Cleared,
}

impl Verdict {
    /// The verdict as a label; `None` if it is not yes or no.
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
    /// The photo.
    pub photo: PhotoId,
    /// The name of the concept; [`TAXON`] for a review of the taxon.
    pub concept: String,
    /// The verdict. On the taxon: `yes` with the taxon, or `no` if the photo shows no organism.
    pub verdict: Verdict,
    /// The taxon that the person saw, in a review of the taxon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taxon: Option<Taxon>,
    /// The reviewer's name, as they entered it.
    pub by: String,
    /// Time of the review, UTC.
    pub at: Timestamp,
}

/// Characters of a reviewer's name, at most.
const MAX_NAME_CHARS: usize = 60;

/// The name of a reviewer, trimmed; it may be empty. The error says what is wrong.
pub fn reviewer_name(by: &str) -> Result<String, &'static str> {
    let by = by.trim();
    if by.chars().count() > MAX_NAME_CHARS || by.chars().any(char::is_control) {
        return Err("A reviewer's name has 60 characters at most");
    }
    Ok(by.to_owned())
}

impl Review {
    /// A verdict on the taxon of a photo.
    pub fn of_taxon(photo: PhotoId, by: &str, (verdict, taxon): (Verdict, Option<Taxon>), at: Timestamp) -> Self {
        Self { photo, concept: TAXON.to_owned(), verdict, by: by.to_owned(), at, taxon }
    }

    /// The verdict on the taxon; `None` of a review of a concept, and if the person could not decide or withdrew it.
    pub fn reviewed_taxon(&self) -> Option<ReviewedTaxon> {
        let is_decided = match self.verdict {
            Verdict::Yes => self.taxon.is_some(),
            Verdict::No => true,
            Verdict::Unsure | Verdict::Cleared => false,
        };
        let taxon = self.taxon.clone().filter(|_| self.verdict == Verdict::Yes);
        (self.concept == TAXON && is_decided).then_some(ReviewedTaxon { taxon, at: self.at })
    }
}

/// A line that is not a review. It is skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Line number, from 1.
    pub line: u64,
    /// What is wrong.
    pub why: String,
}

/// The reviews of a dataset, up to the last read of the file.
#[derive(Debug)]
pub struct Reviews {
    path: PathBuf,
    read_bytes: u64,
    /// The number of the file that was read; a file without withdrawn photos takes its place.
    inode: u64,
    lines: u64,
    all: Vec<Review>,
    latest: HashMap<String, HashMap<PhotoId, usize>>,
    bad: Vec<BadLine>,
}

impl Reviews {
    /// Reads a dataset's reviews. A missing file has none.
    pub fn open(dataset: &Dataset) -> io::Result<Self> {
        let mut reviews = Self::empty(dataset.reviews());
        reviews.follow()?;
        Ok(reviews)
    }

    fn empty(path: PathBuf) -> Self {
        Self { path, read_bytes: 0, inode: 0, lines: 0, all: Vec::new(), latest: HashMap::new(), bad: Vec::new() }
    }

    /// Reads lines that were appended since the last read. Returns whether there were any. A file that became shorter is
    /// read from its start.
    pub fn follow(&mut self) -> io::Result<bool> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(err) if err.kind() == io::ErrorKind::NotFound => {
                let had = self.read_bytes > 0;
                *self = Self::empty(std::mem::take(&mut self.path));
                return Ok(had);
            }
            Err(err) => return Err(err),
        };
        let found = file.metadata()?;
        let (len, inode) = (found.len(), found.ino());
        let is_other = inode != self.inode && self.read_bytes > 0;
        if len == self.read_bytes && !is_other {
            return Ok(false);
        }
        if len < self.read_bytes || is_other {
            *self = Self::empty(std::mem::take(&mut self.path));
        }
        self.inode = inode;
        file.seek(SeekFrom::Start(self.read_bytes))?;
        let mut added = Vec::new();
        file.read_to_end(&mut added)?;
        let before = self.all.len() + self.bad.len();
        self.parse_lines(&added);
        Ok(self.all.len() + self.bad.len() != before)
    }

    /// Parses complete lines. A last line without a line end counts only if it is a complete review. Otherwise it is still
    /// being written, or a power cut has truncated it.
    fn parse_lines(&mut self, bytes: &[u8]) {
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let ended = line.ends_with(b"\n");
            let read = read_line(line);
            if !ended && read.is_err() {
                return;
            }
            let blank = line.iter().all(u8::is_ascii_whitespace);
            match read {
                _ if blank => {}
                Ok(review) => self.insert(review),
                Err(why) => self.bad.push(BadLine { line: self.lines + 1, why }),
            }
            self.lines += u64::from(ended);
            self.read_bytes += line.len() as u64;
        }
    }

    fn insert(&mut self, review: Review) {
        let of_concept = self.latest.entry(review.concept.clone()).or_default();
        of_concept.insert(review.photo.clone(), self.all.len());
        self.all.push(review);
    }

    /// Appends reviews durably and reads what others appended. If it fails, none of the reviews is in the file.
    pub fn append(&mut self, reviews: &[Review]) -> io::Result<()> {
        if reviews.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::new();
        for review in reviews {
            lines.extend(line(review)?);
        }
        append_lines(&self.path, &lines)?;
        self.follow()?;
        Ok(())
    }

    /// The current review of a photo and a concept.
    pub fn latest(&self, photo: &PhotoId, concept: &str) -> Option<&Review> {
        self.latest.get(concept)?.get(photo).map(|at| &self.all[*at])
    }

    /// The current reviews of a concept, by photo id.
    pub fn of(&self, concept: &str) -> Vec<&Review> {
        let mut found: Vec<&Review> =
            self.latest.get(concept).into_iter().flat_map(HashMap::values).map(|at| &self.all[*at]).collect();
        found.sort_by(|a, b| a.photo.cmp(&b.photo));
        found
    }

    /// The current reviews of a photo, for all concepts.
    pub fn about<'a>(&'a self, photo: &'a PhotoId) -> impl Iterator<Item = &'a Review> {
        self.latest.values().filter_map(|photos| photos.get(photo)).map(|at| &self.all[*at])
    }

    /// The labels of a concept (verdicts yes and no), by photo id.
    pub fn labels(&self, concept: &str) -> Vec<(PhotoId, bool)> {
        let label = |review: &Review| Some((review.photo.clone(), review.verdict.label()?));
        self.of(concept).into_iter().filter_map(label).collect()
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

/// The last field of a line: 16 hexadecimal digits of the SHA-256 sum of the line without it. Older programs ignore it.
const SUM: &str = ",\"sum\":\"";

/// Bytes of the last field with the end of the object.
const SUM_BYTES: usize = SUM.len() + 16 + 2;

fn sum(review: &[u8]) -> String {
    hex(&sha256(review)[..8])
}

/// A review as a line, with its sum.
fn line(review: &Review) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(review)?;
    let sum = sum(&line);
    line.pop();
    writeln!(line, "{SUM}{sum}\"}}")?;
    Ok(line)
}

/// Reads a line. One without a sum was written by an older program or by hand.
fn read_line(line: &[u8]) -> Result<Review, String> {
    let review = serde_json::from_slice(line).map_err(|err| err.to_string())?;
    let text = line.trim_ascii_end();
    let Some((rest, end)) = text.len().checked_sub(SUM_BYTES).map(|at| text.split_at(at)) else { return Ok(review) };
    let Some(stored) = end.strip_prefix(SUM.as_bytes()).and_then(|end| end.strip_suffix(b"\"}")) else {
        // A damaged name of the field leaves the shape of its value.
        let looks_like_sum = end.ends_with(b"\"}") && end[SUM.len()..end.len() - 2].iter().all(u8::is_ascii_hexdigit);
        let why = "it was changed since it was written: the name of its sum is damaged";
        return if looks_like_sum { Err(why.to_owned()) } else { Ok(review) };
    };
    if sum(&[rest, b"}"].concat()).as_bytes() == stored {
        Ok(review)
    } else {
        Err("it was changed since it was written: its sum does not fit".to_owned())
    }
}

/// Appends complete lines durably, in one piece. A failure leaves the file as it was.
fn append_lines(path: &Path, lines: &[u8]) -> io::Result<()> {
    let is_new = !path.exists();
    let mut file = locked(path, true)?;
    let start = repair_end(&mut file)?;
    if let Err(err) = file.write_all(lines).and_then(|()| file.sync_all()) {
        file.set_len(start)?;
        return Err(err);
    }
    if is_new { disk::sync_folder(path) } else { Ok(()) }
}

/// Opens and locks the file. While it waits for the lock, another file may take its place ([`forget`]).
fn locked(path: &Path, create: bool) -> io::Result<File> {
    loop {
        let mut options: OpenOptions = disk::private_options();
        let file = options.read(true).append(true).create(create).open(path)?;
        match file.lock() {
            // Without file locks, a single write at the end of the file must do.
            Err(err) if err.kind() != io::ErrorKind::Unsupported => return Err(err),
            _ => {}
        }
        if fs::metadata(path).is_ok_and(|now| Some(now.ino()) == file.metadata().ok().map(|own| own.ino())) {
            return Ok(file);
        }
    }
}

/// Removes all lines of the photos for which `is_gone` holds. Lines that are no reviews stay. Durable; after a failure the
/// file is as it was.
pub fn forget(dataset: &Dataset, is_gone: impl Fn(&PhotoId) -> bool) -> io::Result<()> {
    let path = dataset.reviews();
    let mut file = match locked(&path, false) {
        Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(()),
        locked => locked?,
    };
    let mut before = Vec::new();
    file.read_to_end(&mut before)?;
    let is_kept = |line: &&[u8]| serde_json::from_slice::<Review>(line).map_or(true, |review| !is_gone(&review.photo));
    let after = before.split_inclusive(|byte| *byte == b'\n').filter(is_kept).collect::<Vec<_>>().concat();
    if after == before {
        return Ok(());
    }
    // The lock is held until the new file has its name, so that no verdict is written to the old one.
    disk::replace_durably(&path, &after)
}

/// Bytes that are read at a time to find the end of the last complete line.
const STEP_BYTES: u64 = 4096;

/// Makes the file end with a complete line and returns its length. An incomplete review was never acknowledged, so it is
/// removed. A complete review or any other text gets a line end.
fn repair_end(file: &mut File) -> io::Result<u64> {
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
    let is_truncated = match serde_json::from_slice::<Review>(last) {
        Ok(_) => false,
        // A file system may fill bytes that never reached the disk with zeros.
        Err(err) => err.is_eof() || last.contains(&0),
    };
    if is_truncated {
        file.set_len(len - last.len() as u64)?;
    } else {
        file.write_all(b"\n")?;
    }
    Ok(file.metadata()?.len())
}
