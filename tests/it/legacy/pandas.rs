//! pandas reads the same from exported files as from those of the Python system.

use std::process::{Command, Stdio};

use super::super::pipeline::shared;
use super::{Fixture, frame_with_special_cases};

/// Runs a script in the test's folder with a Python that has these packages; `None` if there is no such Python.
fn python(fixture: &Fixture, packages: &str, script: &str) -> Option<String> {
    let python = std::env::var_os("GLEANER_PYTHON").unwrap_or_else(|| "python3".into());
    let have = Command::new(&python).args(["-c", &format!("import {packages}")]).stderr(Stdio::null()).status();
    if !have.is_ok_and(|status| status.success()) {
        assert!(std::env::var_os("GLEANER_CI").is_none(), "must not be skipped here: no Python with {packages}");
        println!("skipped: no Python with {packages}");
        return None;
    }
    let output =
        Command::new(&python).args(["-X", "utf8", "-c", script]).current_dir(fixture.folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

/// Compares two files as pandas reads them, including types. A difference fails the test.
const SAME: &str = "
import pandas as pd, sys
def same(one, other):
    one, other = pd.read_json(open(one, encoding='utf-8-sig')), pd.read_json(open(other, encoding='utf-8-sig'))
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    assert list(one.columns) == list(other.columns) and list(one.index) == list(other.index)
    return len(one)
";

#[test]
fn pandas_reads_the_same_frame_from_the_real_sample_and_from_ours() {
    let Some(sample) = shared("seed-sample") else { return };
    let fixture = Fixture::new();
    let file = sample.join("dataframe_encrypted.json");
    fixture.expect(0, &["import", "seed", file.to_str().unwrap(), "--keep-sealed", "--dataset", "d"]);
    fixture.expect(0, &["export", "d", "--format", "seed", "-o", "out.json"]);
    let script = format!("{SAME}\nprint(same('out.json', {:?}))", file.canonicalize().unwrap().to_str().unwrap());
    let Some(said) = python(&fixture, "pandas", &script) else { return };
    assert_eq!(said, "46");
}

/// Reads like the Python system's explorer: the key from the file, every personal cell decrypted, dates in its
/// format, views as whole numbers, scores as numbers.
const EXPLORER: &str = "
import pandas as pd
from cryptography.fernet import Fernet
def load(name, keyfile):
    key = Fernet(open(keyfile).read().encode())
    frame = pd.read_json(open(name))
    for column in ['owner name', 'path alias', 'owner', 'exif data']:
        frame[column] = [key.decrypt(cell.encode()).decode() for cell in frame[column]]
    dates = pd.to_datetime(frame['date taken'], format='%Y-%m-%d %H:%M:%S').apply(lambda date: date.date())
    assert dates.min() <= dates.max()
    assert frame.views.max().astype(int).item() >= frame['views'].astype(int).min()
    assert ((frame['species prediction score'] >= 0.45) & (frame['cage prediction score'] <= 1.0)).all()
    assert frame.country.unique().tolist() and (frame['latitude'] != 0).any()
    return frame
";

#[test]
fn the_python_explorer_reads_our_file_with_either_key() {
    let fixture = Fixture::new();
    let mut frame = frame_with_special_cases();
    // Its explorer requires a date and a number of views.
    (frame["date taken"]["7"], frame["views"]["7"]) = ("2020-01-01 01:02:03".into(), 5.into());
    fixture.write("clear.json", &frame);
    fixture.write("df.json", &fixture.sealed(&frame));
    fixture.expect(1, &["import", "seed", "df.json", "--key-file", "KEY_DB.txt", "--dataset", "d"]);
    fixture.expect(0, &["export", "d", "--format", "seed", "--seed-key-file", "KEY_DB.txt", "-o", "theirs.json"]);
    fixture.expect(0, &["export", "d", "--format", "seed", "-o", "ours.json"]);
    let keys = std::fs::read_dir(fixture.path("home/.config/gleaner/keys")).unwrap().flatten().next().unwrap().path();
    let script = format!(
        "{EXPLORER}\nclear = pd.read_json(open('clear.json'))\nfor name, key in [('theirs.json', 'KEY_DB.txt'), ('ours.json', {:?})]:\n    pd.testing.assert_frame_equal(load(name, key), clear, check_exact=True)\nprint(len(clear))",
        keys.to_str().unwrap()
    );
    let Some(said) = python(&fixture, "pandas, cryptography", &script) else { return };
    assert_eq!(said, "8");
}

#[test]
fn pandas_reads_our_csv_as_its_own_and_we_read_that_of_pandas() {
    let fixture = Fixture::new();
    fixture.write("clear.json", &frame_with_special_cases());
    fixture.expect(1, &["import", "seed", "clear.json", "--dataset", "d"]);
    fixture.expect(0, &["export", "d", "--format", "seed-csv", "--unseal", "-o", "ours.csv"]);
    let script = "
import json, pandas as pd
cells = json.load(open('clear.json'))
frame = pd.DataFrame({column: list(cells[column].values()) for column in cells}, dtype=object)
frame = frame.map(lambda cell: str(cell).replace('\\n', ' ').replace('\\r', ' '))
frame.to_csv('theirs.csv', encoding='utf-8-sig', sep='ζ')
ours, theirs = open('ours.csv', encoding='utf-8-sig').read(), open('theirs.csv', encoding='utf-8-sig').read()
assert ours == theirs, [pair for pair in zip(ours.splitlines(), theirs.splitlines()) if pair[0] != pair[1]][:1]
print(len(frame))
";
    let Some(said) = python(&fixture, "pandas", script) else { return };
    assert_eq!(said, "8");
    fixture.expect(1, &["import", "seed", "theirs.csv", "--dataset", "e"]);
    fixture.expect(0, &["export", "e", "--format", "seed-csv", "--unseal", "-o", "again.csv"]);
    let read = |name: &str| std::fs::read(fixture.path(name)).unwrap();
    assert_eq!(read("again.csv"), read("theirs.csv"));
}
