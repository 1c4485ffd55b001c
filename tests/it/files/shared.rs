//! The built program with `[files] folder`: two datasets that share a folder.

use std::fs;
use std::path::Path;

use gleaner::files::{BlobName, Files};
use gleaner::photo::FileHash;
use gleaner::seal::{Key, Resealed, Vault, reseal_files};
use serde_json::Value;
use tempfile::TempDir;

use super::super::pipeline::{command, talk};
use super::{PHOTOS, demo};

fn expect(folder: &Path, code: i32, args: &[&str]) -> (Value, String) {
    let output = command(folder, args).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "gleaner {args:?}\n{}", talk(&output));
    (serde_json::from_slice(&output.stdout).unwrap_or_default(), talk(&output))
}

fn count(folder: &Path) -> usize {
    let shards = fs::read_dir(folder).unwrap().map(|shard| shard.unwrap().path());
    shards.map(|shard| fs::read_dir(shard).unwrap().count()).sum()
}

#[test]
fn two_datasets_share_one_folder_for_files() {
    let folder = TempDir::new().unwrap();
    let (here, shared) = (folder.path(), folder.path().join("mnt"));
    fs::write(here.join("gleaner.toml"), format!("[files]\nfolder = {shared:?}\n")).unwrap();
    let args = ["one", "two"].map(demo);
    let args: Vec<Vec<&str>> = args.iter().map(|args| args.iter().map(String::as_str).collect()).collect();

    // The folder of an unmounted disk is not created.
    let (_, said) = expect(here, 2, &args[0]);
    assert!(said.contains("there is no folder") && said.contains("mount its disk"), "{said}");
    assert!(!shared.exists() && !here.join("one").exists());

    fs::create_dir(&shared).unwrap();
    args.iter().for_each(|args| drop(expect(here, 0, args)));
    assert_eq!((count(&shared.join("images")), count(&shared.join("thumbs"))), (PHOTOS, PHOTOS));
    for dataset in ["one", "two"] {
        assert!(!here.join(dataset).join("images").exists() && !here.join(dataset).join("thumbs").exists());
        let (found, _) = expect(here, 0, &["verify", dataset, "--read-data", "--json"]);
        assert_eq!((&found["images"], &found["orphans"]), (&PHOTOS.into(), &0.into()));
    }
    let (scored, _) = expect(here, 0, &["score", "two", "--json"]);
    assert_eq!((&scored["looked"], &scored["unreadable"]), (&PHOTOS.into(), &0.into()));
    fs::write(shared.join("images/other.jpg"), b"of a third dataset").unwrap();
    let (_, said) = expect(here, 0, &["verify", "one"]);
    assert!(said.contains("1 file belongs to no record (they may be another dataset's; harmless)"), "{said}");
}

#[test]
fn rotation_leaves_files_of_another_dataset_in_the_same_folder() {
    let folder = TempDir::new().unwrap();
    let files = Files::in_folder(folder.path());
    let [old, new, another] = [(); 3].map(|()| Key::generate());
    let (ours, other) = (FileHash::of(b"mine"), FileHash::of(b"theirs"));
    files
        .write(BlobName::Quarantined { sha256: &ours }, Vault::new(old.clone()).seal_bytes(b"mine").as_bytes())
        .unwrap();
    let strange = Vault::new(another).seal_bytes(b"theirs");
    files.write(BlobName::Quarantined { sha256: &other }, strange.as_bytes()).unwrap();
    assert_eq!(reseal_files(&files, &old, &new).unwrap(), Resealed { changed: 1, foreign: 1 });
    assert_eq!(files.read(BlobName::Quarantined { sha256: &other }).unwrap().unwrap(), strange.as_bytes());
    let token = files.read(BlobName::Quarantined { sha256: &ours }).unwrap().unwrap();
    assert_eq!(&**Vault::new(new).open_bytes(&token).unwrap(), b"mine");
}
