//! Darwin Core Archive: occurrences with their photos, for GBIF and ecologists' tools (<https://dwc.tdwg.org/text/>).
//!
//! A ZIP archive of `occurrence.txt`, `multimedia.txt`, `meta.xml` and, if title and creators are known, `eml.xml`. Photos of one
//! observation are one occurrence. What a record does not say stays empty.

mod eml;
mod terms;

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};

use anyhow::{Context, Result};
use serde_json::Map;

use self::terms::{MEDIA, MULTIMEDIA, OCCURRENCE, OCCURRENCES, Term};
pub(super) use self::terms::{
    data_generalizations, degree_of_establishment, georeference_remarks, license, occurrence_id,
};
use super::archive::Archive;
use super::{ExportFormat, ExportOption, ExportSummary, Exporter, KeyUse, OptionKind, Target, whole_photos};
use crate::config::Citation;
use crate::photo::Photo;
use crate::photo::text::counted;
use crate::store::{DATASET_ID, Store, StoredRecord};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    name: "dwca",
    aliases: &[],
    label: "Darwin Core Archive",
    description: "Occurrences and their photos for GBIF; photos without a taxon are left out",
    suffix: "dwca.zip",
    media_type: "application/zip",
    targets: &[Target::Stream],
    key: KeyUse::Never,
    options: &[WITHOUT_TAXON, BASIS],
    open: |context| {
        Ok(Box::new(DarwinCore {
            keep_untaxed: context.options.get(WITHOUT_TAXON.name) == Some(KEEP),
            basis: context.options.get(BASIS.name).unwrap_or(HUMAN).to_owned(),
            citation: context.citation.clone(),
            ..DarwinCore::default()
        }))
    },
};

const WITHOUT_TAXON: ExportOption = ExportOption {
    name: "without-taxon",
    aliases: &[],
    kind: OptionKind::Words(&[LEAVE_OUT, KEEP]),
    value_name: "HOW",
    help: "Leave out photos without a taxon, or keep them with an empty name, which GBIF refuses",
    default: Some(LEAVE_OUT),
};
const LEAVE_OUT: &str = "leave-out";
const KEEP: &str = "keep";

const BASIS: ExportOption = ExportOption {
    name: "basis-of-record",
    aliases: &[],
    kind: OptionKind::Words(&[HUMAN, MACHINE]),
    value_name: "BASIS",
    help: "What the photos are: taken by people, or by machines such as camera traps",
    default: Some(HUMAN),
};
const HUMAN: &str = "HumanObservation";
const MACHINE: &str = "MachineObservation";

#[derive(Default)]
struct DarwinCore {
    keep_untaxed: bool,
    basis: String,
    citation: Citation,
    dataset_id: Option<String>,
    /// From `begin` to `end`.
    files: Option<Files>,
    /// Observations whose occurrence is written. They may have more photos.
    seen: HashSet<String>,
    occurrences: u64,
    media: u64,
    left_out: u64,
}

/// The archive, whose entry `occurrence.txt` grows, and the rows of `multimedia.txt`, which is written after it.
struct Files {
    archive: Archive,
    media: BufWriter<File>,
}

impl Exporter for DarwinCore {
    fn reads_whole_photos(&self) -> bool {
        true
    }

    fn begin(&mut self, store: &dyn Store, out: &mut dyn Write) -> Result<()> {
        self.dataset_id = store.note(DATASET_ID)?;
        let mut archive = Archive::new();
        archive.start(OCCURRENCES)?;
        archive.write_all(header(OCCURRENCE).as_bytes())?;
        archive.pass_on(out)?;
        // Nothing in it is personal, and it has no name.
        let media = BufWriter::new(tempfile::tempfile().context("could not make a temporary file")?);
        self.files = Some(Files { archive, media });
        Ok(())
    }

    fn write(&mut self, records: &[&StoredRecord], out: &mut dyn Write) -> Result<()> {
        let photos = whole_photos(records)?;
        let files = self.files.as_mut().context("the export has ended")?;
        for photo in photos.iter().map(|sealed| sealed.photo()) {
            if photo.taxon_in_force().is_none() && !self.keep_untaxed {
                self.left_out += 1;
                continue;
            }
            let id = occurrence_id(photo);
            if photo.observation.is_none() || self.seen.insert(id.clone()) {
                files.archive.write_all(row(OCCURRENCE, &id, photo, &self.basis).as_bytes())?;
                self.occurrences += 1;
            }
            if photo.image_url.is_some() || photo.landing_url.is_some() {
                files.media.write_all(row(MULTIMEDIA, &id, photo, &self.basis).as_bytes())?;
                self.media += 1;
            }
        }
        Ok(files.archive.pass_on(out)?)
    }

