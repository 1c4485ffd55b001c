//! Scans a recording once: its headers, and the positions of clusters and key frames.

use std::collections::BTreeMap;
use std::io::{BufReader, Read, Seek, SeekFrom};

use super::WebmError;
use super::ebml::{Head, MAX_HEAD_BYTES, children, number, unsigned};
use super::id;

/// Bytes of an element that is read whole, at most.
const MAX_ELEMENT_BYTES: u64 = 64 << 20;

/// The intact part of a recording.
#[derive(Default)]
pub struct Layout {
    /// The EBML header, as it is written.
    pub header: Vec<u8>,
    /// Payload of `Info`.
    pub info: Vec<u8>,
    /// `Tracks`, `Tags` and similar elements to write: id and payload.
    pub described: Vec<(u32, Vec<u8>)>,
    /// In the order of the file.
    pub clusters: Vec<Cluster>,
    /// The end of the last frame, in ticks.
    pub end: u64,
    /// Nanoseconds per tick.
    pub tick_ns: u64,
    /// The track of the index: the first video, else the first track.
    pub track: u64,
    /// Whether more than one incomplete element follows, because a part in the middle could not be read.
    pub has_more_data: bool,
    /// By track: when its last frame began, and how long the one before it took.
    last: BTreeMap<u64, (i64, i64)>,
}

/// A cluster of frames.
pub struct Cluster {
    /// Where its payload begins in the recording.
    pub from: u64,
    /// Bytes of its payload.
    pub bytes: u64,
    /// Key frames of the index's track: time in ticks, and position in the payload.
    pub keys: Vec<(u64, u64)>,
    time: i64,
}

struct Walk<'r, R> {
    input: BufReader<&'r mut R>,
    at: u64,
    end: u64,
    /// Where the last whole element ended.
    whole: u64,
}

/// Scans a recording as far as it can be read. An incomplete element at the end is left out.
pub fn scan<R: Read + Seek>(input: &mut R) -> Result<Layout, WebmError> {
    let end = input.seek(SeekFrom::End(0))?;
    input.seek(SeekFrom::Start(0))?;
    let mut walk = Walk { input: BufReader::new(input), at: 0, end, whole: 0 };
    let mut layout = Layout { tick_ns: 1_000_000, ..Layout::default() };
    let head = walk.head()?.filter(|head| head.id == id::EBML).ok_or(WebmError::Broken("it has no EBML header"))?;
    layout.header = walk.payload(&head)?.ok_or(WebmError::Broken("its header is truncated"))?;
    walk.head()?.filter(|head| head.id == id::SEGMENT).ok_or(WebmError::Broken("it has no segment"))?;
    while let Some(head) = walk.head()? {
        let whole = match head.id {
            id::CLUSTER => walk.cluster(&head, &mut layout)?,
            id::SEEK_HEAD | id::CUES | id::VOID => walk.skip(&head)?,
            other => match walk.payload(&head)? {
                Some(payload) => layout.describe(other, payload),
                None => false,
            },
        };
        if !whole {
            break;
        }
    }
    layout.has_more_data = walk.has_more_data()?;
    Ok(layout)
}

impl Layout {
    fn describe(&mut self, kind: u32, payload: Vec<u8>) -> bool {
        if kind == id::INFO {
            let tick = children(&payload).find(|(kind, ..)| *kind == id::TIMESTAMP_SCALE);
            self.tick_ns = tick.map_or(1_000_000, |(_, tick, _)| unsigned(tick)).max(1);
            self.info = payload;
            return true;
        }
        if kind == id::TRACKS {
            let tracks: Vec<(u64, u64)> = children(&payload).filter_map(|(_, entry, _)| track(entry)).collect();
            let video = tracks.iter().find(|(_, kind)| *kind == 1).or(tracks.first());
            self.track = video.map_or(1, |(number, _)| *number);
        }
        self.described.push((kind, payload));
        true
    }

    /// Records a frame at position `at` of a cluster's payload.
    fn frame(&mut self, cluster: &mut Cluster, at: u64, frame: Frame) {
        let time = cluster.time + i64::from(frame.time);
        let (before, took) = self.last.get(&frame.track).copied().unwrap_or((time, 0));
        let took = frame.duration.unwrap_or(if time > before { time - before } else { took });
        self.last.insert(frame.track, (time, took));
        self.end = self.end.max(u64::try_from(time + took).unwrap_or(0));
        if frame.key && frame.track == self.track {
            cluster.keys.push((u64::try_from(time).unwrap_or(0), at));
        }
    }
}

/// Number and kind of a track.
fn track(entry: &[u8]) -> Option<(u64, u64)> {
    let field = |wanted| children(entry).find(|(kind, ..)| *kind == wanted).map(|(_, value, _)| unsigned(value));
    Some((field(id::TRACK_NUMBER)?, field(id::TRACK_TYPE)?))
}

struct Frame {
    track: u64,
    time: i16,
    key: bool,
    duration: Option<i64>,
}

