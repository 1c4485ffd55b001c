//! Whether the files and vectors of a dataset are the ones that its records describe.

use crate::files::{BlobKind, BlobName, Files, FilesError};
use crate::hash::sha256_hex;
use crate::photo::{FileHash, ImageFile, Photo, PhotoId, Vector};
use crate::picture::{format, strip};
use crate::seal::{Vault, is_whole_token_text};
use crate::store::{Store, StoreError};

/// Vectors read at a time.
const VECTORS: usize = 500;

/// Reads a photo's image. Returns what is wrong with it, if anything. Fails only if the file store cannot be reached.
pub fn image_problem(files: &Files, file: &ImageFile) -> Result<Option<&'static str>, FilesError> {
    let Some(bytes) = read(files, BlobName::image(file))? else { return Ok(Some("its image cannot be read")) };
    if sha256_hex(&bytes) != file.stored_sha256 {
        return Ok(Some("its image was changed"));
    }
    Ok(strip::check_stored(&bytes).err().map(|_| "its image holds metadata"))
}

/// Reads a photo's thumbnail, if it has one. Returns what is wrong with it, if anything. Fails as [`image_problem`] does.
pub fn thumbnail_problem(files: &Files, photo: &Photo) -> Result<Option<&'static str>, FilesError> {
    let (Some(file), Some(thumbnail)) = (&photo.file, &photo.thumbnail) else { return Ok(None) };
    let Some(bytes) = read(files, BlobName::thumbnail(file))? else {
        return Ok(Some("its thumbnail cannot be read"));
    };
    Ok(match &thumbnail.sha256 {
        Some(sha256) if FileHash::of(&bytes) != *sha256 => Some("its thumbnail was changed"),
        Some(_) => None,
        // From before its hash was kept.
        None => format::sniff(&bytes).err().map(|_| "its thumbnail is not a picture"),
    })
}

/// A file as it is stored, also if there is a copy of a remote thumbnail here.
fn read(files: &Files, name: BlobName<'_>) -> Result<Option<Vec<u8>>, FilesError> {
    match files.read_stored(name) {
        Err(err) if err.is_storage_failure() => Err(err),
        read => Ok(read.ok().flatten()),
    }
}

/// Reads every vector. Returns their number, and of the damaged ones the photo and the model.
pub fn check_vectors(store: &dyn Store) -> Result<(u64, Vec<(PhotoId, String)>), StoreError> {
    let (mut read, mut damaged) = (0, Vec::new());
    for model in store.vector_models()? {
        let mut after = None;
        loop {
            let some = store.scan_vectors(&model, after.as_ref(), VECTORS)?;
            let Some((last, _)) = some.last() else { break };
            after = Some(last.clone());
            read += some.len() as u64;
            let of_model = some.into_iter().filter(|(_, vector)| *vector == Vector::default());
            damaged.extend(of_model.map(|(id, _)| (id, model.clone())));
        }
    }
    Ok((read, damaged))
}

/// What is in the quarantine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuarantineCheck {
    /// Files that were opened with the key.
    pub opened: u64,
    /// Files of which only the form was checked, because there is no key.
    pub unopened: u64,
    /// Files of other datasets in a shared place.
    pub foreign: u64,
    /// One sentence for each problem.
    pub problems: Vec<String>,
}

/// Reads every quarantined file. With a key, each is opened and compared with its name.
pub fn check_quarantine(files: &Files, vault: Option<&Vault>) -> Result<QuarantineCheck, FilesError> {
    let mut keys = Vec::new();
    files.list(BlobKind::Quarantine, &mut |key, _| keys.push(key))?;
    let mut found = QuarantineCheck::default();
    for key in keys {
        let name = key.strip_prefix("quarantine/").and_then(|name| name.strip_suffix(".fernet"));
        let Some(sha256) = name.and_then(|name| name.parse::<FileHash>().ok()) else {
            found.problems.push(format!("{key}: no rejected file has this name"));
            continue;
        };
        let Some(token) = read(files, BlobName::Quarantined { sha256: &sha256 })? else {
            found.problems.push(format!("{key}: it cannot be read"));
            continue;
        };
        let Some(vault) = vault else {
            found.unopened += 1;
            if !is_whole_token_text(&token) {
                found.problems.push(format!("{key}: it is damaged"));
            }
            continue;
        };
        match vault.open_bytes(&token) {
            Ok(bytes) if FileHash::of(&bytes) == sha256 => found.opened += 1,
            Ok(_) => found.problems.push(format!("{key}: it has another content than its name says")),
            Err(_) if files.is_shared() => found.foreign += 1,
            Err(err) => found.problems.push(format!("{key}: {err}")),
        }
    }
    Ok(found)
}
