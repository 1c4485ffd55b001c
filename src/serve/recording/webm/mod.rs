//! Makes a WebM of a browser's recorder seekable: adds the duration, the sizes and an index.
//!
//! The index could also be written in the browser, by a muxer such as mediabunny. It was compared (1.61) and not used: its
//! `finalize()` writes `Cues`, the duration and the seek positions when the recording ends, so a tab that dies leaves a
//! file without them, and its append-only mode omits the duration and disables seeking. The server would have to
//! repair such a file anyway, and this code does that for every recorder. It would also encode with WebCodecs instead of
//! `MediaRecorder`, and its bundle has 177 KB (gzip).

mod ebml;
mod id;
mod scan;

use std::io::{self, Read, Seek, SeekFrom, Write};

use thiserror::Error;

use ebml::{children, write_element, write_head, write_id};
use scan::{Layout, scan};

/// The shortest time between two index entries, milliseconds.
const STEP_MS: u64 = 500;

/// Why a recording was not rewritten.
#[derive(Debug, Error)]
pub enum WebmError {
    /// It is not a recording, or it is damaged.
    #[error("not a recording: {0}")]
    Broken(&'static str),
    /// An I/O error.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Writes the recording with `Duration`, `SeekHead`, `Cues` and all sizes. Returns the duration in milliseconds.
/// Frames are copied unchanged; an incomplete frame at the end is left out.
pub fn make_seekable(input: &mut (impl Read + Seek), out: &mut impl Write) -> Result<u64, WebmError> {
    let layout = scan(input)?;
    if layout.clusters.is_empty() || layout.info.is_empty() {
        return Err(WebmError::Broken("it has no frames"));
    }
    if layout.has_more_data {
        return Err(WebmError::Broken("a part in the middle cannot be read, and the rest would be lost"));
    }
    let (head, clusters) = (described(&layout), clusters_bytes(&layout));
    let mut start = Vec::new();
    ebml_header(&mut start, &layout);
    write_head(&mut start, id::SEGMENT, head.len() as u64 + clusters);
    out.write_all(&start)?;
    out.write_all(&head)?;
    for cluster in &layout.clusters {
        let mut head = Vec::new();
        write_head(&mut head, id::CLUSTER, cluster.bytes);
        out.write_all(&head)?;
        input.seek(SeekFrom::Start(cluster.from))?;
        let copied = io::copy(&mut input.by_ref().take(cluster.bytes), out)?;
        if copied < cluster.bytes {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
    }
    Ok(layout.end.saturating_mul(layout.tick_ns) / 1_000_000)
}

fn ebml_header(out: &mut Vec<u8>, layout: &Layout) {
    write_element(out, id::EBML, &layout.header);
}

/// Bytes of a cluster's head as it is written.
const CLUSTER_HEAD: u64 = 12;

fn clusters_bytes(layout: &Layout) -> u64 {
    layout.clusters.iter().map(|cluster| CLUSTER_HEAD + cluster.bytes).sum()
}

/// Everything in the segment before the first cluster.
fn described(layout: &Layout) -> Vec<u8> {
    let mut info = Vec::new();
    write_element(&mut info, id::INFO, &info_with_duration(layout));
    let mut tracks = Vec::new();
    layout.described.iter().for_each(|(kind, payload)| write_element(&mut tracks, *kind, payload));
    // All numbers have eight bytes, so the sizes do not depend on the positions.
    let sizes = (seek_head([0; 3]).len() as u64, cues(layout, 0).len() as u64);
    let info_at = sizes.0;
    let tracks_at = info_at + info.len() as u64;
    let cues_at = tracks_at + tracks.len() as u64;
    let clusters_at = cues_at + sizes.1;
    let mut out = seek_head([info_at, tracks_at + before_tracks(layout), cues_at]);
    out.extend(info);
    out.extend(tracks);
    out.extend(cues(layout, clusters_at));
    out
}

/// Bytes of what is described before `Tracks`.
fn before_tracks(layout: &Layout) -> u64 {
    let before = layout.described.iter().take_while(|(kind, _)| *kind != id::TRACKS);
    let mut bytes = Vec::new();
    before.for_each(|(kind, payload)| write_element(&mut bytes, *kind, payload));
    bytes.len() as u64
}

fn info_with_duration(layout: &Layout) -> Vec<u8> {
    let mut info = Vec::new();
    for (kind, _, whole) in children(&layout.info) {
        if kind != id::DURATION && kind != id::VOID {
            info.extend(whole);
        }
    }
    write_element(&mut info, id::DURATION, &(layout.end as f64).to_be_bytes());
    info
}

/// The positions of `Info`, `Tracks` and `Cues` in the segment.
fn seek_head(positions: [u64; 3]) -> Vec<u8> {
    let mut seeks = Vec::new();
    for (kind, position) in [id::INFO, id::TRACKS, id::CUES].into_iter().zip(positions) {
        let (mut named, mut seek) = (Vec::new(), Vec::new());
        write_id(&mut named, kind);
        write_element(&mut seek, id::SEEK_ID, &named);
        write_element(&mut seek, id::SEEK_POSITION, &position.to_be_bytes());
        write_element(&mut seeks, id::SEEK, &seek);
    }
    let mut out = Vec::new();
    write_element(&mut out, id::SEEK_HEAD, &seeks);
    out
}

/// The index. `clusters_at` is the position of the first cluster in the segment.
fn cues(layout: &Layout, clusters_at: u64) -> Vec<u8> {
    let step = (STEP_MS * 1_000_000 / layout.tick_ns).max(1);
    let (mut points, mut position, mut next) = (Vec::new(), clusters_at, 0);
    for cluster in &layout.clusters {
        for (time, at) in &cluster.keys {
            if *time >= next {
                write_element(&mut points, id::CUE_POINT, &cue(*time, layout.track, [position, *at]));
                next = time + step;
            }
        }
        position += CLUSTER_HEAD + cluster.bytes;
    }
    let mut out = Vec::new();
    write_element(&mut out, id::CUES, &points);
    out
}

fn cue(time: u64, track: u64, [cluster, frame]: [u64; 2]) -> Vec<u8> {
    let (mut positions, mut point) = (Vec::new(), Vec::new());
    write_element(&mut positions, id::CUE_TRACK, &track.to_be_bytes());
    write_element(&mut positions, id::CUE_CLUSTER_POSITION, &cluster.to_be_bytes());
    write_element(&mut positions, id::CUE_RELATIVE_POSITION, &frame.to_be_bytes());
    write_element(&mut point, id::CUE_TIME, &time.to_be_bytes());
    write_element(&mut point, id::CUE_TRACK_POSITIONS, &positions);
    point
}
