//! Users and passwords: permissions, messages for refused users, and no password in any output.

use std::fs;
use std::path::Path;
use std::process::Output;

use gleaner::dataset::Dataset;
use gleaner::seal::Vault;
use gleaner::store::{self, Access};
use tempfile::TempDir;
use testbed::dataset::DatasetConfig;

use super::server::Mongo;
use crate::pipeline::privacy::{holds, needles};
use crate::pipeline::{command, talk};
use crate::seal::photo;

/// A password with all characters that are special in an address.
const PASSWORD: &str = "p@ss/w:rd?é#&%41 +s3cret";
const WRONG: &str = "wr@ng/w:rd?ü#&%42 +hunter2";

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// `mongodb://USER@host/database?authSource=admin`; the user with a password or without.
fn address(mongo: &Mongo, user: &str, database: &str) -> String {
    mongo.url(database).replacen("mongodb://", &format!("mongodb://{user}@"), 1) + "?authSource=admin"
}

/// A server with the user `keeper` with [`PASSWORD`], and `reader` with read access only.
fn guarded() -> Option<Mongo> {
    let mongo = Mongo::guarded()?;
    mongo.allow("keeper", PASSWORD, "root", None);
    let keeper = address(&mongo, &format!("keeper:{}", encoded(PASSWORD)), "admin");
    mongo.allow("reader", PASSWORD, "readAnyDatabase", Some(&keeper));
    Some(mongo)
}

fn local() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let config = DatasetConfig { photos: 20, pictures: 1, ..DatasetConfig::default() };
    config.write(&folder.path().join("local")).unwrap();
    folder
}

fn run(folder: &Path, url: &str, args: &[&str]) -> Output {
    command(folder, args).env("GLEANER_MONGODB_URL", url).env("GLEANER_LOG", "trace").output().unwrap()
}

/// Asserts that the output contains neither password, in any encoding.
fn says_no_password(output: &Output) {
    let passwords = [PASSWORD, WRONG, &encoded(PASSWORD), &encoded(WRONG), "s3cret", "hunter2", "wr@ng", "p@ss/w"];
    for (text, needle) in needles(&passwords.map(str::to_owned)) {
        let found = holds(&output.stdout, &needle) || holds(&output.stderr, &needle);
        assert!(!found, "the output contains {text}:\n{}", talk(output));
    }
}

#[test]
fn a_wrong_password_exits_with_13_and_is_never_printed() {
    let Some(mongo) = guarded() else { return };
    let folder = local();
    let place = mongo.url("guarded");
    let right = address(&mongo, &format!("keeper:{}", encoded(PASSWORD)), "guarded");
    let wrong = address(&mongo, &format!("keeper:{}", encoded(WRONG)), "guarded");
    let nobody = address(&mongo, &format!("nobody:{}", encoded(PASSWORD)), "guarded");
    let output = run(folder.path(), &right, &["push", "local", &place]);
    assert_eq!(output.status.code(), Some(0), "{}", talk(&output));
    says_no_password(&output);
    for url in [&wrong, &nobody, &place] {
        for args in [
            &["push", "local", &place][..],
            &["push", "local", &place, "--json"],
            &["pull", &place, "pulled"],
            &["status", &place],
            &["verify", &place, "--json"],
            &["export", &place],
            &["serve", &place, "--port", "0"],
        ] {
            let output = run(folder.path(), url, args);
            let said = talk(&output);
            assert_eq!(output.status.code(), Some(13), "{args:?}\n{said}");
            assert!(said.contains("user") && said.contains("GLEANER_MONGODB_URL"), "{args:?}\n{said}");
            says_no_password(&output);
        }
    }
    assert!(!folder.path().join("pulled").join("dataset.db").exists());
}

#[test]
fn a_read_only_user_reads_and_gets_an_error_on_writing() {
    let Some(mongo) = guarded() else { return };
    let folder = local();
    let place = mongo.url("team");
    let keeper = address(&mongo, &format!("keeper:{}", encoded(PASSWORD)), "team");
    let reader = address(&mongo, &format!("reader:{}", encoded(PASSWORD)), "team");
    assert_eq!(run(folder.path(), &keeper, &["push", "local", &place]).status.code(), Some(0));
    for args in [&["status", &place][..], &["export", &place], &["pull", &place, "pulled"]] {
        let output = run(folder.path(), &reader, args);
        assert_eq!(output.status.code(), Some(0), "{args:?}\n{}", talk(&output));
        says_no_password(&output);
    }
    // Something new, so that there is something to write.
    let config = DatasetConfig { photos: 20, pictures: 1, ..DatasetConfig::default() };
    let store = store::open(&Dataset::at(folder.path().join("local")), Access::Write).unwrap();
    store.save(&[Vault::new(config.key()).seal(photo("new")).unwrap()]).unwrap();
    drop(store);
    let output = run(folder.path(), &reader, &["push", "local", &place]);
    let said = talk(&output);
    assert_eq!(output.status.code(), Some(13), "{said}");
    assert!(said.contains("does not allow this user to do that"), "{said}");
    says_no_password(&output);
}

#[test]
fn an_address_that_cannot_be_read_is_refused_without_its_password() {
    let folder = local();
    // No server runs there.
    let host = "127.0.0.1:1";
    for url in [
        format!("mongodb://keeper:{PASSWORD}@{host}/team"),
        format!("mongodb://keeper:{WRONG}@{host}"),
        format!("mongodb://keeper:{}@{host}/te am$", encoded(PASSWORD)),
        format!("mongodb://keeper:{}%zz@{host}/team", encoded(PASSWORD)),
        format!("mongodb://{host}/team?tlsCertificateKeyFilePassword={}&replicaset", encoded(PASSWORD)),
        format!("mongodb://{host}/team?{}={}", encoded(WRONG), encoded(PASSWORD)),
        format!("mongodb://keeper:{}@/team", encoded(PASSWORD)),
        format!("http://keeper:{}@{host}/team", encoded(PASSWORD)),
        PASSWORD.to_owned(),
    ] {
        let output = run(folder.path(), &url, &["push", "local", &format!("mongodb://{host}/team")]);
        assert!(matches!(output.status.code(), Some(1 | 2)), "{}", talk(&output));
        says_no_password(&output);
        // A password on the command line is refused, and not repeated.
        let output = run(folder.path(), "", &["status", "--store", &url]);
        assert!(matches!(output.status.code(), Some(1 | 2)), "{}", talk(&output));
        says_no_password(&output);
        if url.starts_with("mongodb://") {
            let output = run(folder.path(), "", &["push", "local", &url]);
            assert!(matches!(output.status.code(), Some(1 | 2)), "{}", talk(&output));
            says_no_password(&output);
        }
    }
}

#[test]
fn a_password_in_a_file_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = local();
    let file = folder.path().join("mongodb.url");
    fs::write(&file, format!("mongodb://keeper:{}@127.0.0.1:1/team\n", encoded(PASSWORD))).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(folder.path().join("gleaner.toml"), "[mongodb]\nurl_file = \"mongodb.url\"\n").unwrap();
    let output = run(folder.path(), "", &["status", "mongodb://127.0.0.1:1/team"]);
    let said = talk(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("chmod 600"), "{said}");
    says_no_password(&output);
}
