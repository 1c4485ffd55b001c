//! Text at every place of a file that no pixel needs: none of it is stored.

use std::io::Read;

use gleaner::picture::strip::{check, strip};
use gleaner::picture::{decode, format, icc};

use super::generated::{CANARY, holds, jpeg, png};
use crate::decode::generated as pictures;
use crate::decode::generated::png_chunk;

/// A name that is planted.
const TEXT: &[u8] = b"canary of the owner, canary of the owner";

/// A file with a text, and what it is like without.
struct Carrier {
    name: String,
    file: Vec<u8>,
    plain: Vec<u8>,
}

fn carrier(name: impl Into<String>, file: Vec<u8>, plain: &[u8]) -> Carrier {
    Carrier { name: name.into(), file, plain: plain.to_vec() }
}

fn pixels(file: &[u8]) -> Vec<u8> {
    decode::decode(file, format::sniff(file).unwrap(), None).map(|picture| picture.rgb).unwrap_or_default()
}

/// Whether a file contains the text, also where it is compressed.
fn tells(file: &[u8]) -> bool {
    let inflates = |at: usize| {
        let mut out = Vec::new();
        let _ = flate2::read::ZlibDecoder::new(&file[at..]).take(1 << 20).read_to_end(&mut out);
        holds(&out, CANARY)
    };
    let starts = (0..file.len()).filter(|&at| file[at] == 0x78);
    holds(file, CANARY) || file.starts_with(b"\x89PNG") && starts.into_iter().any(inflates)
}

/// A tag of a profile.
type Tag = ([u8; 4], Vec<u8>);

/// A profile of RGB with other primaries than sRGB, with its tags, then private ones.
fn profile(private: &[Tag], text_in_header: bool) -> Vec<u8> {
    let xyz = |x: i32, y: i32, z: i32| [b"XYZ \0\0\0\0", &[x, y, z].map(i32::to_be_bytes).concat()[..]].concat();
    let curve = b"curv\0\0\0\0\0\0\0\x01\x01\xcd\0\0".to_vec();
    let mut tags: Vec<Tag> = vec![
        (*b"rXYZ", xyz(39_000, 20_000, 1_000)),
        (*b"gXYZ", xyz(14_000, 41_000, 6_000)),
        (*b"bXYZ", xyz(10_000, 4_500, 47_000)),
        (*b"wtpt", xyz(63_190, 65_536, 54_061)),
        (*b"rTRC", curve.clone()),
        (*b"gTRC", curve.clone()),
        (*b"bTRC", curve),
    ];
    tags.extend(private.iter().cloned());
    let mut header = vec![0; 128];
    header[8..12].copy_from_slice(&[2, 0x10, 0, 0]);
    header[12..24].copy_from_slice(b"mntrRGB XYZ ");
    header[24..36].copy_from_slice(&[7, 0xe0, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7]);
    header[36..40].copy_from_slice(b"acsp");
    header[68..80].copy_from_slice(&[0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d]);
    if text_in_header {
        // Maker, model and attributes; the hash and what is reserved.
        header[48..64].copy_from_slice(&TEXT[..16]);
        header[84..124].copy_from_slice(&TEXT[..40]);
    }
    let mut data = Vec::new();
    let mut table = (tags.len() as u32).to_be_bytes().to_vec();
    for (name, tag) in &tags {
        let at = 132 + 12 * tags.len() + data.len();
        table.extend([&name[..], &(at as u32).to_be_bytes(), &(tag.len() as u32).to_be_bytes()].concat());
        data.extend(tag);
    }
    let mut out = [header, table, data].concat();
    let length = (out.len() as u32).to_be_bytes();
    out[..4].copy_from_slice(&length);
    out
}