    fn end(&mut self, out: &mut dyn Write) -> Result<ExportSummary> {
        let Files { mut archive, media } = self.files.take().context("the export has ended")?;
        let mut media = media.into_inner().map_err(io::IntoInnerError::into_error)?;
        media.rewind()?;
        archive.start(MEDIA)?;
        archive.write_all(header(MULTIMEDIA).as_bytes())?;
        io::copy(&mut media, &mut archive)?;
        let eml = eml::text(&self.citation, self.dataset_id.as_deref());
        archive.start("meta.xml")?;
        archive.write_all(meta(eml.is_some()).as_bytes())?;
        if let Some(eml) = &eml {
            archive.start(eml::NAME)?;
            archive.write_all(eml.as_bytes())?;
        }
        archive.finish(out)?;
        Ok(self.summary(eml.is_some()))
    }
}

impl DarwinCore {
    fn summary(&self, described: bool) -> ExportSummary {
        let left_out = || format!("left out: {} without a taxon", counted(self.left_out, "photo"));
        let undescribed = || {
            "there is no eml.xml: it needs a title and creators, in [citation] of the settings (docs/citation.md)"
                .to_owned()
        };
        let notes = [(self.left_out > 0).then(left_out), (!described).then(undescribed)];
        ExportSummary {
            rows: Some((self.occurrences, "occurrences")),
            notes: notes.into_iter().flatten().collect(),
            columns: Vec::new(),
            privacy: Some("no personal fields".to_owned()),
            counts: Map::from_iter([
                ("occurrences".to_owned(), self.occurrences.into()),
                ("media".to_owned(), self.media.into()),
                ("left_out".to_owned(), self.left_out.into()),
            ]),
        }
    }
}

/// The line with the terms' names; the first column is the occurrence's id.
fn header(terms: &[Term]) -> String {
    let names = terms.iter().map(Term::name);
    format!("{}\n", std::iter::once("id").chain(names).collect::<Vec<_>>().join("\t"))
}

fn row(terms: &[Term], id: &str, photo: &Photo, basis: &str) -> String {
    let values = terms.iter().map(|term| one_line(&(term.read)(photo, basis).unwrap_or_default()));
    let cells: Vec<String> = std::iter::once(one_line(id)).chain(values).collect();
    format!("{}\n", cells.join("\t"))
}

/// The text without characters that end a cell or a line; the format has no quotes.
pub(super) fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
        .collect::<Vec<_>>()
        .join(" ")
        .trim()
        .to_owned()
}

/// The description of the archive.
fn meta(described: bool) -> String {
    let metadata = if described { format!(" metadata=\"{}\"", eml::NAME) } else { String::new() };
    let table = |element: &str, row_type: &str, file: &str, id: &str, terms: &[Term]| {
        let fields: String = terms
            .iter()
            .enumerate()
            .map(|(nth, term)| format!("    <field index=\"{}\" term=\"{}\"/>\n", nth + 1, term.address))
            .collect();
        format!(
            "  <{element} encoding=\"UTF-8\" fieldsTerminatedBy=\"\\t\" linesTerminatedBy=\"\\n\" fieldsEnclosedBy=\"\" \
             ignoreHeaderLines=\"1\" rowType=\"{row_type}\">\n    <files><location>{file}</location></files>\n    \
             <{id} index=\"0\"/>\n{fields}  </{element}>\n"
        )
    };
    let core = table("core", "http://rs.tdwg.org/dwc/terms/Occurrence", OCCURRENCES, "id", OCCURRENCE);
    let extension = table("extension", "http://rs.gbif.org/terms/1.0/Multimedia", MEDIA, "coreid", MULTIMEDIA);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<archive xmlns=\"http://rs.tdwg.org/dwc/text/\"{metadata}>\n{core}{extension}</archive>\n"
    )
}
