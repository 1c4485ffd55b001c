//! Camtrap DP 1.0.2: a Frictionless Data Package of deployments, media and observations (<https://camtrap-dp.tdwg.org>).
//!
//! Photos of photo sites are no camera traps. docs/export.md says what each table means here. A photo that lacks what the
//! standard requires is left out and counted.

mod deployment;
mod medium;
mod observation;
mod package;
mod tables;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};

use anyhow::{Context, Result};
use serde_json::Map;

use self::deployment::Deployment;
use self::medium::{Medium, Missing};
use self::observation::AnimalConcept;
use self::package::Described;
use self::tables::{DEPLOYMENTS, MEDIA, OBSERVATIONS};
use super::archive::Archive;
use super::record::changed_at;
use super::{
    ExportContext, ExportFormat, ExportOption, ExportSummary, Exporter, KeyUse, OptionKind, Target, whole_photos,
};
use crate::config::Citation;
use crate::photo::text::counted;
use crate::reviews::Reviews;
use crate::store::{DATASET_ID, Store, StoredRecord};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    name: "camtrap-dp",
    aliases: &[],
    label: "Camtrap DP",
    description: "Photos with place and time as deployments, media and observations, for camera trap tools",
    suffix: "camtrap-dp.zip",
    media_type: "application/zip",
    targets: &[Target::Stream],
    key: KeyUse::Never,
    options: &[ANIMALS, ANIMALS_FROM, CAPTURE_METHOD],
    open: |context| Ok(Box::new(CamtrapDp::open(context)?)),
};

const ANIMALS: ExportOption = ExportOption {
    name: "animals",
    aliases: &[],
    kind: OptionKind::Text,
    value_name: "CONCEPT",
    help: "A concept that means animals: what people and scorers say about it becomes observations",
    default: None,
};

const ANIMALS_FROM: ExportOption = ExportOption {
    name: "animals-from",
    aliases: &[],
    kind: OptionKind::Share,
    value_name: "SCORE",
    help: "The score from which a photo shows the concept of --animals",
    default: Some("0.5"),
};

const CAPTURE_METHOD: ExportOption = ExportOption {
    name: "capture-method",
    aliases: &[],
    kind: OptionKind::Words(&["activityDetection", "timeLapse"]),
    value_name: "METHOD",
    help: "How the pictures were captured, if they are of camera traps",
    default: None,
};

struct CamtrapDp {
    animals: Option<AnimalConcept>,
    capture_method: Option<String>,
    dataset: String,
    citation: Citation,
    dataset_id: Option<String>,
    described: Described,
    deployments: BTreeMap<String, Deployment>,
    left_out: BTreeMap<Missing, u64>,
    media: u64,
    observations: u64,
    /// From `begin` to `end`.
    files: Option<Files>,
}

/// The archive, whose entry `media.csv` grows, and the rows of `observations.csv`, which is written after it.
struct Files {
    archive: Archive,
    observations: BufWriter<File>,
}

impl CamtrapDp {
    fn open(context: &ExportContext) -> Result<Self> {
        let animals = context.options.get(ANIMALS.name).map(|name| {
            let reviews = Reviews::open(&context.dataset).context("could not read the reviews")?;
            let from = context.options.get(ANIMALS_FROM.name).and_then(|score| score.parse().ok());
            anyhow::Ok(AnimalConcept::of(name, from.context("animals-from is no number")?, reviews))
        });
        Ok(Self {
            animals: animals.transpose()?,
            capture_method: context.options.get(CAPTURE_METHOD.name).map(ToOwned::to_owned),
            dataset: context.dataset.name(),
            citation: context.citation.clone(),
            dataset_id: None,
            described: Described::default(),
            deployments: BTreeMap::new(),
            left_out: BTreeMap::new(),
            media: 0,
            observations: 0,
            files: None,
        })
    }