/// Profiles with a text, and segments without a profile.
fn profiles() -> Vec<(&'static str, Vec<u8>)> {
    let tag = |name: &[u8; 4], kind: &[u8; 4]| (*name, [kind, &[0; 4][..], TEXT].concat());
    let long = |mut tag: Tag| {
        tag.1.extend(TEXT);
        tag
    };
    vec![
        ("no profile", TEXT.repeat(9)),
        ("no profile behind a header", [&profile(&[], false)[..128], TEXT].concat()),
        ("a header", profile(&[], true)),
        ("Apple's mmod", profile(&[tag(b"mmod", b"mmod")], false)),
        ("Apple's ndin", profile(&[tag(b"ndin", b"ndin")], false)),
        ("dscm", profile(&[tag(b"dscm", b"mluc")], false)),
        ("desc", profile(&[tag(b"desc", b"desc")], false)),
        ("cprt", profile(&[tag(b"cprt", b"text")], false)),
        ("dmnd", profile(&[tag(b"dmnd", b"desc")], false)),
        ("dmdd", profile(&[tag(b"dmdd", b"desc")], false)),
        ("vcgt", profile(&[tag(b"vcgt", b"vcgt")], false)),
        ("targ", profile(&[tag(b"targ", b"text")], false)),
        ("meta", profile(&[tag(b"meta", b"dict")], false)),
        ("psid", profile(&[tag(b"psid", b"psid")], false)),
        ("a table back to the device", profile(&[tag(b"B2A0", b"mft2")], false)),
        ("a long chad", profile(&[long((*b"chad", [b"sf32\0\0\0\0", &[0, 1, 0, 0].repeat(9)[..]].concat()))], false)),
        ("chad of text", profile(&[tag(b"chad", b"sf32")], false)),
        ("a tail", [profile(&[], false), TEXT.to_vec()].concat()),
    ]
}

#[test]
fn a_rewritten_profile_has_no_private_tag_and_the_same_colours() {
    let plain = icc::rewritten(&profile(&[], false)).unwrap();
    for (name, profile) in profiles().into_iter().skip(2) {
        assert!(holds(&profile, CANARY), "{name}: nothing is planted");
        let rewritten = icc::rewritten(&profile).unwrap_or_else(|| panic!("{name}: it is a profile"));
        assert!(!holds(&rewritten, CANARY), "{name}");
        assert_eq!(icc::rewritten(&rewritten).as_ref(), Some(&rewritten), "{name}");
        let length = u32::from_be_bytes(rewritten[..4].try_into().unwrap());
        assert_eq!(length as usize, rewritten.len(), "{name}");
        if !name.ends_with("chad") {
            assert_eq!(rewritten, plain, "{name}");
        }
    }
    for (name, profile) in profiles().into_iter().take(2) {
        assert_eq!(icc::rewritten(&profile), None, "{name}");
    }
}

fn icc_segment(profile: &[u8]) -> (u8, Vec<u8>) {
    (0xe2, [b"ICC_PROFILE\0\x01\x01", profile].concat())
}

fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    [&[0xff, marker], &(payload.len() as u16 + 2).to_be_bytes()[..], payload].concat()
}

/// Offsets of a marker in a JPEG.
fn markers(file: &[u8], marker: u8) -> Vec<usize> {
    (2..file.len() - 1).filter(|&at| file[at] == 0xff && file[at + 1] == marker).collect()
}

fn inserted(file: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    [&file[..at], bytes, &file[at..]].concat()
}

