//! Keys, tokens and key rotation.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use fernet::Fernet;
use gleaner::dataset::Dataset;
use gleaner::files::BlobName;
use gleaner::photo::{FileHash, Finding, PersonalField, Photo, PhotoId};
use gleaner::seal::{Key, KeyFile, Resealed, SealError, SealedPhoto, Vault, key_path, reseal_files};
use gleaner::store::{self, Access, adopt_key, check_key, rotate, verify_seals};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A photo with a value in every personal field.
pub fn photo(own: &str) -> Photo {
    let mut photo = Photo { id: PhotoId::new("flickr", own), title: "A monkey".into(), ..Photo::default() };
    photo.personal.find(PersonalField::Owner, "11111111@N00");
    photo.personal.find(PersonalField::OwnerName, "Zoë Ünique 🐒");
    photo.personal.find(PersonalField::PathAlias, Value::Null);
    photo.personal.find(PersonalField::Exif, json!({"BodySerialNumber": "0012345", "GPSAltitude": 12.1}));
    photo.personal.find(PersonalField::RawRecord, json!({"id": own, "owner": "11111111@N00"}));
    photo
}

fn skip(why: &str) {
    assert!(std::env::var_os("GLEANER_CI").is_none(), "must not be skipped here: {why}");
    println!("skipped: {why}");
}

fn why(result: Result<BTreeMap<PersonalField, Value>, SealError>) -> String {
    result.expect_err("it must be refused").to_string()
}

/// Replaces the tokens of a sealed photo, as an attacker with write access could.
fn with_tokens(own: &str, tokens: &BTreeMap<PersonalField, String>, vault: &Vault) -> Result<SealedPhoto, SealError> {
    let mut photo = Photo { id: PhotoId::new("flickr", own), ..Photo::default() };
    for (field, token) in tokens {
        photo.personal.keep_sealed(*field, token.clone());
    }
    vault.seal(photo)
}

#[test]
fn the_fernet_specification_holds() {
    let Some(folder) = crate::pipeline::shared("recorded/fernet-spec") else { return };
    let read = |name: &str| -> Vec<Value> {
        serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
    };
    let open = |vector: &Value| {
        let key = Key::parse(vector["secret"].as_str().unwrap()).unwrap();
        let now = vector["now"].as_str().unwrap().parse::<Timestamp>().unwrap().as_second().unsigned_abs();
        let fernet = Fernet::new(&key.expose()).unwrap();
        fernet.decrypt_at_time(vector["token"].as_str().unwrap(), vector["ttl_sec"].as_u64(), now)
    };
    let (generate, verify, invalid) = (read("generate.json"), read("verify.json"), read("invalid.json"));
    assert_eq!((generate.len(), verify.len(), invalid.len()), (1, 1, 8));
    for vector in generate.iter().chain(&verify) {
        assert_eq!(open(vector).unwrap(), vector["src"].as_str().unwrap().as_bytes());
        let vault = Vault::new(Key::parse(vector["secret"].as_str().unwrap()).unwrap());
        let opened = vault.open_bytes(vector["token"].as_str().unwrap().as_bytes()).unwrap();
        assert_eq!(&*opened, vector["src"].as_str().unwrap().as_bytes());
    }
    for vector in &invalid {
        assert!(open(vector).is_err(), "{} was accepted", vector["desc"]);
    }
}

fn python(script: &str, input: &str) -> Option<String> {
    let have = Command::new("python3").args(["-c", "import cryptography"]).stderr(Stdio::null()).status();
    if !have.is_ok_and(|status| status.success()) {
        return None;
    }
    let mut child =
        Command::new("python3").args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "python failed");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn tokens_open_in_python_and_pythons_open_here() {
    let key = Key::generate();
    let vault = Vault::new(key.clone());
    let sealed = vault.seal(photo("1")).unwrap();
    let token = &sealed.tokens()[&PersonalField::OwnerName];
    let script = "import sys, json; from cryptography.fernet import Fernet\n\
        key, token = sys.stdin.read().split()\n\
        f = Fernet(key); e = json.loads(f.decrypt(token.encode()))\n\
        e['value'] = 'from Python é'; e.pop('pad')\n\
        print(f.encrypt(json.dumps(e).encode()).decode()); print(f.encrypt(b'bytes\\x00').decode())";
    let Some(answer) = python(script, &format!("{} {token}", *key.expose())) else {
        return skip("no python3 with the package cryptography");
    };
    let (name, bytes) = answer.trim().split_once('\n').unwrap();
    let tokens = BTreeMap::from([(PersonalField::OwnerName, name.trim().to_owned())]);
    let opened = vault.open(&with_tokens("1", &tokens, &vault).unwrap()).unwrap();
    assert_eq!(opened[&PersonalField::OwnerName], "from Python é");
    assert_eq!(&**vault.open_bytes(bytes.as_bytes()).unwrap(), b"bytes\0");
}