    fn add(&mut self, medium: &Medium<'_>) -> Result<()> {
        let files = self.files.as_mut().context("the export has ended")?;
        files.archive.write_all(&medium.row(self.capture_method.as_deref())?)?;
        self.media += 1;
        for row in observation::rows(medium, self.animals.as_ref())? {
            files.observations.write_all(&row)?;
            self.observations += 1;
        }
        self.deployments.entry(medium.deployment()).or_insert_with(|| Deployment::of(medium)).add(medium);
        let photo = medium.photo;
        self.described.changed_at = self.described.changed_at.max(changed_at(photo));
        let source = photo.id.source();
        if !self.described.sources.contains(source) {
            self.described.sources.insert(source.to_owned());
        }
        if let Some(license) = photo.license_in_force() {
            self.described.licenses.entry(license.id.clone()).or_insert_with(|| license.into_owned());
        }
        if let Some(taxon) = &photo.taxon {
            let known = self.described.taxa.entry(taxon.scientific_name.clone());
            known.or_insert_with(|| (source.to_owned(), taxon.clone()));
        }
        Ok(())
    }

    fn summary(&self) -> ExportSummary {
        let left_out = self.left_out.iter().map(|(missing, count)| {
            format!(
                "left out, because the standard would refuse them: {} {}",
                counted(*count, "photo"),
                missing.which()
            )
        });
        let empty = (self.media == 0).then(|| {
            "the package is empty, and the standard refuses it: a place and a time of at least one photo are required".to_owned()
        });
        let unnamed = (self.citation.creators.is_empty() && self.media > 0).then(|| {
            "the contributors of the package are the photos' sources: [citation] of the settings has no creators \
             (docs/citation.md)"
                .to_owned()
        });
        let unsaid = (self.animals.is_some() && self.observations == self.media).then(|| {
            let name = self.animals.as_ref().map_or("", AnimalConcept::name);
            format!("no person and no scorer says that a photo shows {name}: is the name of the concept right?")
        });
        let count = |number: u64| number.into();
        ExportSummary {
            rows: Some((self.media, "media")),
            notes: left_out.chain(empty).chain(unnamed).chain(unsaid).collect(),
            columns: Vec::new(),
            privacy: Some("no personal fields".to_owned()),
            counts: Map::from_iter([
                ("deployments".to_owned(), count(self.deployments.len() as u64)),
                ("media".to_owned(), count(self.media)),
                ("observations".to_owned(), count(self.observations)),
                ("left_out".to_owned(), count(self.left_out.values().sum())),
            ]),
        }
    }
}

impl Exporter for CamtrapDp {
    fn reads_whole_photos(&self) -> bool {
        true
    }

    fn begin(&mut self, store: &dyn Store, out: &mut dyn Write) -> Result<()> {
        self.dataset_id = store.note(DATASET_ID)?;
        let mut archive = Archive::new();
        archive.start(&MEDIA.path())?;
        archive.write_all(&MEDIA.header()?)?;
        archive.pass_on(out)?;
        // Nothing in it is personal, and it has no name.
        let observations = BufWriter::new(tempfile::tempfile().context("could not make a temporary file")?);
        self.files = Some(Files { archive, observations });
        Ok(())
    }

    fn write(&mut self, records: &[&StoredRecord], out: &mut dyn Write) -> Result<()> {
        let photos = whole_photos(records)?;
        for sealed in photos {
            match Medium::of(sealed.photo()) {
                Ok(medium) => self.add(&medium)?,
                Err(missing) => *self.left_out.entry(missing).or_default() += 1,
            }
        }
        Ok(self.files.as_ref().context("the export has ended")?.archive.pass_on(out)?)
    }

    fn end(&mut self, out: &mut dyn Write) -> Result<ExportSummary> {
        let Files { mut archive, observations } = self.files.take().context("the export has ended")?;
        let mut observations = observations.into_inner().map_err(io::IntoInnerError::into_error)?;
        observations.rewind()?;
        archive.start(&OBSERVATIONS.path())?;
        archive.write_all(&OBSERVATIONS.header()?)?;
        io::copy(&mut observations, &mut archive)?;
        archive.start(&DEPLOYMENTS.path())?;
        archive.write_all(&DEPLOYMENTS.header()?)?;
        for (id, deployment) in &self.deployments {
            archive.write_all(&deployment.row(id)?)?;
        }
        archive.start("datapackage.json")?;
        let names = (self.dataset.as_str(), self.dataset_id.as_deref());
        let captured = self.capture_method.as_deref();
        let package = package::value(&self.described, &self.deployments, names, captured, &self.citation);
        archive.write_all(serde_json::to_string_pretty(&package)?.as_bytes())?;
        archive.finish(out)?;
        Ok(self.summary())
    }
}
