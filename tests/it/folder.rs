//! Folders of the user's photos: every photo is found, and warnings give positions.

mod dates;
mod rows;
mod taking_back;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use gleaner::photo::{Granularity, LocationOrigin, PersonalField, Photo, PhotoId};
use gleaner::seal::{Key, Vault};
use gleaner::sources::demo;
use gleaner::sources::folder::Folder;
use proptest::prelude::*;
use tempfile::TempDir;

use super::export::write;
use super::memory::Memory;

/// A folder with empty files of these names.
fn folder(names: &[&str]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for name in names {
        put(dir.path(), name, "");
    }
    dir
}

fn put(dir: &Path, name: &str, content: impl AsRef<[u8]>) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Photos and warnings of a folder of `names` with this metadata.csv.
fn read(names: &[&str], metadata: impl AsRef<[u8]>) -> (Vec<Photo>, Vec<String>) {
    let dir = folder(names);
    put(dir.path(), "metadata.csv", metadata);
    opened(dir.path())
}

fn opened(dir: &Path) -> (Vec<Photo>, Vec<String>) {
    let folder = Folder::open(dir, None).unwrap();
    (folder.photos().collect(), folder.warnings().to_vec())
}

fn refused(dir: &Path, metadata: Option<&Path>) -> String {
    match Folder::open(dir, metadata) {
        Err(err) => format!("{err:#}"),
        Ok(_) => panic!("it must be refused"),
    }
}

fn one(warnings: &[String]) -> &str {
    assert_eq!(warnings.len(), 1, "{warnings:#?}");
    &warnings[0]
}

const FULL: &str = "title,file,description,tags,latitude,longitude,uncertainty_m,location_origin,taken,license,author,\
    changes,source_url,owner_name,views\n\
    \"Heron, at dawn\",a.jpg,\"two\nlines\",heron | grey wetland,-12.5,-70.25,30000,title,2009:09:15 14:58:25,CC-BY-SA-4.0,\
    Jane Example,cropped,https://example.test/1,John Example,12\n";

#[test]
fn a_row_tells_everything_about_its_photo() {
    for (separator, mark) in [(",", ""), (";", "\u{feff}"), ("\t", "\u{feff}")] {
        let table = format!("{mark}{}", FULL.replace("Heron, at", "Heron at").replace(',', separator));
        let (photos, warnings) = read(&["a.jpg"], table);
        assert_eq!(warnings, [""; 0]);
        let photo = &photos[0];
        assert_eq!((photo.id.as_str(), photo.media.as_str()), ("folder:a.jpg", "photo"));
        assert_eq!((photo.title.as_str(), photo.description.as_str()), ("Heron at dawn", "two\nlines"));
        assert_eq!(photo.tags, ["heron", "grey wetland"]);
        let location = photo.location.as_ref().unwrap();
        assert_eq!((location.latitude, location.longitude), (-12.5, -70.25));
        assert_eq!((location.uncertainty_m, location.origin.known()), (Some(30_000), Some(LocationOrigin::Title)));
        let taken = photo.taken.as_ref().unwrap();
        assert_eq!(taken.local.unwrap().to_string(), "2009-09-15T14:58:25");
        assert_eq!(photo.license.as_ref().unwrap().name, "CC BY-SA 4.0");
        assert_eq!(photo.attribution.as_deref(), Some("Jane Example"));
        assert_eq!(photo.changes.as_deref(), Some("cropped"));
        assert_eq!(photo.landing_url.as_deref(), Some("https://example.test/1"));
        assert_eq!(photo.views, Some(12));
        assert_eq!(photo.personal.clear(PersonalField::OwnerName).unwrap(), "John Example");
        assert_eq!(photo.personal.clear(PersonalField::RawRecord).unwrap()["owner_name"], "John Example");
        assert!(!serde_json::to_string(photo).unwrap().contains("John"), "the owner's name is not in clear");
    }
}