#[test]
fn a_sealed_photo_has_no_personal_data_in_clear_and_decrypts_to_the_original() {
    let vault = Vault::new(Key::generate());
    let sealed = vault.seal(photo("1")).unwrap();
    assert_eq!(sealed.photo().personal.iter().count(), 0);
    assert!(sealed.photo().received.is_none());
    let opened = vault.open(&sealed).unwrap();
    for (field, finding) in photo("1").personal.iter() {
        assert!(matches!(finding, Finding::Clear(value) if *value == opened[&field]));
    }
    assert_eq!(opened.len(), 5);
}

#[test]
fn a_token_of_another_photo_or_field_is_refused() {
    let vault = Vault::new(Key::generate());
    let sealed = vault.seal(photo("1")).unwrap();
    let elsewhere = with_tokens("2", sealed.tokens(), &vault).unwrap();
    assert!(why(vault.open(&elsewhere)).contains("another photo"));
    let swapped = BTreeMap::from([(PersonalField::Owner, sealed.tokens()[&PersonalField::OwnerName].clone())]);
    assert!(why(vault.open(&with_tokens("1", &swapped, &vault).unwrap())).contains("another field"));
}

#[test]
fn a_token_changed_at_any_position_is_refused() {
    let vault = Vault::new(Key::generate());
    let token = vault.seal_bytes(b"quarantined bytes");
    for at in 0..token.trim_end_matches('=').len() - 1 {
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        assert!(vault.open_bytes(&changed).is_err(), "a change of character {at} was accepted");
    }
}

#[test]
fn a_token_from_the_future_hints_at_a_wrong_clock() {
    let key = Key::generate();
    let in_an_hour = Timestamp::now().as_second().unsigned_abs() + 3_600;
    let token = Fernet::new(&key.expose()).unwrap().encrypt_at_time(b"later", in_an_hour);
    let err = Vault::new(key).open_bytes(token.as_bytes()).unwrap_err();
    assert!(err.to_string().contains("clock"), "{err}");
}

#[test]
fn the_length_of_a_token_does_not_reveal_its_content() {
    let vault = Vault::new(Key::generate());
    let length = |field, value: Value| {
        let mut photo = Photo { id: PhotoId::new("flickr", "1"), ..Photo::default() };
        photo.personal.find(field, value);
        vault.seal(photo).unwrap().tokens()[&field].len()
    };
    let full = "é\"🐒".repeat(1_500);
    let exif = [Value::Null, json!({}), json!({"Artist": "x".repeat(15_000)}), json!({"UserComment": full})];
    let lengths: Vec<_> = exif.into_iter().map(|value| length(PersonalField::Exif, value)).collect();
    assert!(lengths.iter().all(|l| *l == lengths[0]), "{lengths:?}");
    let names = [Value::Null, json!("Al"), json!("名".repeat(40))].map(|value| length(PersonalField::OwnerName, value));
    assert!(names.iter().all(|l| *l == names[0]), "{names:?}");
    let records = [json!({}), json!({"description": "y".repeat(1_800)})].map(|v| length(PersonalField::RawRecord, v));
    assert_eq!(records[0], records[1]);
}

#[test]
fn one_owner_has_different_pseudonyms_in_different_datasets() {
    let (here, there) = (Vault::new(Key::generate()), Vault::new(Key::generate()));
    let pseudonym = |vault: &Vault, own| vault.seal(photo(own)).unwrap().photo().owner_pseudonym.clone().unwrap();
    assert_eq!(pseudonym(&here, "1"), pseudonym(&here, "2"));
    assert_ne!(pseudonym(&here, "1"), pseudonym(&there, "1"));
    assert_eq!(pseudonym(&here, "1").len(), 24);
    let again = here.seal(here.seal(photo("1")).unwrap().into_photo()).unwrap();
    assert_eq!(again.photo().owner_pseudonym, Some(pseudonym(&here, "1")));
}

#[test]
fn a_key_file_is_private_and_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = key_path(&folder.path().join("keys"), "wild monkeys", "0123456789abcdef");
    assert_eq!(path.file_name().unwrap(), "wild-monkeys-01234567.key");
    let key = Key::generate();
    KeyFile::create(&path, &key).unwrap();
    assert_eq!(KeyFile::load(&path).unwrap().id(), key.id());
    assert!(KeyFile::create(&path, &Key::generate()).unwrap_err().to_string().contains("never overwritten"));
    assert_eq!(KeyFile::load(&path).unwrap().id(), key.id());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let refused = KeyFile::load(&path).err().unwrap().to_string();
        assert!(refused.contains("chmod 600"), "{refused}");
        assert!(!refused.contains(&**key.expose()));
    }
    assert!(matches!(KeyFile::load(&folder.path().join("none")), Err(SealError::NoKey(_))));
    assert!(matches!(Key::parse("too short"), Err(SealError::BadKey(_))));
}

