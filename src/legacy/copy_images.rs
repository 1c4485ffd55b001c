//! Copies the images of exported rows to the file names that the rows give them.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::RowTable;
use crate::dataset::Dataset;
use crate::disk::write_durably;
use crate::files::BlobName;

/// How many images were copied, and how many were not.
#[derive(Default)]
struct Copied {
    written: u64,
    existing: u64,
    without_image: u64,
    /// Rows whose file name belongs to another photo's row.
    same_name: u64,
}

/// Copies the images to a folder and reports the counts, one line each. Existing files are not overwritten.
pub fn copy_images(table: &RowTable, dataset: &Dataset, dir: &Path) -> Result<Vec<String>> {
    fs::create_dir_all(dir).with_context(|| format!("could not make {}", dir.display()))?;
    let mut copied = Copied::default();
    let mut names: HashMap<&OsStr, &str> = HashMap::new();
    for (row, image) in table.rows.iter().zip(&table.images) {
        let name = row.cells.get("filename").and_then(serde_json::Value::as_str).unwrap_or_default();
        let base = Path::new(name).file_name().filter(|base| *base == OsStr::new(name));
        let (Some(image), Some(base)) = (image, base) else {
            copied.without_image += 1;
            continue;
        };
        let first = *names.entry(base).or_insert(&image.sha256);
        copied.same_name += u64::from(*first != *image.sha256);
        let to = dir.join(base);
        if fs::symlink_metadata(&to).is_ok() {
            copied.existing += 1;
            continue;
        }
        let Some(bytes) = dataset.files().read(BlobName::image(image))? else {
            copied.without_image += 1;
            continue;
        };
        // A half file would be taken for a whole one by the next export.
        write_durably(&to, &bytes).with_context(|| format!("could not write {}", to.display()))?;
        copied.written += 1;
    }
    Ok(copied.lines(dir))
}

impl Copied {
    fn lines(&self, dir: &Path) -> Vec<String> {
        let first = format!("{} images -> {} ({} already existed)", self.written, dir.display(), self.existing);
        let warnings = [
            (self.without_image, "rows have no image; the Python system's page stops at such a row"),
            (
                self.same_name,
                "rows have the file name of another photo; the Python system's page shows the other photo's image",
            ),
        ];
        let warnings = warnings.into_iter().filter(|(rows, _)| *rows > 0).map(|(rows, what)| format!("{rows} {what}"));
        std::iter::once(first).chain(warnings).collect()
    }
}
