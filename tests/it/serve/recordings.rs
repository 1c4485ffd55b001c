//! Recordings: saved in chunks, finished as a seekable file, and only for their owner.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use super::Explorer;

/// The output of Chromium's MediaRecorder for a canvas with sound, 4 seconds.
const RECORDER: &[u8] = include_bytes!("../../fixtures/recorder.webm");

impl Explorer {
    async fn begin(&self, mime: &str) -> String {
        let body = json!({"mime": mime}).to_string();
        let answer = self.change("POST", "/api/v1/recordings", body.as_bytes()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        serde_json::from_str::<Value>(&answer.body).unwrap()["id"].as_str().unwrap().to_owned()
    }

    async fn put(&self, id: &str, seq: usize, piece: &[u8]) -> u16 {
        self.change("PUT", &format!("/api/v1/recordings/{id}/{seq}"), piece).await.status
    }

    async fn finish(&self, id: &str) -> Value {
        let body = json!({"duration_ms": 4321, "sidecar": {"filter": "cage", "masked": true}}).to_string();
        let answer = self.change("POST", &format!("/api/v1/recordings/{id}/finish"), body.as_bytes()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }
}

/// An independent reader: id, payload and payload offset of each element of known size.
fn elements(bytes: &[u8], from: usize, to: usize) -> Vec<(u32, usize, usize)> {
    let (mut at, mut found) = (from, Vec::new());
    while at < to {
        let id_len = bytes[at].leading_zeros() as usize + 1;
        let id = bytes[at..at + id_len].iter().fold(0, |id, byte| id << 8 | u32::from(*byte));
        at += id_len;
        let len = bytes[at].leading_zeros() as usize + 1;
        let raw = bytes[at..at + len].iter().fold(0_u64, |size, byte| size << 8 | u64::from(*byte));
        let size = raw & ((1 << (7 * len)) - 1);
        assert_ne!(size, (1 << (7 * len)) - 1, "a size is unknown");
        at += len;
        found.push((id, at, at + size as usize));
        at += size as usize;
    }
    assert_eq!(at, to, "elements fill their parent");
    found
}

fn one(bytes: &[u8], within: (u32, usize, usize), id: u32) -> (u32, usize, usize) {
    elements(bytes, within.1, within.2).into_iter().find(|(found, ..)| *found == id).unwrap()
}

fn number(bytes: &[u8], (_, from, to): (u32, usize, usize)) -> u64 {
    bytes[from..to].iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// Checks length, index and sizes of a file; returns the number of frames.
fn assert_can_be_wound(bytes: &[u8]) -> usize {
    let top = elements(bytes, 0, bytes.len());
    assert_eq!(top.iter().map(|(id, ..)| *id).collect::<Vec<_>>(), [0x1A45_DFA3, 0x1853_8067]);
    let segment = top[1];
    let inside = elements(bytes, segment.1, segment.2);
    let find = |id| *inside.iter().find(|(found, ..)| *found == id).unwrap();
    let (_, from, to) = one(bytes, find(0x1549_A966), 0x4489);
    let duration = f64::from_be_bytes(bytes[from..to].try_into().unwrap());
    assert!((3_000.0..5_000.0).contains(&duration), "{duration}");
    let seek_head = find(0x114D_9B74);
    for seek in elements(bytes, seek_head.1, seek_head.2) {
        let (id, position) = (number(bytes, one(bytes, seek, 0x53AB)), number(bytes, one(bytes, seek, 0x53AC)));
        let at = segment.1 + position as usize;
        assert_eq!(u64::from(u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())), id);
    }
    let cues = find(0x1C53_BB6B);
    let points = elements(bytes, cues.1, cues.2);
    assert!(points.len() > 1, "there is more than one seek point");
    for point in points {
        let positions = one(bytes, point, 0xB7);
        let cluster = segment.1 + number(bytes, one(bytes, positions, 0xF1)) as usize;
        assert_eq!(bytes[cluster..cluster + 4], [0x1F, 0x43, 0xB6, 0x75], "a cue points at a cluster");
        let frame = cluster + 12 + number(bytes, one(bytes, positions, 0xF0)) as usize;
        assert!(matches!(bytes[frame], 0xA3 | 0xA0), "and at a frame in it");
    }
    let clusters = inside.iter().filter(|(id, ..)| *id == 0x1F43_B675);
    let frames = clusters.flat_map(|cluster| elements(bytes, cluster.1, cluster.2));
    frames.filter(|(id, ..)| matches!(id, 0xA3 | 0xA0)).count()
}

#[tokio::test]
async fn a_recording_sent_in_chunks_becomes_a_seekable_file() {
    let explorer = Explorer::of(Vec::new()).await;
    let id = explorer.begin("video/webm;codecs=vp9,opus").await;
    let pieces: Vec<&[u8]> = RECORDER.chunks(5_000).collect();
    for (seq, piece) in pieces.iter().enumerate() {
        assert_eq!(explorer.put(&id, seq + 1, piece).await, 409, "a chunk out of order");
        assert_eq!(explorer.put(&id, seq, piece).await, 200);
        assert_eq!(explorer.put(&id, seq, piece).await, 200, "a repeated chunk");
    }
    let listed = explorer.json("/api/v1/recordings").await;
    assert_eq!(listed["recordings"][0]["whole"], false);
    assert_eq!(listed["recordings"][0]["bytes"], RECORDER.len());
    let made = explorer.finish(&id).await;
    let name = made["name"].as_str().unwrap();
    assert!(made["duration_ms"].as_u64().is_some_and(|ms| (3_000..5_000).contains(&ms)), "{made}");
    let listed = explorer.json("/api/v1/recordings").await;
    assert_eq!((&listed["recordings"][0]["whole"], &listed["recordings"][0]["name"]), (&json!(true), &made["name"]));
    let folder = explorer.dataset.root().join("recordings");
    let file = fs::read(folder.join(name)).unwrap();
    assert!(assert_can_be_wound(&file) > 50);
    let sidecar: Value = serde_json::from_slice(&fs::read(folder.join(format!("{id}.json"))).unwrap()).unwrap();
    assert_eq!((&sidecar["session"]["masked"], &sidecar["duration_ms"]), (&json!(true), &made["duration_ms"]));
    for entry in fs::read_dir(&folder).unwrap().flatten() {
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{}", entry.path().display());
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    ranges(&explorer, name, &file).await;
    assert_eq!(explorer.change("DELETE", &format!("/api/v1/recordings/{name}"), b"").await.status, 200);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    explorer.end().await;
}

async fn ranges(explorer: &Explorer, name: &str, file: &[u8]) {
    let path = format!("/api/v1/recordings/{name}");
    let whole = explorer.open(&path).await;
    assert_eq!((whole.status, whole.headers["content-type"].as_str()), (200, "video/webm"));
    assert!(whole.bytes == file && whole.headers["accept-ranges"] == "bytes");
    let size = file.len();
    for (range, from, to) in [("0-9", 0, 10), ("100-", 100, size), ("-7", size - 7, size), ("5-99999999", 5, size)] {
        let part = explorer.ask("GET", &path, &format!("Range: bytes={range}\r\n")).await;
        assert_eq!((part.status, part.bytes.as_slice()), (206, &file[from..to]), "{range}");
        assert_eq!(part.headers["content-range"], format!("bytes {from}-{}/{size}", to - 1));
    }
    assert_eq!(explorer.ask("GET", &path, &format!("Range: bytes={size}-\r\n")).await.status, 416);
    assert_eq!(explorer.ask("GET", &path, "Range: bytes=9-3\r\n").await.status, 200);
}

#[tokio::test]
async fn a_recording_truncated_by_a_crash_can_be_finished() {
    let explorer = Explorer::of(Vec::new()).await;
    let mut frames = Vec::new();
    for cut in [RECORDER.len(), RECORDER.len() - 1, RECORDER.len() - 700, RECORDER.len() * 4 / 5] {
        let id = explorer.begin("video/webm").await;
        assert_eq!(explorer.put(&id, 0, &RECORDER[..cut]).await, 200);
        // An incomplete chunk of a program that was killed while writing.
        let part = explorer.dataset.root().join(format!("recordings/{id}.part"));
        fs::write(&part, [&RECORDER[..cut], b"half a piece"].concat()).unwrap();
        let made = explorer.finish(&id).await;
        let file = fs::read(explorer.dataset.root().join("recordings").join(made["name"].as_str().unwrap())).unwrap();
        frames.push(assert_can_be_wound(&file));
    }
    assert!(frames.is_sorted_by(|more, less| more >= less) && frames[0] > frames[3], "{frames:?}");
    explorer.end().await;
}

#[tokio::test]
async fn other_files_are_kept_unchanged_and_invalid_names_are_refused() {
    let explorer = Explorer::of(Vec::new()).await;
    for (mime, suffix) in [("video/mp4;codecs=avc1", "mp4"), ("video/webm", "webm")] {
        let id = explorer.begin(mime).await;
        explorer.put(&id, 0, b"not a video at all").await;
        let made = explorer.finish(&id).await;
        assert_eq!((made["name"].as_str(), &made["duration_ms"]), (Some(&*format!("{id}.{suffix}")), &json!(4321)));
        let kept = explorer.open(&format!("/api/v1/recordings/{id}.{suffix}")).await;
        assert_eq!(kept.body, "not a video at all");
    }
    let refused = explorer.change("POST", "/api/v1/recordings", b"{\"mime\": \"text/html\"}").await;
    assert_eq!(refused.status, 400);
    fs::write(explorer.dataset.root().join("secret.webm"), "secret").unwrap();
    for name in ["x", "..%2fsecret.webm", "%2e%2e%2fsecret.webm", "..", "secret.webm", "20260101-000000-00000000.webm"]
    {
        let path = format!("/api/v1/recordings/{name}");
        assert!(matches!(explorer.open(&path).await.status, 400 | 404), "{name}");
        assert!(matches!(explorer.change("DELETE", &path, b"").await.status, 400 | 404 | 405), "{name}");
        assert_eq!(explorer.put(name, 0, b"x").await, 404, "{name}");
    }
    assert!(explorer.dataset.root().join("secret.webm").exists());
    explorer.end().await;
}

#[tokio::test]
async fn an_interrupted_recording_is_finished_after_a_restart() {
    let explorer = Explorer::of(Vec::new()).await;
    let id = explorer.begin("video/webm").await;
    assert_eq!(explorer.put(&id, 0, &RECORDER[..RECORDER.len() / 2]).await, 200);
    let explorer = explorer.restarted().await;
    assert_eq!(explorer.json("/api/v1/recordings").await["recordings"][0]["name"], format!("{id}.part"));
    assert_eq!(explorer.put(&id, 1, &RECORDER[RECORDER.len() / 2..]).await, 200, "it can also be continued");
    let explorer = explorer.restarted().await;
    let made = explorer.finish(&id).await;
    let folder = explorer.dataset.root().join("recordings");
    let file = fs::read(folder.join(made["name"].as_str().unwrap())).unwrap();
    assert!(assert_can_be_wound(&file) > 50);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
    explorer.end().await;
}

#[tokio::test]
async fn data_after_an_unreadable_element_is_kept() {
    let explorer = Explorer::of(Vec::new()).await;
    let blank = |from: usize, to: usize| {
        let mut bytes = RECORDER.to_vec();
        bytes[from..to].fill(0);
        bytes
    };
    let half = RECORDER.len() / 2;
    let twice = [RECORDER, RECORDER].concat();
    for bytes in [blank(half, half + 4_000), blank(half, RECORDER.len() - 1), twice] {
        let id = explorer.begin("video/webm").await;
        assert_eq!(explorer.put(&id, 0, &bytes).await, 200);
        let made = explorer.finish(&id).await;
        let kept = fs::read(explorer.dataset.root().join("recordings").join(made["name"].as_str().unwrap())).unwrap();
        assert!(kept == bytes, "{} of {} bytes were kept", kept.len(), bytes.len());
    }
    explorer.end().await;
}

#[tokio::test]
async fn a_recording_that_cannot_be_rewritten_is_kept_and_can_be_removed() {
    let explorer = Explorer::of(Vec::new()).await;
    let folder = explorer.dataset.root().join("recordings");
    let id = explorer.begin("video/webm").await;
    assert_eq!(explorer.put(&id, 0, RECORDER).await, 200);
    // A folder in place of the file prevents writing, as a full disk does.
    fs::create_dir(folder.join(format!("{id}.new"))).unwrap();
    let made = explorer.finish(&id).await;
    assert!(fs::read(folder.join(made["name"].as_str().unwrap())).unwrap() == RECORDER);
    fs::remove_dir(folder.join(format!("{id}.new"))).unwrap();
    let json = explorer.change("DELETE", &format!("/api/v1/recordings/{id}.json"), b"").await;
    assert_eq!(json.status, 404);
    assert!(folder.join(format!("{id}.json")).exists());
    assert_eq!(explorer.change("DELETE", &format!("/api/v1/recordings/{id}.webm"), b"").await.status, 200);
    let id = explorer.begin("video/webm").await;
    for left in ["new", "state-new"] {
        fs::write(folder.join(format!("{id}.{left}")), "left by a crash").unwrap();
    }
    assert_eq!(explorer.change("DELETE", &format!("/api/v1/recordings/{id}.part"), b"").await.status, 200);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    explorer.end().await;
}

#[tokio::test]
async fn recordings_and_request_bodies_have_limits() {
    let explorer = Explorer::of(Vec::new()).await;
    let id = explorer.begin("video/webm").await;
    assert_eq!(explorer.put(&id, 0, &vec![0; 1 << 20]).await, 200, "a chunk may be larger than other bodies");
    let long = json!({"sidecar": {"filter": "x".repeat(100_000)}}).to_string();
    let refused = explorer.change("POST", &format!("/api/v1/recordings/{id}/finish"), long.as_bytes()).await;
    assert_eq!(refused.status, 400);
    let view = json!({"search": "x".repeat(300_000)}).to_string();
    assert_eq!(explorer.change("PUT", "/api/v1/views/x", view.as_bytes()).await.status, 400);
    let large = explorer.dataset.root().join("recordings/20260101-000000-00000000.mp4");
    fs::File::create(&large).unwrap().set_len(64 << 30).unwrap();
    let full = explorer.change("POST", "/api/v1/recordings", b"{\"mime\": \"video/webm\"}").await;
    assert!(full.status == 507 && full.body.contains("remove some first"), "{}", full.body);
    assert_eq!(explorer.put(&id, 1, b"more").await, 507);
    assert_eq!(explorer.change("DELETE", "/api/v1/recordings/20260101-000000-00000000.mp4", b"").await.status, 200);
    assert_eq!(explorer.put(&id, 1, b"more").await, 200);
    explorer.end().await;
}