#[test]
fn another_key_is_refused_and_changes_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::at(folder.path());
    let key = Key::generate();
    let store = store::open(&dataset, Access::Write).unwrap();
    adopt_key(&*store, &key).unwrap();
    store.save(&[Vault::new(key.clone()).seal(photo("1")).unwrap()]).unwrap();
    drop(store);
    let before = std::fs::read(dataset.database()).unwrap();
    let store = store::open(&dataset, Access::Write).unwrap();
    let err = adopt_key(&*store, &Key::generate()).unwrap_err();
    assert!(matches!(err.downcast_ref(), Some(SealError::WrongKey { wanted, .. }) if *wanted == key.id()));
    drop(store);
    assert_eq!(std::fs::read(dataset.database()).unwrap(), before);
}

#[test]
fn an_interrupted_change_of_keys_is_finished_by_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = store::open(&Dataset::at(folder.path()), Access::Write).unwrap();
    let (old, new) = (Key::generate(), Key::generate());
    let vault = Vault::new(old.clone());
    adopt_key(&*store, &old).unwrap();
    let photos: Vec<_> = (0..300).map(|n| vault.seal(photo(&n.to_string())).unwrap()).collect();
    store.save(&photos).unwrap();
    let digest = store::digest(&*store, Some(&vault)).unwrap();

    let cut = rotate(&*store, &old, &new, |_, _| Err(anyhow::anyhow!("cut")));
    assert_eq!(cut.unwrap_err().to_string(), "cut");
    assert!(matches!(check_key(&*store, &old).unwrap_err().downcast_ref(), Some(SealError::Rotating { .. })));
    let both = Vault::with_older(new.clone(), vec![old.clone()]);
    assert_eq!(verify_seals(&*store, &both).unwrap(), 300);
    assert!(rotate(&*store, &old, &Key::generate(), |_, _| Ok(())).is_err(), "a third key was accepted");

    assert_eq!(rotate(&*store, &old, &new, |_, _| Ok(())).unwrap(), 300 - 256);
    check_key(&*store, &new).unwrap();
    assert!(check_key(&*store, &old).is_err());
    let only_new = Vault::new(new.clone());
    assert_eq!(verify_seals(&*store, &only_new).unwrap(), 300);
    assert_eq!(store::digest(&*store, Some(&only_new)).unwrap(), digest);
    let stored = store.load_sealed(&[PhotoId::new("flickr", "7")]).unwrap();
    let fresh = only_new.seal(photo("7")).unwrap();
    assert_eq!(stored[0].photo().owner_pseudonym, fresh.photo().owner_pseudonym);
    assert_eq!(rotate(&*store, &old, &new, |_, _| Ok(())).unwrap(), 0, "a completed rotation does nothing");
}

#[test]
fn sealed_files_get_the_new_key_once() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (Key::generate(), Key::generate());
    let dataset = Dataset::at(folder.path());
    let reseal = || reseal_files(dataset.files(), &old, &new).unwrap();
    assert_eq!(reseal(), Resealed::default());
    let sha256 = FileHash::of(b"\xff\xd8bad");
    let name = BlobName::Quarantined { sha256: &sha256 };
    dataset.files().write(name, Vault::new(old.clone()).seal_bytes(b"\xff\xd8bad").as_bytes()).unwrap();
    assert_eq!(reseal(), Resealed { changed: 1, foreign: 0 });
    assert_eq!(reseal(), Resealed::default());
    let token = std::fs::read(folder.path().join(format!("quarantine/{sha256}.fernet"))).unwrap();
    assert_eq!(&**Vault::new(new).open_bytes(&token).unwrap(), b"\xff\xd8bad");
    assert!(Vault::new(old).open_bytes(&token).is_err());
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..8)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_json_value_comes_back_the_same(value in any_json(), own in "[0-9]{1,12}") {
        let vault = Vault::new(Key::parse("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=").unwrap());
        for field in PersonalField::ALL {
            let mut photo = Photo { id: PhotoId::new("flickr", &own), ..Photo::default() };
            photo.personal.find(field, value.clone());
            let opened = vault.open(&vault.seal(photo).unwrap()).unwrap();
            prop_assert_eq!(&opened[&field], &value);
        }
    }

    #[test]
    fn any_bytes_are_a_token_or_refused_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let vault = Vault::new(Key::parse("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=").unwrap());
        prop_assert!(vault.open_bytes(&bytes).is_err());
        let token = vault.seal_bytes(&bytes);
        prop_assert_eq!(&*vault.open_bytes(token.as_bytes()).unwrap(), &bytes);
    }
}
