//! Recorded answers of Flickr about one photo: its description, EXIF, comments, sizes.

use gleaner::photo::{PersonalField, Photo, PhotoId};
use gleaner::sources::details::{Detail, Told};
use gleaner::sources::{Keys, Source, flickr};
use serde_json::Value;
use std::sync::Arc;

fn source() -> Arc<dyn Source> {
    (flickr::SOURCE.open)(flickr::ABOUT.api_url.parse().unwrap(), &Keys::default())
}

fn recorded(part: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let folder = crate::pipeline::shared("recorded/flickr")?;
    let mut found: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .filter(|(name, _)| name.contains(part))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no recorded answer about {part}");
    Some(found)
}

#[test]
fn recorded_descriptions_are_the_photos_of_a_search_in_other_words() {
    let Some(found) = recorded("_info_") else { return };
    let source = source();
    for (name, body) in found {
        let answer: Value = serde_json::from_slice(&body).unwrap();
        let info = &answer["photo"];
        let record = source.lookup().unwrap().parse(&[], 200, &body).unwrap().pop().unwrap();
        let photo = record.photo;
        assert_eq!(photo.id.own(), info["id"].as_str().unwrap(), "{name}");
        assert_eq!(photo.title, info["title"]["_content"].as_str().unwrap(), "{name}");
        let license: u32 = info["license"].as_str().unwrap().parse().unwrap();
        assert_eq!(photo.license.as_ref().unwrap().source_id, Some(license), "{name}");
        let tags = info["tags"]["tag"].as_array().cloned().unwrap_or_default();
        assert!(
            photo.tags.iter().map(String::as_str).eq(tags.iter().map(|tag| tag["_content"].as_str().unwrap())),
            "{name}"
        );
        let is_machine = |tag: &&Value| tag["machine_tag"] == "1" || tag["machine_tag"] == 1;
        assert_eq!(photo.machine_tags.len(), tags.iter().filter(is_machine).count(), "{name}");
        let described = photo.described.as_ref().unwrap();
        assert!(
            described.raw_tags.iter().map(String::as_str).eq(tags.iter().map(|tag| tag["raw"].as_str().unwrap())),
            "{name}"
        );
        assert_eq!(
            described.country.as_deref(),
            info.pointer("/location/country/_content").and_then(Value::as_str),
            "{name}"
        );
        assert_eq!(photo.location.is_some(), info.get("location").is_some(), "{name}");
        let secret = info["secret"].as_str().unwrap();
        assert!(photo.sizes.len() == 8 && photo.sizes.iter().all(|size| size.url.contains(secret)), "{name}");
        assert_eq!(photo.personal.clear(PersonalField::Owner).unwrap(), &info["owner"]["nsid"], "{name}");
        let raw = photo.personal.clear(PersonalField::RawRecord).unwrap();
        assert!(raw.get("notes").is_none() && raw.get("people").is_none(), "{name}: others wrote them");
    }
}

fn told(detail: Detail, status: u16, body: &[u8]) -> (Told, Photo) {
    let mut photo = Photo { id: PhotoId::new("flickr", "1"), ..Photo::default() };
    let told = source().details().unwrap().add(detail, &mut photo, status, body).unwrap();
    (told, photo)
}

#[test]
fn recorded_exif_and_comments_are_read_and_refusals_are_answers() {
    let (Some(exif), Some(comments), Some(sizes)) = (recorded("_exif_"), recorded("_comments"), recorded("_sizes"))
    else {
        return;
    };
    let (mut read, mut refused) = (0, 0);
    for (name, body) in exif {
        let (told, photo) = told(Detail::ExifApi, 200, &body);
        let found = photo.personal.clear(PersonalField::ExifApi).unwrap();
        if name.contains("err_2") {
            assert_eq!((told, &found["refused"]), (Told::Refused, &Value::from("permission denied")));
            refused += 1;
            continue;
        }
        let answer: Value = serde_json::from_slice(&body).unwrap();
        for tag in answer["photo"]["exif"].as_array().unwrap() {
            let text = |part: &str| match &tag[part]["_content"] {
                Value::Null => None,
                Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
                other => Some(other.to_string()),
            };
            let Some(wanted) = text("clean").or_else(|| text("raw")) else { continue };
            let own = &found["tags"][tag["tagspace"].as_str().unwrap()][tag["tag"].as_str().unwrap()];
            assert_eq!(own.as_str().unwrap(), wanted, "{name}: {tag}");
        }
        read += 1;
    }
    assert!(read >= 3 && refused == 1, "{read} read, {refused} refused");
    for (name, body) in comments {
        let (told, photo) = told(Detail::Comments, 200, &body);
        let answer: Value = serde_json::from_slice(&body).unwrap();
        let found = photo.personal.clear(PersonalField::Comments).unwrap().as_array().unwrap();
        let given = answer["comments"]["comment"].as_array().unwrap();
        assert_eq!((told, found.len()), (Told::Added, given.len()), "{name}");
        assert!(found.iter().zip(given).all(|(one, other)| one["_content"] == other["_content"]), "{name}");
    }
    for (name, body) in sizes {
        let found = source().lookup().unwrap().parse_sizes(200, &body).unwrap();
        assert!(
            found.len() > 5 && found.iter().all(|size| size.url.starts_with("https://") && size.long_edge() > 75),
            "{name}"
        );
    }
    let gone = br#"{"stat":"fail","code":1,"message":"Photo not found"}"#;
    assert_eq!(told(Detail::Info, 200, gone).0, Told::NoPhoto);
}