#[test]
fn dates_are_read_as_far_as_they_go() {
    let of = |text: &str| read(&["a.jpg"], format!("file,taken\na.jpg,{text}\n")).0.remove(0).taken;
    for (text, local, granularity) in [
        ("2009:09:15 14:58:25", "2009-09-15T14:58:25", Some(Granularity::Second)),
        ("2009-09-15T14:58:25.5+02:00", "2009-09-15T14:58:25", Some(Granularity::Second)),
        ("2009-09-15T14:58Z", "2009-09-15T14:58:00", Some(Granularity::Minute)),
        ("2009-09-15", "2009-09-15T00:00:00", Some(Granularity::Day)),
        ("15.09.2009", "2009-09-15T00:00:00", Some(Granularity::Day)),
        ("2009-09", "2009-09-01T00:00:00", Some(Granularity::Month)),
        ("2009", "2009-01-01T00:00:00", Some(Granularity::Year)),
    ] {
        let taken = of(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(
            (taken.local.unwrap().to_string().as_str(), taken.granularity),
            (local, granularity.map(Into::into)),
            "{text}"
        );
    }
    assert!(of("0000:00:00 00:00:00").unwrap().unknown);
    for text in
        ["2009-02-30", "15.13.2009", "yesterday", "2009-09-15 25:00", "09:15", "2009--", "-", "2009-09 12:00:00"]
    {
        assert_eq!(of(text), None, "{text}");
    }
}

#[test]
fn what_a_cell_says_wrongly_is_a_warning_with_line_and_column_and_costs_no_photo() {
    for (column, cell, says) in [
        ("latitude,longitude", "north,7", "latitude: this is not a number"),
        ("latitude,longitude", "91.5,7", "latitude: 91.5 is outside -90..90 (are latitude and longitude swapped?)"),
        ("latitude,longitude", "7,-181", "longitude: -181 is outside -180..180"),
        ("latitude,longitude", "1e9999,7", "latitude: \"1e9999\" is not a number"),
        ("latitude,longitude", "0,0", "0,0 means that the place is not known"),
        ("latitude,longitude", "7,", "longitude: it is missing"),
        ("uncertainty_m,title", "500,t", "uncertainty_m: there are no coordinates"),
        ("latitude,longitude,uncertainty_m", "7,7,-5", "uncertainty_m: \"-5\" is not a distance"),
        ("latitude,longitude,location_origin", "7,7,moon", "location_origin: this is none of"),
        ("views,title", "many,t", "views: this is not a whole number"),
        ("taken,title", "2009-02-30,t", "taken: \"2009-02-30\" is no date"),
        ("source_url,title", "javascript:alert(1),t", "landing_url: this is not a web address"),
    ] {
        let (photos, warnings) = read(&["a.jpg"], format!("file,{column}\na.jpg,{cell}\n"));
        let warning = one(&warnings);
        assert!(warning.starts_with("metadata.csv, line 2, column ") && warning.contains(says), "{warning}");
        assert!(photos.len() == 1 && photos[0].landing_url.is_none() && photos[0].views.is_none());
    }
    let (photos, warnings) = read(&["a.jpg"], "file;lat;lon\na.jpg;-12,5;7,25\n");
    assert_eq!((photos[0].location.as_ref().unwrap().latitude, warnings.len()), (-12.5, 0), "a decimal comma");
}

#[test]
fn lines_are_counted_right_where_they_end_in_cr_lf() {
    let table = "file,title\r\na.jpg,\"one\r\ntwo\"\r\n\r\ngone.jpg,x\r\n,nameless\r\n";
    let (_, warnings) = read(&["a.jpg"], table);
    let expected = [
        "metadata.csv, line 5, column file: \"gone.jpg\" is not in the folder",
        "metadata.csv, line 6: the row names no file",
    ];
    assert_eq!(warnings, expected);
}

#[test]
fn rows_that_fit_no_photo_are_told_with_their_line() {
    let names = ["a.jpg", "b/c.jpg", "d/e.jpg", "f/e.jpg"];
    let table = "file,title\n\"a.jpg\",\"one\ntwo\"\na.jpg,again\n,nameless\nA.JPG,x\ngone.jpg,x\nc.jpg,by its name\ne.jpg,which?\n\n,\nf\\e.jpg,Windows\n";
    let (photos, warnings) = read(&names, table);
    assert_eq!(
        warnings,
        [
            "metadata.csv, line 4: a.jpg has a row already (metadata.csv, line 2); this one is not used",
            "metadata.csv, line 5: the row names no file",
            "metadata.csv, line 6, column file: \"A.JPG\" is not in the folder; did you mean \"a.jpg\"?",
            "metadata.csv, line 7, column file: \"gone.jpg\" is not in the folder",
            "metadata.csv, line 9, column file: \"e.jpg\" names several photos; give the path inside the folder",
            "photos without a row in metadata.csv: 1 of 4",
        ]
    );
    let titles: Vec<_> = photos.iter().map(|photo| photo.title.as_str()).collect();
    assert_eq!(titles, ["one\ntwo", "by its name", "", "Windows"]);
}

#[test]
fn unknown_columns_are_listed_once_and_kept_sealed() {
    let table = "file,lattitude,mood,licnese,place.country\na.jpg,7,good,CC0,IT\nb.jpg,8,bad,CC0,IT\n";
    let (photos, warnings) = read(&["a.jpg", "b.jpg"], table);
    let expected = "metadata.csv: unknown columns, kept only in the sealed record: \
        \"lattitude\" (did you mean \"latitude\"?), \"licnese\" (did you mean \"license\"?), \"mood\"";
    assert_eq!(one(&warnings), expected);
    assert_eq!(photos[1].personal.clear(PersonalField::RawRecord).unwrap()["mood"], "bad");
    let (photos, warnings) = read(&["a.jpg"], "file,author,creator,author\na.jpg,,Jane Example,Other\n");
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert_eq!(photos[0].attribution.as_deref(), Some("Jane Example"));
    let raw = photos[0].personal.clear(PersonalField::RawRecord).unwrap();
    assert_eq!((&raw["creator"], &raw["column 4"]), (&"Jane Example".into(), &"Other".into()));
}

#[test]
fn warnings_quote_nothing_that_may_name_a_person() {
    let shifted = "file,latitude,longitude,views,taken,source_url,location_origin,owner_name\n\
        a.jpg,Jane Secret,Jane Secret,Jane Secret,Jane Secret,Jane Secret,Jane Secret,Jane Secret,Jane Secret\n";
    let (_, warnings) = read(&["a.jpg"], shifted);
    assert!(warnings.len() >= 6 && !warnings.join("\n").contains("Secret"), "{warnings:#?}");
    let dir = folder(&["a.jpg"]);
    put(dir.path(), "metadata.csv", "Jane Secret,1990\na.jpg,2\n");
    let error = refused(dir.path(), None);
    assert!(error.contains("metadata.csv: it has no column `file`") && !error.contains("Secret"), "{error}");
}

#[test]
fn cells_quotes_and_encodings_that_do_not_fit_are_told() {
    let (_, warnings) = read(&["a.jpg"], "file,title\na.jpg,Heron, at dawn\n");
    assert!(one(&warnings).starts_with("metadata.csv, line 2: 3 cells for 2 columns"), "{warnings:?}");
    let (photos, warnings) = read(&["a.jpg", "b.jpg"], "file,title\na.jpg,\"open\nb.jpg,kept\n");
    let expected = "metadata.csv, line 2: a quote is opened and never closed; it is read as part of the text";
    assert_eq!(one(&warnings), expected);
    assert_eq!((photos[0].title.as_str(), photos[1].title.as_str()), ("\"open", "kept"));
    let (photos, warnings) = read(&["a.jpg"], b"file,title\na.jpg,caf\xe9\n");
    assert!(one(&warnings).starts_with("metadata.csv is not UTF-8; it is read as windows-1252"), "{warnings:?}");
    assert_eq!(photos[0].title, "café");
    let (photos, warnings) = read(&["a.jpg"], b"file,title\na.jpg,\xc3\xa9t\xc3\xa9 caf\xe9\n");
    assert!(one(&warnings).starts_with("metadata.csv, line 2: this is not UTF-8"), "{warnings:?}");
    assert_eq!(photos[0].title, "été caf\u{fffd}");
    let wide: Vec<u8> = "\u{feff}file\ttitle\r\na.jpg\t猿\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (photos, warnings) = read(&["a.jpg"], wide);
    assert_eq!(one(&warnings), "metadata.csv is read as UTF-16LE, which its byte order mark names");
    assert_eq!(photos[0].title, "猿");
}

#[test]
fn many_warnings_of_one_kind_are_summed_up() {
    let table =
        (0..500).fold("file,title\n".to_owned(), |table, nth| format!("{table}gone{nth}.jpg,x\n")) + "a.jpg,x\n";
    let (_, warnings) = read(&["a.jpg"], table);
    assert_eq!(warnings.len(), 21, "{warnings:#?}");
    assert!(warnings[20].starts_with("480 more like these, the last: metadata.csv, line 501"), "{}", warnings[20]);
}

#[test]
fn json_lines_are_read_nested_and_dotted() {
    let dir = folder(&["a.jpg", "b.jpg", "c.jpg"]);
    let table = "{\"file\":\"a.jpg\",\"location\":{\"latitude\":-12.5,\"longitude\":7},\"tags\":[\"a b\",\"c\"],\"views\":3}\n\
        [1]\n\
        {\"file\":\n\
        {\"file_name\":\"b.jpg\",\"location.latitude\":\"1\",\"location.longitude\":\"2\",\"personal\":{\"owner_name\":\"Jane Example\"}}\n\n";
    put(dir.path(), "metadata.jsonl", table);
    let (photos, warnings) = opened(dir.path());
    assert_eq!(warnings.len(), 3, "{warnings:?}");
    assert_eq!(warnings[0], "metadata.jsonl, line 2: this is no JSON object; the line is not used");
    assert!(warnings[1].starts_with("metadata.jsonl, line 3, character "), "{warnings:?}");
    assert_eq!((photos[0].location.as_ref().unwrap().latitude, photos[0].views), (-12.5, Some(3)));
    assert_eq!(photos[0].tags, ["a b", "c"]);
    assert_eq!(photos[1].location.as_ref().map(|found| (found.latitude, found.longitude)), Some((1.0, 2.0)));
    assert_eq!(photos[1].personal.clear(PersonalField::OwnerName).unwrap(), "Jane Example");
    put(dir.path(), "ATTRIBUTION.csv", "file\n");
    let (_, warnings) = opened(dir.path());
    assert!(warnings[0].starts_with("ATTRIBUTION.csv is there too and is not read"), "{warnings:?}");
}

#[test]
fn an_export_is_read_back() {
    let key = || Key::parse("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=").unwrap();
    let vault = Vault::new(key());
    let (photos, _) = read(&["a.jpg"], FULL.replace("Heron", "=Heron"));
    let store = Memory::of(&[vault.seal(photos[0].clone()).unwrap()]);
    for (format, name) in [("csv", "metadata.csv"), ("jsonl", "metadata.jsonl")] {
        let mut out = Vec::new();
        write(&store, format, Some(Vault::new(key())), &mut out).unwrap();
        let dir = folder(&["a.jpg"]);
        put(dir.path(), name, out);
        let (again, warnings) = opened(dir.path());
        assert_eq!(warnings, [""; 0]);
        assert_eq!(again[0].personal.clear(PersonalField::OwnerName).unwrap(), "John Example");
        let bare = |photo: &Photo| Photo { personal: gleaner::photo::Personal::default(), ..photo.clone() };
        assert_eq!(bare(&again[0]), bare(&photos[0]), "{name}");
    }
}

#[test]
fn what_is_no_photo_is_counted_and_links_lead_nowhere() {
    let outside = folder(&["secret.jpg"]);
    let dir =
        folder(&["a.JPG", "b.txt", "sub/c.webp", ".hidden.jpg", ".DS_Store", "old/dataset.db", "old/images/d.jpg"]);
    std::os::unix::fs::symlink(outside.path(), dir.path().join("out")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret.jpg"), dir.path().join("link.jpg")).unwrap();
    let (photos, warnings) = opened(dir.path());
    let ids: Vec<_> = photos.iter().map(|photo| photo.id.as_str()).collect();
    assert_eq!(ids, ["folder:a.JPG", "folder:sub/c.webp"]);
    assert_eq!(
        warnings,
        [
            "old/ is a dataset of Gleaner; its images are not read again",
            "files that are no photos, left out: 1",
            "links, not followed: 2 (the first: link.jpg)",
            "hidden photos (names that begin with a dot), left out: 1",
        ]
    );
    let folder = Folder::open(dir.path(), None).unwrap();
    for strange in ["link.jpg", "out/secret.jpg", "../secret.jpg", "b.txt"] {
        assert_eq!(folder.path(&PhotoId::new("folder", strange)), None);
    }
    assert_eq!(folder.path(&photos[1].id), Some(dir.path().join("sub/c.webp")));
}

#[test]
fn every_usual_name_of_a_photo_is_known_and_other_programs_folders_are_left_out() {
    let names = ["chrome.jfif", "old.JPE", "phone.HEIC", "new.avif", "fuji.hif", "scan.heif"];
    let dir = folder(&names);
    let others = [
        "@eaDir/chrome.jfif/SYNOPHOTO_THUMB_XL.jpg",
        "2019/@eaDir/b.jpg/SYNOPHOTO_THUMB_M.jpg",
        "@__thumb/s100a.jpg",
        "#recycle/deleted.jpg",
        ".thumbnails/1.jpg",
        "__MACOSX/._a.jpg",
        "Catalog Previews.lrdata/x.jpg",
        "._chrome.jpg",
    ];
    others.iter().for_each(|name| put(dir.path(), name, ""));
    let annexed = "../.git/annex/objects/0J/aZ/SHA256E-s9--0a.jpg/SHA256E-s9--0a.jpg";
    std::os::unix::fs::symlink(annexed, dir.path().join("annexed.jpg")).unwrap();
    let (photos, warnings) = opened(dir.path());
    let found: BTreeSet<_> = photos.iter().filter_map(|photo| photo.file_name.as_deref()).collect();
    assert_eq!(found, BTreeSet::from(names));
    assert_eq!(
        warnings,
        [
            "links into a git-annex, not followed; unlock them (git annex unlock): 1 (the first: annexed.jpg)",
            "hidden photos (names that begin with a dot), left out: 1",
            "folders of other programs' thumbnails and deleted files, left out: 7 (the first: #recycle)",
        ]
    );
}

#[test]
fn a_metadata_file_that_is_a_link_is_not_followed() {
    let outside = folder(&[]);
    put(outside.path(), "metadata.csv", "file,title\na.jpg,outside\n");
    let dir = folder(&["a.jpg"]);
    std::os::unix::fs::symlink(outside.path().join("metadata.csv"), dir.path().join("metadata.csv")).unwrap();
    assert_eq!(opened(dir.path()).0[0].title, "");
    let folder = Folder::open(dir.path(), Some(&dir.path().join("metadata.csv"))).unwrap();
    assert_eq!(folder.photos().next().unwrap().title, "outside", "where it is named, it is what the user wants");
}

#[test]
fn names_that_are_not_utf_8_keep_their_photos() {
    use std::os::unix::ffi::OsStrExt;
    let dir = folder(&["a.jpg"]);
    for name in [&b"x\xff.jpg"[..], &b"x\xfe.jpg"[..]] {
        fs::write(dir.path().join(std::ffi::OsStr::from_bytes(name)), name).unwrap();
    }
    let folder = Folder::open(dir.path(), None).unwrap();
    let files: BTreeSet<_> = folder.photos().map(|photo| fs::read(folder.path(&photo.id).unwrap()).unwrap()).collect();
    assert_eq!(files.len(), 3, "each photo has a file of its own");
    assert_eq!(folder.warnings().len(), 2);
    assert!(folder.warnings()[0].contains("x\u{fffd}.jpg is not UTF-8"), "{:?}", folder.warnings());
}

#[test]
fn a_subfolder_that_cannot_be_read_costs_only_itself() {
    let dir = folder(&["a.jpg"]);
    // Longer than any path may be: made in two halves, as no call reaches the end of the whole.
    let half = |root: &str| (0..15).fold(dir.path().join(root), |path, _| path.join("x".repeat(200)));
    let (upper, lower) = (half("upper"), half("lower"));
    fs::create_dir_all(&upper).unwrap();
    fs::create_dir_all(&lower).unwrap();
    fs::rename(dir.path().join("lower"), upper.join("lower")).unwrap();
    let (photos, warnings) = opened(dir.path());
    assert_eq!(photos.len(), 1);
    let warning = one(&warnings);
    assert!(warning.starts_with("the subfolder upper/xxx") && warning.contains("could not be read"), "{warning}");
    assert!(warning.len() < 300, "a long name is shortened");
}

#[test]
fn a_folder_that_is_none_is_refused_with_a_reason() {
    let dir = folder(&["b.txt"]);
    let missing = dir.path().join("missing");
    assert_eq!(refused(&missing, None), format!("there is no folder {}", missing.display()));
    let file = dir.path().join("b.txt");
    assert_eq!(refused(&file, None), format!("{} is a file, not a folder", file.display()));
    let suffixes = ".jpg .jpeg .jpe .jfif .png .webp .gif .heic .heif .hif .avif";
    let empty = format!("no photos ({suffixes}) in {}; files that are no photos, left out: 1", dir.path().display());
    assert_eq!(refused(dir.path(), None), empty);
    std::os::unix::fs::symlink("elsewhere.jpg", dir.path().join("link.jpg")).unwrap();
    let with_link = refused(dir.path(), None);
    assert!(with_link.ends_with("; links, not followed: 1 (the first: link.jpg)"), "{with_link}");
    put(dir.path(), "a.jpg", "");
    assert!(refused(dir.path(), Some(&missing)).contains("could not read the metadata file"));
    assert!(refused(dir.path(), Some(&file)).contains("no column `file`"));
}

#[test]
fn every_demo_photo_has_its_author_licence_and_source() {
    let dir = tempfile::tempdir().unwrap();
    demo::unpack(dir.path()).unwrap();
    let (photos, warnings) = opened(dir.path());
    assert_eq!((photos.len(), warnings.as_slice()), (26, &[][..]));
    for photo in &photos {
        let license = photo.license.as_ref().unwrap();
        assert!(photo.attribution.is_some() && !photo.title.is_empty(), "{}", photo.id);
        assert!(photo.landing_url.as_deref().unwrap().starts_with("https://commons.wikimedia.org/wiki/File:"));
        let open = ["CC-BY-2.0", "CC-BY-3.0", "CC-BY-SA-4.0", "CC0-1.0", "LicenseRef-PublicDomain"];
        assert!(open.contains(&license.id.as_str()), "{}", license.id);
        if let Some(location) = &photo.location {
            assert_eq!(location.origin, LocationOrigin::Title);
            assert!(location.uncertainty_m.unwrap() >= 1000);
        }
    }
    assert!(photos.iter().filter(|photo| photo.location.is_some()).count() >= 15);
    assert!(photos.iter().filter(|photo| photo.changes.is_some()).count() >= 15);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_metadata_breaks_the_reading(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let dir = folder(&["a.jpg"]);
        put(dir.path(), "metadata.csv", bytes);
        let opened = Folder::open(dir.path(), None);
        // Bytes without a column of files, or that fit no photo, are refused.
        prop_assert!(opened.is_err() || opened.is_ok_and(|folder| folder.photos().count() == 1));
    }

    #[test]
    fn no_cell_breaks_the_reading(cell in "(?s)[-0-9:., TZ+\"é]{0,24}|.{0,12}", column in 0..9_usize) {
        let names = ["taken", "latitude", "longitude", "uncertainty_m", "views", "license", "landing_url", "tags", "title"];
        let other = if names[column] == "latitude" { "longitude" } else { "latitude" };
        let quoted = cell.replace('"', "\"\"");
        let (photos, _) = read(&["a.jpg"], format!("file,{},{other}\na.jpg,\"{quoted}\",7\n", names[column]));
        prop_assert_eq!(photos.len(), 1);
        let sane = photos[0].location.as_ref().is_none_or(|l| l.latitude.abs() <= 90.0 && l.longitude.abs() <= 180.0);
        prop_assert!(sane);
    }
}
