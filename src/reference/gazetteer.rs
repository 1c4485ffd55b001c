//! Gazetteers in the published form of GeoNames. The copy has only the rows with the wanted feature codes, unchanged.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use zip::ZipArchive;

use super::{Contents, Given};
use crate::layers::{FeatureCode, Gazetteer, GazetteerRow};
use crate::photo::text::grouped;

/// What is kept if the user names no feature codes: zoos.
const USUAL: &str = "S.ZOO";
/// The longest line, bytes; names alone may have 10,000 characters.
const LONGEST_LINE: u64 = 1 << 17;
/// The most bytes of a file, unpacked. All countries have about 1.6 GB.
const MOST_BYTES: u64 = 16 << 30;
/// The most bytes of a copy, which is in memory.
const MOST_KEPT: usize = 256 << 20;
/// Lines that are read of a file that may be no gazetteer.
const TRIED: u64 = 1_000;

/// Whether the first line of the file is a row of GeoNames.
pub fn recognises(path: &Path) -> bool {
    let first = |reader: &mut dyn BufRead| {
        let mut line = Vec::new();
        let read = reader.take(LONGEST_LINE).read_until(b'\n', &mut line);
        read.is_ok() && GazetteerRow::read(trimmed(&line)).is_ok()
    };
    with_rows(path, first).unwrap_or(false)
}

pub fn check(given: &Given) -> Result<Contents, String> {
    let features =
        if given.described.features.is_empty() { vec![USUAL.to_owned()] } else { given.described.features.clone() };
    let mut features: Vec<FeatureCode> = features.iter().map(|code| code.parse()).collect::<Result<_, _>>()?;
    features.sort();
    features.dedup();
    let mut found = Found::default();
    with_rows(given.path, |reader| found.read(reader, &features))??;
    let bad = found.bad;
    if let Some((line, why)) = &found.first_bad
        && bad * 2 > found.rows
    {
        return Err(format!(
            "most of its lines are no rows of GeoNames, which have 19 columns separated by tabs; line {line}: {why}"
        ));
    }
    let codes: Vec<&str> = features.iter().map(FeatureCode::as_str).collect();
    if found.kept.is_empty() {
        let mut others: Vec<(&String, &u64)> = found.codes.iter().collect();
        others.sort_by_key(|(code, count)| (std::cmp::Reverse(**count), *code));
        let others: Vec<String> =
            others.iter().take(5).map(|(code, count)| format!("{code} ({})", grouped(**count))).collect();
        return Err(format!("it has no feature {}; the most frequent are {}", codes.join(" or "), others.join(", ")));
    }
    let mut remarks: Vec<String> = Vec::new();
    let of_code = |wanted: &FeatureCode| {
        let counts = found.codes.iter().filter(|(code, _)| wanted.names(code)).map(|(_, count)| count);
        counts.sum::<u64>()
    };
    let each = features.iter().map(|wanted| format!("{} {}", grouped(of_code(wanted)), wanted.as_str()));
    remarks.push(format!("kept of {} rows: {} (--features)", grouped(found.rows), each.collect::<Vec<_>>().join(", ")));
    if let Some((line, why)) = &found.first_bad {
        remarks.push(format!(
            "{} rows were left out, because they cannot be read; the first is line {line}: {why}",
            grouped(bad)
        ));
    }
    let counts = [("places", found.places), ("rows_read", found.rows), ("rows_left_out", bad)];
    Ok(Contents {
        counts: counts.map(|(what, count)| (what.to_owned(), count)).into(),
        features: codes.into_iter().map(str::to_owned).collect(),
        made: Some((found.kept, "txt")),
        remarks,
        ..Contents::default()
    })
}

/// What was found in the rows of a file.
#[derive(Default)]
struct Found {
    /// The rows with the wanted codes.
    kept: Vec<u8>,
    places: u64,
    rows: u64,
    bad: u64,
    /// Line, from 1, and what is wrong with it.
    first_bad: Option<(u64, String)>,
    /// Feature code -> rows.
    codes: BTreeMap<String, u64>,
}

/// The places of a copy.
pub fn open(bytes: &[u8], _: &Path) -> Result<Gazetteer, String> {
    Gazetteer::read(bytes).map_err(|err| err.to_string())
}

impl Found {
    fn read(&mut self, reader: &mut dyn BufRead, features: &[FeatureCode]) -> Result<(), String> {
        let (mut line, mut nth, mut size) = (Vec::new(), 0, 0);
        loop {
            line.clear();
            let read = (&mut *reader).take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(|err| err.to_string())?;
            nth += 1;
            size += read as u64;
            if size > MOST_BYTES {
                return Err(format!("it has more than {} GiB, unpacked", MOST_BYTES >> 30));
            }
            let is_cut = read as u64 == LONGEST_LINE && !line.ends_with(b"\n");
            if is_cut {
                reader.skip_until(b'\n').map_err(|err| err.to_string())?;
            }
            match trimmed(&line) {
                _ if read == 0 => return Ok(()),
                [] => continue,
                _ if is_cut => self.is_bad(nth, format!("it has more than {LONGEST_LINE} bytes")),
                row => match GazetteerRow::read(row) {
                    Ok(read) => self.add(read.code, row, features)?,
                    Err(why) => self.is_bad(nth, why),
                },
            }
            if self.rows == TRIED && self.bad == TRIED {
                return Ok(());
            }
        }
    }

    fn is_bad(&mut self, line: u64, why: String) {
        self.rows += 1;
        self.bad += 1;
        self.first_bad.get_or_insert((line, why));
    }

    fn add(&mut self, code: String, row: &[u8], features: &[FeatureCode]) -> Result<(), String> {
        self.rows += 1;
        if features.iter().any(|wanted| wanted.names(&code)) {
            self.places += 1;
            self.kept.extend_from_slice(row);
            self.kept.push(b'\n');
            if self.kept.len() > MOST_KEPT {
                return Err(format!(
                    "the first {} features are already {} MiB: name fewer",
                    grouped(self.places),
                    MOST_KEPT >> 20
                ));
            }
        }
        *self.codes.entry(code).or_default() += 1;
        Ok(())
    }
}

/// A line without its end, and without the mark at the beginning of some files.
fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Reads the rows of a text file, or of the one in an archive that is not its readme.
fn with_rows<T>(path: &Path, read: impl FnOnce(&mut dyn BufRead) -> T) -> Result<T, String> {
    let file = File::open(path).map_err(|err| err.to_string())?;
    let mut start = BufReader::new(file);
    if !start.fill_buf().map_err(|err| err.to_string())?.starts_with(b"PK\x03\x04") {
        return Ok(read(&mut start));
    }
    let wrong = |err: zip::result::ZipError| format!("its archive cannot be read: {err}");
    let mut archive = ZipArchive::new(start).map_err(wrong)?;
    let names = archive.file_names().map(|name| name.map(Cow::into_owned)).collect::<Result<Vec<String>, _>>();
    let mut tables = names.map_err(wrong)?;
    tables.retain(|name| {
        let name = Path::new(name);
        let is = |text: &str, part: Option<&OsStr>| part.is_some_and(|part| part.eq_ignore_ascii_case(text));
        is("txt", name.extension()) && !is("readme.txt", name.file_name())
    });
    let [table] = &tables[..] else {
        return Err(format!("its archive has {} tables, not one: {}", tables.len(), tables.join(", ")));
    };
    let mut entry = BufReader::new(archive.by_name(table).map_err(wrong)?);
    Ok(read(&mut entry))
}