fn jpegs() -> Vec<Carrier> {
    let plain = jpeg(&[]);
    let table = |kind: u8| segment(0xdb, &[&[kind], TEXT, &[1; 24]].concat());
    let codes = |kind: u8| segment(0xc4, &[&[kind, 0, 0, 0, 0, 0, TEXT.len() as u8], &[0; 10][..], TEXT].concat());
    let frame = markers(&plain, 0xc0)[0];
    let scan = markers(&plain, 0xda)[0];
    let end = plain.len() - 2;
    let mut all = vec![
        carrier("JFIF with a tail", jpeg(&[(0xe0, [b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0", TEXT].concat())]), &plain),
        carrier("JFIF's thumbnail", jpeg(&[(0xe0, [b"JFIF\0\x01\x01\0\0\x01\0\x01\x01\x0d", TEXT].concat())]), &plain),
        carrier("JFXX", jpeg(&[(0xe0, [b"JFXX\0\x13", TEXT].concat())]), &plain),
        carrier("MPF", jpeg(&[(0xe2, [b"MPF\0", TEXT].concat())]), &plain),
        carrier("FPXR", jpeg(&[(0xe2, [b"FPXR\0", TEXT].concat())]), &plain),
        carrier("a comment", jpeg(&[(0xfe, TEXT.to_vec())]), &plain),
        carrier("an unused table of steps", inserted(&plain, frame, &table(3)), &plain),
        carrier("a table of steps that is replaced", inserted(&plain, 20, &table(0)), &plain),
        carrier("a table of steps behind its last use", inserted(&plain, end, &table(0)), &plain),
        carrier("an unused table of codes", inserted(&plain, frame, &codes(0x13)), &plain),
        carrier("a table of codes that is replaced", inserted(&plain, 20, &codes(0)), &plain),
        carrier("a number of lines with a tail", inserted(&plain, end, &segment(0xdc, TEXT)), &plain),
        carrier("arithmetic conditioning", inserted(&plain, frame, &segment(0xcc, TEXT)), &plain),
        carrier("an expansion", inserted(&plain, frame, &segment(0xdf, TEXT)), &plain),
        carrier("between two segments", inserted(&plain, frame, TEXT), &plain),
        carrier("before a scan", inserted(&plain, scan, TEXT), &plain),
        carrier("behind the last block", inserted(&plain, end, TEXT), &plain),
        carrier("behind a stray restart", inserted(&plain, end, &[b"\xff\xd3", TEXT].concat()), &plain),
        carrier("behind the end", [&plain[..], TEXT].concat(), &plain),
        carrier("a second picture", [&plain[..], &jpeg(&[(0xfe, TEXT.to_vec())])].concat(), &plain),
    ];
    for (marker, start) in (0xe1..=0xefu8).map(|marker| (marker, &b"Unknown\0"[..])).chain([(0xe1, &b"Exif\0\0"[..])]) {
        all.push(carrier(format!("segment {marker:x}"), jpeg(&[(marker, [start, TEXT].concat())]), &plain));
    }
    let adobe = jpeg(&[(0xee, b"Adobe\0\x64\0\0\0\0\x01".to_vec())]);
    let with_tail = jpeg(&[(0xee, [b"Adobe\0\x64\0\0\0\0\x01", TEXT].concat())]);
    all.push(carrier("Adobe's segment with a tail", with_tail, &adobe));
    for (name, bytes) in pictures::all_kinds() {
        if name == "progressive jpeg" {
            for scan in markers(&bytes, 0xda).into_iter().skip(1) {
                all.push(carrier(format!("behind the scan before {scan}"), inserted(&bytes, scan, TEXT), &bytes));
            }
        }
        if name == "jpeg with restarts" {
            let restarts = inserted(&bytes, markers(&bytes, 0xd1)[0], TEXT);
            all.push(carrier("before a restart", restarts, &bytes));
            let interval = markers(&bytes, 0xdd)[0];
            let length = (4 + TEXT.len() as u16).to_be_bytes();
            let tail =
                [&bytes[..interval + 2], &length, &bytes[interval + 4..interval + 6], TEXT, &bytes[interval + 6..]];
            all.push(carrier("a restart interval with a tail", tail.concat(), &bytes));
        }
    }
    let coloured = jpeg(&[icc_segment(&profile(&[], false))]);
    for (name, profile) in profiles() {
        let plain = if name.starts_with("no profile") { &plain } else { &coloured };
        all.push(carrier(format!("profile: {name}"), jpeg(&[icc_segment(&profile)]), plain));
    }
    let unnumbered = jpeg(&[(0xe2, [b"ICC_PROFILE\0\x07\x01", &profile(&[], true)[..]].concat())]);
    all.push(carrier("a profile without its beginning", unnumbered, &plain));
    all
}

/// A PNG with chunks before its data, and what it is like with these.
fn with_chunk(kind: [u8; 4], data: &[u8], proper: Option<usize>) -> (Vec<u8>, Vec<u8>) {
    let plain = proper.map_or_else(|| png(&[]), |length| png(&[(kind, data[..length].to_vec())]));
    (png(&[(kind, data.to_vec())]), plain)
}

fn stored_zlib(data: &[u8]) -> Vec<u8> {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::none());
    std::io::Write::write_all(&mut zlib, data).unwrap();
    zlib.finish().unwrap()
}

/// A PNG of 8 x 6 pixels with these chunks before its data, and these data.
fn assembled(header: [u8; 5], before: &[([u8; 4], Vec<u8>)], data: &[u8], after: &[u8]) -> Vec<u8> {
    let header = [&8_u32.to_be_bytes()[..], &6_u32.to_be_bytes(), &header].concat();
    let before: Vec<u8> = before.iter().flat_map(|(kind, data)| png_chunk(*kind, data)).collect();
    [b"\x89PNG\r\n\x1a\n", &png_chunk(*b"IHDR", &header)[..], &before, data, after, &png_chunk(*b"IEND", b"")].concat()
}

fn pngs() -> Vec<Carrier> {
    let mut all = Vec::new();
    let mut chunk = |name: &str, kind: &[u8; 4], start: &[u8], is_kept: bool| {
        let data = [start, TEXT].concat();
        let (file, plain) = with_chunk(*kind, &data, is_kept.then_some(start.len()));
        all.push(carrier(format!("chunk {name}"), file, &plain));
    };
    let points: Vec<u8> =
        [31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000].map(u32::to_be_bytes).concat();
    for (kind, start, is_kept) in [
        (b"gAMA", &45_455_u32.to_be_bytes()[..], true),
        (b"cHRM", &points, true),
        (b"sRGB", &[0], true),
        (b"sBIT", &[8, 8, 8], false),
        (b"bKGD", &[0, 1, 0, 1, 0, 1], false),
        (b"hIST", &[], false),
        (b"tRNS", &[0, 40, 0, 0, 0, 60], true),
        (b"pHYs", &[0, 0, 0, 72, 0, 0, 0, 72, 1], true),
        (b"sPLT", b"", false),
        (b"sPLT", b"name\0\x08", false),
        (b"cICP", &[12, 13, 0, 1], true),
        (b"mDCV", &[1; 24], false),
        (b"cLLI", &[1; 8], false),
        (b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0], false),
        (b"tEXt", b"Author\0", false),
        (b"zTXt", b"Author\0\0", false),
        (b"iTXt", b"Author\0\0\0\0\0", false),
        (b"tIME", &[7, 0xe8, 2, 29, 23, 59, 60], false),
        (b"eXIf", b"MM\0*", false),
        (b"prVt", b"", false),
        (b"oFFs", &[0; 9], false),
        (b"iDOT", &[0; 28], false),
        (b"caBX", b"", false),
        (b"PLTE", &[0; 2], false),
    ] {
        chunk(&String::from_utf8_lossy(kind), kind, start, is_kept);
    }
    // The text alone, in place of numbers.
    for (kind, length) in
        [(b"gAMA", 4), (b"cHRM", 32), (b"pHYs", 9), (b"bKGD", 6), (b"mDCV", 24), (b"cLLI", 8), (b"cICP", 4)]
    {
        let file = png(&[(*kind, TEXT[..length].to_vec()), (*b"zzZz", TEXT.to_vec())]);
        all.push(carrier(format!("numbers of {}", String::from_utf8_lossy(kind)), file, &png(&[])));
    }
    let coloured = |profile: &[u8]| png(&[(*b"iCCP", [b"name\0\0", &stored_zlib(profile)[..]].concat())]);
    for (name, bytes) in profiles() {
        let plain = if name.starts_with("no profile") { png(&[]) } else { coloured(&profile(&[], false)) };
        all.push(carrier(format!("profile: {name}"), coloured(&bytes), &plain));
    }
    let named = png(&[(*b"iCCP", [TEXT, b"\0\0", &stored_zlib(&profile(&[], false))].concat())]);
    all.push(carrier("a profile's name", named, &coloured(&profile(&[], false))));
    let plain = png(&[]);
    all.push(carrier("behind the end", [&plain[..], TEXT].concat(), &plain));
    let end = plain.len() - 12;
    all.push(carrier("in the end", [&plain[..end], &png_chunk(*b"IEND", TEXT)].concat(), &plain));
    for kind in [*b"tEXt", *b"gAMA", *b"tRNS", *b"prVt"] {
        let file = inserted(&plain, end, &png_chunk(kind, TEXT));
        all.push(carrier(format!("{} behind the data", String::from_utf8_lossy(&kind)), file, &plain));
    }
    all.extend(png_data());
    all
}

/// In and behind the compressed data.
fn png_data() -> Vec<Carrier> {
    let rows: Vec<u8> = (0..6).flat_map(|y| [vec![0], vec![y * 9; 24]].concat()).collect();
    let rgb = [8, 2, 0, 0, 0];
    let data = |data: &[u8]| png_chunk(*b"IDAT", data);
    let proper = stored_zlib(&rows);
    let plain = assembled(rgb, &[], &data(&proper), b"");
    let tail = [&proper[..], TEXT].concat();
    let (first, second) = (data(&proper), data(TEXT));
    let indexed: Vec<u8> = (0..6).flat_map(|_| [0, 0, 1, 0, 1, 0, 1, 0, 1]).collect();
    let palette = |rest: &[u8]| vec![(*b"PLTE", [&[0, 0, 0, 200, 100, 50], rest].concat())];
    let opaque = |rest: &[u8]| [palette(&TEXT[..39]), vec![(*b"tRNS", [&[255, 9], rest].concat())]].concat();
    let indexes = data(&stored_zlib(&indexed));
    let deep: Vec<u8> = (0..6).flat_map(|y| [vec![0], vec![y * 9; 48]].concat()).collect();
    let deep = data(&stored_zlib(&deep));
    let control = |number: u32| {
        let numbers = [number, 8, 6, 0, 0].map(u32::to_be_bytes).concat();
        png_chunk(*b"fcTL", &[&numbers[..], &[0, 1, 0, 9, 0, 0]].concat())
    };
    let frames = |second: &[u8], more: &[u8]| {
        let announced = png_chunk(*b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
        let frame = png_chunk(*b"fdAT", &[&2_u32.to_be_bytes()[..], second].concat());
        assembled(rgb, &[], &[&announced[..], &control(0), &data(&proper), &control(1), &frame].concat(), more)
    };
    let twice = [&rows[..], TEXT, &rows].concat();
    let still = frames(&proper, b"");
    vec![
        carrier("behind the stream", assembled(rgb, &[], &data(&tail), b""), &plain),
        carrier("in a chunk behind the stream", assembled(rgb, &[], &first, &second), &plain),
        carrier("behind the last row", assembled(rgb, &[], &data(&stored_zlib(&twice)), b""), &plain),
        carrier(
            "unused colours",
            assembled([8, 3, 0, 0, 0], &palette(&TEXT[..39]), &indexes, b""),
            &assembled([8, 3, 0, 0, 0], &palette(b""), &indexes, b""),
        ),
        carrier(
            "opacities of unused colours",
            assembled([8, 3, 0, 0, 0], &opaque(&TEXT[..13]), &indexes, b""),
            &assembled([8, 3, 0, 0, 0], &opaque(b""), &indexes, b""),
        ),
        carrier(
            "colours that no index can name",
            assembled([1, 3, 0, 0, 0], &palette(&TEXT[..39]), &data(&stored_zlib(&[0, 0x55].repeat(6))), b""),
            &assembled([1, 3, 0, 0, 0], &palette(b""), &data(&stored_zlib(&[0, 0x55].repeat(6))), b""),
        ),
        carrier(
            "a transparent colour that no pixel has",
            assembled([16, 2, 0, 0, 0], &[(*b"tRNS", b"canary".to_vec())], &deep, b""),
            &assembled([16, 2, 0, 0, 0], &[], &deep, b""),
        ),
        carrier("behind a frame's stream", frames(&tail, b""), &still),
        carrier("behind a frame's last row", frames(&stored_zlib(&twice), b""), &still),
        carrier("a private chunk behind the frames", frames(&proper, &png_chunk(*b"prVt", TEXT)), &still),
        carrier("a frame that is no stream", frames(TEXT, b""), &plain),
    ]
}

fn blocks(data: &[u8]) -> Vec<u8> {
    [&[data.len() as u8], data, &[0]].concat()
}

fn gifs() -> Vec<Carrier> {
    let plain = pictures::gif(8, 6, 2);
    let (head, rest) = plain.split_at(13 + 6);
    let with = |bytes: &[u8]| [head, bytes, rest].concat();
    let text = blocks(TEXT);
    let extension = |label: u8, blocks: &[u8]| with(&[&[0x21, label], blocks].concat());
    let named = |name: &[u8; 11]| extension(0xff, &[&[11], &name[..], &text].concat());
    let image = head.len() + rest.iter().position(|&byte| byte == 0x2c).unwrap();
    let data = image + 11;
    let length = usize::from(plain[data]);
    let end = data + 1 + length;
    let longer = [&plain[..data], &[(length + TEXT.len()) as u8], &plain[data + 1..end], TEXT, &plain[end..]].concat();
    let more = inserted(&plain, end, &text[..text.len() - 1]);
    let control = |bytes: &[u8]| inserted(&plain, image, &[b"\x21\xf9", bytes].concat());
    // A table of 16 colours: two are used.
    let global = [&plain[..10], &[plain[10] | 3], &plain[11..head.len()], &TEXT[..39], &[0; 3], rest].concat();
    let local = [&plain[..image + 9], &[0x83], &head[13..], &TEXT[..39], &[0; 3], &plain[image + 10..]].concat();
    let frame = [&plain[image..image + 10], &[0], &text].concat();
    let count = b"\x0bNETSCAPE2.0\x03\x01\0\0";
    vec![
        carrier("a comment", extension(0xfe, &text), &plain),
        carrier("a plain text", extension(1, &[&[12], &[0; 12][..], &text].concat()), &plain),
        carrier("XMP", named(b"XMP DataXMP"), &plain),
        carrier("a profile", named(b"ICCRGBG1012"), &plain),
        carrier("an unknown program", named(b"UNKNOWN1234"), &plain),
        carrier("an unknown extension", extension(0x77, &text), &plain),
        carrier("a loop count with a tail", extension(0xff, &[&count[..], &text].concat()), &plain),
        carrier(
            "a second loop count",
            extension(0xff, &[&count[..], &[0], b"\x21\xff", count, &text].concat()),
            &plain,
        ),
        carrier(
            "a control block with a tail",
            control(&[b"\x04\0\0\0\0", &text[..]].concat()),
            &control(b"\x04\0\0\0\0\0"),
        ),
        carrier("a control block of text", control(&text), &plain),
        carrier("behind the codes", longer, &plain),
        carrier("a part behind the codes", more, &plain),
        carrier("unused colours", global, &plain),
        carrier("unused colours of a frame", local, &plain),
        carrier("a frame without codes", [&plain[..plain.len() - 1], &frame, &[0x3b]].concat(), &plain),
        carrier("behind the end", [&plain[..], TEXT].concat(), &plain),
    ]
}

fn riff(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut out = b"WEBP".to_vec();
    for (kind, data) in chunks {
        out.extend([&kind[..], &(data.len() as u32).to_le_bytes(), data].concat());
        out.resize(out.len().next_multiple_of(2), 0);
    }
    [b"RIFF", &(out.len() as u32).to_le_bytes()[..], &out].concat()
}

fn webps() -> Vec<Carrier> {
    let simple = pictures::webp(image_webp::ColorType::Rgb8, &pictures::pixels(8, 6), (8, 6));
    let length = u32::from_le_bytes(simple[16..20].try_into().unwrap()) as usize;
    let picture = &simple[20..20 + length];
    let header = |flags: u8| [flags, 0, 0, 0, 7, 0, 0, 5, 0, 0];
    let still = |more: &[(&[u8; 4], &[u8])]| riff(&[&[(b"VP8X", &header(0)[..]), (b"VP8L", picture)], more].concat());
    let plain = still(&[]);
    let frame_of = |more: &[u8]| {
        let chunk = riff(&[(b"VP8L", picture)]);
        [&[0, 0, 0, 0, 0, 0, 7, 0, 0, 5, 0, 0, 40, 0, 0, 0][..], &chunk[12..], more].concat()
    };
    let animated = |animation: &[u8], frame: &[u8], more: &[(&[u8; 4], &[u8])]| {
        riff(&[&[(b"VP8X", &header(2)[..]), (b"ANIM", animation), (b"ANMF", frame)], more].concat())
    };
    let moving = animated(&[0; 6], &frame_of(b""), &[]);
    let unknown = riff(&[(b"ABCD", TEXT)]);
    let mut all = vec![
        carrier("EXIF", still(&[(b"EXIF", TEXT)]), &plain),
        carrier("XMP", still(&[(b"XMP ", TEXT)]), &plain),
        carrier("an unknown chunk", still(&[(b"ABCD", TEXT)]), &plain),
        carrier("ANIM of a still picture", still(&[(b"ANIM", TEXT)]), &plain),
        carrier("a frame of a still picture", still(&[(b"ANMF", &frame_of(&unknown[12..]))]), &plain),
        carrier("ALPH of a lossless picture", still(&[(b"ALPH", TEXT)]), &plain),
        carrier("a second picture", still(&[(b"VP8L", &[picture, TEXT].concat())]), &plain),
        carrier("a header with a tail", riff(&[(b"VP8X", &[&header(0), TEXT].concat()), (b"VP8L", picture)]), &plain),
        carrier("a chunk behind a simple picture", riff(&[(b"VP8L", picture), (b"ABCD", TEXT)]), &simple),
        carrier("behind the end", [&simple[..], TEXT].concat(), &simple),
        carrier("ANIM with a tail", animated(&[&[0; 6], TEXT].concat(), &frame_of(b""), &[]), &moving),
        carrier("ANIM of text", animated(b"canary", &frame_of(b""), &[]), &moving),
        carrier("a chunk of a frame", animated(&[0; 6], &frame_of(&unknown[12..]), &[]), &moving),
        carrier(
            "ALPH of a lossless frame",
            animated(&[0; 6], &frame_of(&riff(&[(b"ALPH", TEXT)])[12..]), &[]),
            &moving,
        ),
        carrier("a still picture of an animation", animated(&[0; 6], &frame_of(b""), &[(b"ALPH", TEXT)]), &moving),
    ];
    let coloured = |profile: &[u8]| riff(&[(b"VP8X", &header(0x20)[..]), (b"ICCP", profile), (b"VP8L", picture)]);
    for (name, bytes) in profiles() {
        let plain = if name.starts_with("no profile") { plain.clone() } else { coloured(&profile(&[], false)) };
        all.push(carrier(format!("profile: {name}"), coloured(&bytes), &plain));
    }
    all
}

#[test]
fn no_text_stays_at_any_place_that_no_pixel_needs() {
    let kinds = [("JPEG", jpegs()), ("PNG", pngs()), ("GIF", gifs()), ("WebP", webps())];
    let (mut count, mut left) = (0, Vec::new());
    for (kind, carriers) in kinds {
        for Carrier { name, file, plain } in carriers {
            count += 1;
            let name = format!("{kind}: {name}");
            assert!(tells(&file), "{name}: nothing is planted");
            assert!(check(&file).is_err(), "{name}: it passes the check");
            let stripped = strip(&file).unwrap_or_else(|err| panic!("{name}: {err}"));
            if tells(&stripped.bytes) {
                left.push(name.clone());
            }
            check(&stripped.bytes).unwrap_or_else(|err| panic!("{name}: {err}"));
            assert_eq!(strip(&stripped.bytes).unwrap().bytes, stripped.bytes, "{name}: it changes again");
            let (before, after) = (pixels(&plain), pixels(&stripped.bytes));
            assert!(!after.is_empty() && before == after, "{name}: the picture changed");
            let received = pixels(&file);
            assert!(received.is_empty() || received == after, "{name}: the received picture changed");
        }
    }
    assert!(left.is_empty(), "{} of {count} carriers still tell: {left:#?}", left.len());
    assert!(count >= 84, "{count} carriers");
}
