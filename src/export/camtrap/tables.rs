//! The three tables of Camtrap DP: their columns, in the order of the standard, and how a row is written.

use anyhow::{Result, ensure};
use csv::WriterBuilder;

use crate::export::dwca::one_line;

/// A table of the package.
pub struct Table {
    /// The name of the resource.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [&'static str],
}

pub const DEPLOYMENTS: Table = Table {
    name: "deployments",
    columns: &[
        "deploymentID",
        "locationID",
        "locationName",
        "latitude",
        "longitude",
        "coordinateUncertainty",
        "deploymentStart",
        "deploymentEnd",
        "setupBy",
        "cameraID",
        "cameraModel",
        "cameraDelay",
        "cameraHeight",
        "cameraDepth",
        "cameraTilt",
        "cameraHeading",
        "detectionDistance",
        "timestampIssues",
        "baitUse",
        "featureType",
        "habitat",
        "deploymentGroups",
        "deploymentTags",
        "deploymentComments",
    ],
};

pub const MEDIA: Table = Table {
    name: "media",
    columns: &[
        "mediaID",
        "deploymentID",
        "captureMethod",
        "timestamp",
        "filePath",
        "filePublic",
        "fileName",
        "fileMediatype",
        "exifData",
        "favorite",
        "mediaComments",
    ],
};

pub const OBSERVATIONS: Table = Table {
    name: "observations",
    columns: &[
        "observationID",
        "deploymentID",
        "mediaID",
        "eventID",
        "eventStart",
        "eventEnd",
        "observationLevel",
        "observationType",
        "cameraSetupType",
        "scientificName",
        "count",
        "lifeStage",
        "sex",
        "behavior",
        "individualID",
        "individualPositionRadius",
        "individualPositionAngle",
        "individualSpeed",
        "bboxX",
        "bboxY",
        "bboxWidth",
        "bboxHeight",
        "classificationMethod",
        "classifiedBy",
        "classificationTimestamp",
        "classificationProbability",
        "observationTags",
        "observationComments",
    ],
};

pub const TABLES: [&Table; 3] = [&DEPLOYMENTS, &MEDIA, &OBSERVATIONS];

impl Table {
    /// The name of its file.
    pub fn path(&self) -> String {
        format!("{}.csv", self.name)
    }

    /// The line with the names of the columns.
    pub fn header(&self) -> Result<Vec<u8>> {
        line(self.columns)
    }

    /// A row. Columns that are not named are empty: not known.
    pub fn row(&self, values: &[(&str, String)]) -> Result<Vec<u8>> {
        let mut cells = vec![String::new(); self.columns.len()];
        for (name, value) in values {
            let column = self.columns.iter().position(|column| column == name);
            ensure!(column.is_some(), "the table {} has no column {name}", self.name);
            cells[column.unwrap_or_default()] = one_line(value);
        }
        line(&cells)
    }
}

fn line<T: AsRef<[u8]>>(cells: &[T]) -> Result<Vec<u8>> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(cells)?;
    Ok(writer.into_inner()?)
}
