//! `gleaner report`: one HTML file that says the same as the analyses and the manifest.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;

use super::pipeline::{command, talk};

const LIST: &str = "url,title,creator,license,date\n\
    https://example.org/1.jpg,Long-tailed <b>macaque</b>,Ann & Bob,CC-BY-4.0,2019-05-01\n\
    https://example.org/2.jpg,Macaca mulatta,\"<script>alert(1)</script>\",CC-BY-4.0,2020-06-02\n\
    https://example.org/3.jpg,The new drill,,,\n";

fn run(folder: &Path, code: i32, args: &[&str]) -> Output {
    let output = command(folder, args).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{args:?}: {}", talk(&output));
    output
}

fn dataset() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("list.csv"), LIST).unwrap();
    run(folder.path(), 0, &["scrape", "--source", "urls", "list.csv", "-d", "false", "--dataset", "d"]);
    folder
}

fn html(folder: &Path, args: &[&str]) -> String {
    let output = run(folder, 0, &[&["report", "d", "-o", "-"], args].concat());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_report_says_what_was_done_and_is_the_same_for_the_same_records() {
    let folder = dataset();
    let folder = folder.path();
    fs::write(
        folder.join("gleaner.toml"),
        "[citation]\ntitle = \"Monkeys & more\"\n\n[[citation.creators]]\nname = \"A \\\"B\\\" <C>\"\n",
    )
    .unwrap();
    let page = html(folder, &[]);
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
    for part in [
        "<h1>Monkeys &amp; more</h1>",
        "A \"B\" &lt;C&gt;",
        "all 3 photos of the dataset d",
        "names in title, tags or description, not verified: 2 photos",
        "Long-tailed",
        "Ann &amp; Bob",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<h2>References</h2>",
        "<h2>Privacy</h2>",
        "gleaner analyse species d",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("<script") && !page.contains("<b>macaque"), "texts are no markup");
    assert_eq!(page.matches("<svg ").count(), page.matches("<figure>").count());
    assert!(page.matches("<article>").count() >= 8, "the usual analyses");
    assert!(page.matches("<figure>").count() >= 5, "drawings");
    assert!(page.contains("<td>and not known as captive, a pet or an object</td>"), "tables are not cut");
    assert_eq!(page, html(folder, &[]), "the same records give the same report");
    let digest: Value = serde_json::from_slice(&run(folder, 0, &["verify", "d", "--json"]).stdout).unwrap();
    assert!(page.contains("SHA-256 digest"), "{digest}");

    let macaques = html(
        folder,
        &["--filter", "taxon:Macaca", "--analysis", "country", "--analysis", "visits:by=city,monthly=yes"],
    );
    assert!(
        macaques.contains("2 photos of 3 records") && macaques.contains("pass the filter taxon:Macaca"),
        "{macaques}"
    );
    assert_eq!(macaques.matches("<article>").count(), 2);
    assert!(macaques.contains("gleaner analyse visits d --filter 'taxon:Macaca' --set by=city --set monthly=yes"));
}

#[test]
fn a_wrong_analysis_is_an_error_and_one_without_data_is_named() {
    let folder = dataset();
    let folder = folder.path();
    let wrong = |args: &[&str]| talk(&run(folder, 2, &[&["report", "d"], args].concat()));
    assert!(wrong(&["--analysis", "contry"]).contains("did you mean country?"));
    assert!(wrong(&["--analysis", "visits:by=town"]).contains("the parameter \"by\" takes"));
    assert!(wrong(&["--analysis", "visits:town"]).contains("is no NAME=VALUE"));
    assert!(wrong(&["--analysis", "score"]).contains("requires the parameter"));
    assert!(wrong(&["--filter", "contry:MY"]).contains("country"));
    assert!(!folder.join("d-report.html").exists(), "nothing was written");
    let said = talk(&run(folder, 0, &["report", "d", "--analysis", "score:concept=monkey", "--analysis", "country"]));
    assert!(said.contains("report of 3 photos -> d-report.html") && said.contains("score is not answered"), "{said}");
    let page = fs::read_to_string(folder.join("d-report.html")).unwrap();
    assert!(page.contains("Not answered:"), "{page}");
}