impl Frame {
    /// A `SimpleBlock`.
    fn simple(block: &[u8]) -> Option<Self> {
        let (track, bytes) = number(block)?;
        let time = i16::from_be_bytes(block.get(bytes..bytes + 2)?.try_into().ok()?);
        Some(Self { track, time, key: block.get(bytes + 2)? & 0x80 != 0, duration: None })
    }

    /// A `BlockGroup`: a key frame is one that refers to no other.
    fn group(group: &[u8]) -> Option<Self> {
        let (_, block, _) = children(group).find(|(kind, ..)| *kind == id::BLOCK)?;
        let duration = children(group).find(|(kind, ..)| *kind == id::BLOCK_DURATION);
        let duration = duration.and_then(|(_, value, _)| i64::try_from(unsigned(value)).ok());
        let key = !children(group).any(|(kind, ..)| kind == id::REFERENCE_BLOCK);
        Some(Self { key, duration, ..Self::simple(block)? })
    }
}

impl<R: Read + Seek> Walk<'_, R> {
    /// The head of the element here; `None` at the end.
    fn head(&mut self) -> Result<Option<Head>, WebmError> {
        let left = u8::try_from(self.end - self.at).unwrap_or(u8::MAX).min(MAX_HEAD_BYTES);
        let mut bytes = [0; MAX_HEAD_BYTES as usize];
        let bytes = &mut bytes[..usize::from(left)];
        self.input.read_exact(bytes)?;
        let head = Head::read(bytes);
        let used = head.map_or(0, |head| head.bytes);
        self.input.seek_relative(i64::from(used) - i64::from(left))?;
        self.at += u64::from(used);
        Ok(head)
    }

    /// The payload of an element; `None` if it is truncated or too large.
    fn payload(&mut self, head: &Head) -> Result<Option<Vec<u8>>, WebmError> {
        let Some(size) = head.size.filter(|size| *size <= MAX_ELEMENT_BYTES && self.at + size <= self.end) else {
            return Ok(None);
        };
        let mut payload = vec![0; size as usize];
        self.input.read_exact(&mut payload)?;
        self.at += size;
        self.whole = self.at;
        Ok(Some(payload))
    }

    /// Skips an element; returns false if it is truncated.
    fn skip(&mut self, head: &Head) -> Result<bool, WebmError> {
        let Some(size) = head.size.filter(|size| *size <= self.end - self.at) else { return Ok(false) };
        self.input.seek_relative(i64::try_from(size).map_err(|_| WebmError::Broken("an element is too large"))?)?;
        self.at += size;
        self.whole = self.at;
        Ok(true)
    }

    /// Whether more than the beginning of one element follows.
    fn has_more_data(&mut self) -> Result<bool, WebmError> {
        let left = self.end - self.whole;
        self.input.seek(SeekFrom::Start(self.whole))?;
        self.at = self.whole;
        if left <= u64::from(MAX_HEAD_BYTES) {
            return Ok(false);
        }
        let Some(head) = self.head()? else { return Ok(true) };
        if head.size.is_none_or(|size| size > MAX_ELEMENT_BYTES || self.at + size <= self.end) {
            return Ok(true);
        }
        let mut rest = Vec::new();
        self.input.read_to_end(&mut rest)?;
        // A wrong size may extend over everything that follows.
        Ok(memchr::memmem::find(&rest, &id::CLUSTER.to_be_bytes()).is_some())
    }

    /// Scans a cluster; false: it is incomplete and therefore the last one.
    fn cluster(&mut self, head: &Head, layout: &mut Layout) -> Result<bool, WebmError> {
        self.whole = self.at;
        let mut cluster = Cluster { from: self.at, bytes: 0, keys: Vec::new(), time: 0 };
        let end = head.size.map_or(self.end, |size| self.end.min(self.at.saturating_add(size)));
        let mut whole = true;
        while self.at < end {
            let at = self.at - cluster.from;
            let Some(child) = self.head()? else {
                whole = false;
                break;
            };
            if head.size.is_none() && id::IS_BESIDE_CLUSTERS.contains(&child.id) {
                self.input.seek_relative(-i64::from(child.bytes))?;
                self.at -= u64::from(child.bytes);
                break;
            }
            let Some(payload) = self.payload(&child)? else {
                whole = false;
                break;
            };
            let frame = match child.id {
                id::TIMESTAMP => {
                    cluster.time = i64::try_from(unsigned(&payload)).unwrap_or(0);
                    None
                }
                id::SIMPLE_BLOCK => Frame::simple(&payload),
                id::BLOCK_GROUP => Frame::group(&payload),
                _ => None,
            };
            if let Some(frame) = frame {
                layout.frame(&mut cluster, at, frame);
            }
            cluster.bytes = self.at - cluster.from;
        }
        if cluster.bytes > 0 {
            layout.clusters.push(cluster);
        }
        Ok(whole)
    }
}
