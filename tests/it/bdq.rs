//! TDWG's Biodiversity Data Quality tests: the rows of their validation data that concern what Gleaner reads.

use std::collections::{BTreeMap, BTreeSet};

use gleaner::photo::{Flag, License, LicenseTerms, Photo, Place, Taken, country};
use gleaner::places::Atlas;
use gleaner::sources::gbif;
use gleaner::stages::Geocode;
use serde_json::{Value, json};

const INTERNAL: &str = "INTERNAL_PREREQUISITES_NOT_MET";

/// A row: the terms of Darwin Core that it gives, and the answer that the standard expects.
struct Row {
    line: String,
    test: String,
    terms: BTreeMap<String, String>,
    expected: String,
}

impl Row {
    fn term(&self, name: &str) -> Option<&str> {
        self.terms.get(name).map(String::as_str).filter(|text| !text.trim().is_empty())
    }

    /// The row as an occurrence of GBIF, read as such. A test of one coordinate gets the other one.
    fn photo(&self) -> (Photo, Vec<&'static str>) {
        let mut record =
            json!({"key": 1, "media": [{"type": "StillImage", "identifier": "https://images.example.org/1.jpg"}]});
        let mut set = |name: &str, value: Value| record[name] = value;
        for name in ["decimalLatitude", "decimalLongitude"] {
            match self.term(name) {
                Some(text) => set(name, json!(text)),
                None if self.test.contains("DECIMAL") || self.test.contains("UNCERTAINTY") => set(name, json!(1.5)),
                None => {}
            }
        }
        for name in ["eventDate", "coordinateUncertaintyInMeters", "countryCode", "scientificName"] {
            self.term(name).into_iter().for_each(|text| set(name, json!(text)));
        }
        let answer = json!({"results": [record], "endOfRecords": true, "count": 1});
        let page = gbif::parse(200, answer.to_string().as_bytes()).unwrap();
        let record = page.photos.into_iter().next().unwrap();
        let mut photo = record.photo;
        photo.found_at = "2026-05-01T12:00:00Z".parse().ok();
        Geocode::locate(&mut photo);
        (photo, record.odd)
    }
}

fn rows() -> Option<Vec<Row>> {
    let path = crate::pipeline::shared("reference")?.join("oracles/bdq/TG2_test_validation_data.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let mut table = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let all = table.deserialize::<BTreeMap<String, String>>().map(Result::unwrap);
    let row = |mut cells: BTreeMap<String, String>| {
        let mut take = |name: &str| cells.remove(name).unwrap_or_default().trim().to_owned();
        let (status, result) = (take("Response.status"), take("Response.result"));
        Row {
            line: take("LineNumber"),
            test: take("Label"),
            expected: if status == "RUN_HAS_RESULT" { result } else { format!("{status} {result}").trim().to_owned() },
            terms: cells
                .into_iter()
                .filter_map(|(name, text)| Some((name.split_once(':')?.1.to_owned(), text)))
                .collect(),
        }
    };
    Some(all.map(row).collect())
}

fn compliant(is: bool) -> String {
    if is { "COMPLIANT" } else { "NOT_COMPLIANT" }.to_owned()
}

fn has(photo: &Photo, flag: Flag) -> bool {
    photo.flags().any(|own| own == flag)
}

/// What Gleaner says about a row; `None` if it has no such test.
fn answer(row: &Row) -> Option<String> {
    about_coordinates(row).or_else(|| about_countries(row)).or_else(|| about_the_rest(row))
}

fn internal() -> String {
    INTERNAL.to_owned()
}

fn amended(kind: &str, term: &str, value: Option<String>) -> String {
    value.map_or_else(|| "NOT_AMENDED".to_owned(), |value| format!("{kind} {{\"dwc:{term}\":\"{value}\"}}"))
}

fn about_coordinates(row: &Row) -> Option<String> {
    Some(match row.test.as_str() {
        "VALIDATION_COORDINATES_ZERO" => {
            let (photo, _) = row.photo();
            let is_stated = photo.location.is_some() || photo.verbatim_coordinates.is_some();
            if is_stated { compliant(!has(&photo, Flag::CoordinatesZero)) } else { internal() }
        }
        "VALIDATION_DECIMALLATITUDE_INRANGE" | "VALIDATION_DECIMALLONGITUDE_INRANGE" => {
            let name = if row.test.contains("LATITUDE") { "decimalLatitude" } else { "decimalLongitude" };
            let (photo, _) = row.photo();
            let is_stated =
                row.term(name).is_some() && (photo.location.is_some() || photo.verbatim_coordinates.is_some());
            if is_stated { compliant(!has(&photo, Flag::CoordinatesOutOfRange)) } else { internal() }
        }
        "VALIDATION_COORDINATEUNCERTAINTY_INRANGE" => {
            let (photo, odd) = row.photo();
            let is_number = row.term("coordinateUncertaintyInMeters").is_some() && odd.is_empty();
            let read = photo.location.and_then(|location| location.uncertainty_m);
            if is_number { compliant(read.is_some()) } else { internal() }
        }
        "ISSUE_COORDINATES_CENTEROFCOUNTRY" => {
            let (photo, _) = row.photo();
            if photo.location.is_none() || row.term("countryCode").is_none() {
                return Some(internal());
            }
            if has(&photo, Flag::CountryCentroid) { "POTENTIAL_ISSUE" } else { "NOT_ISSUE" }.to_owned()
        }
        "VALIDATION_COORDINATES_TERRESTRIALMARINE" => {
            let (photo, _) = row.photo();
            if photo.location.is_none() || photo.taxon.is_none() {
                return Some(internal());
            }
            compliant(!has(&photo, Flag::SeaForLandTaxon))
        }
        "VALIDATION_COORDINATES_COUNTRYCODE_CONSISTENT" => {
            let (photo, _) = row.photo();
            let (Some(place), Some(code)) = (photo.place, row.term("countryCode")) else { return Some(internal()) };
            compliant(place.claims.iter().any(|claim| claim == code))
        }
        "VALIDATION_COORDINATES_STATE-PROVINCE_CONSISTENT" => {
            let place = row.photo().0.place;
            let (Some(place), Some(state)) = (place, row.term("stateProvince")) else { return Some(internal()) };
            let name = |place: Place| place.subdivision?.name;
            compliant(name(place).is_some_and(|name| name.eq_ignore_ascii_case(state)))
        }
        _ => return None,
    })
}

fn about_countries(row: &Row) -> Option<String> {
    let known_code = |text: &str| country::is_code(text) && country::name(text).is_some();
    Some(match row.test.as_str() {
        "AMENDMENT_COUNTRYCODE_FROM_COORDINATES" => {
            let is_given = |name: &str| row.term(name).is_some();
            if !is_given("decimalLatitude") || !is_given("decimalLongitude") || is_given("countryCode") {
                return Some(internal());
            }
            amended("FILLED_IN", "countryCode", row.photo().0.place.and_then(|place| place.country))
        }
        "VALIDATION_COUNTRYCODE_STANDARD" => {
            row.term("countryCode").map_or_else(internal, |code| compliant(known_code(code)))
        }
        "AMENDMENT_COUNTRYCODE_STANDARDIZED" => match row.term("countryCode") {
            None => internal(),
            Some(text) => amended("AMENDED", "countryCode", country::code(text).map(str::to_owned)),
        },
        "VALIDATION_COUNTRY_FOUND" => {
            row.term("country").map_or_else(internal, |name| compliant(country::code(name).is_some()))
        }
        "VALIDATION_COUNTRY_COUNTRYCODE_CONSISTENT" => {
            let (Some(name), Some(code)) = (row.term("country"), row.term("countryCode")) else {
                return Some(internal());
            };
            compliant(country::code(name) == Some(code))
        }
        "VALIDATION_STATEPROVINCE_FOUND" => row
            .term("stateProvince")
            .map_or_else(internal, |name| compliant(Atlas::load().country_with(name).is_some())),
        _ => return None,
    })
}

fn about_the_rest(row: &Row) -> Option<String> {
    Some(match row.test.as_str() {
        "VALIDATION_EVENTDATE_STANDARD" => {
            row.term("eventDate").map_or_else(internal, |_| compliant(row.photo().0.taken.is_some()))
        }
        "VALIDATION_EVENTDATE_NOTEMPTY" => compliant(row.term("eventDate").is_some()),
        "VALIDATION_EVENTDATE_INRANGE" => {
            let (photo, _) = row.photo();
            if photo.taken.is_none() {
                return Some(internal());
            }
            compliant(!has(&photo, Flag::DateInFuture) && !has(&photo, Flag::DateBeforePhotography))
        }
        "AMENDMENT_EVENTDATE_STANDARDIZED" => match row.term("eventDate") {
            None => internal(),
            Some(text) => amended("AMENDED", "eventDate", Taken::parse(text).and_then(|taken| taken.edtf())),
        },
        "AMENDMENT_EVENTDATE_FROM_VERBATIM" => {
            let Some(text) = row.term("verbatimEventDate").filter(|_| row.term("eventDate").is_none()) else {
                return Some(internal());
            };
            amended("FILLED_IN", "eventDate", Taken::parse(text).and_then(|taken| taken.edtf()))
        }
        "MEASURE_EVENTDATE_PRECISIONINSECONDS" => {
            let period = row.photo().0.taken.and_then(|taken| taken.period());
            period.map_or_else(
                || format!("{INTERNAL} NOT_REPORTED"),
                |period| (period.first.duration_until(period.last).as_secs() + 1).to_string(),
            )
        }
        "VALIDATION_LICENCE_STANDARD" => row
            .term("license")
            .map_or_else(internal, |text| compliant(LicenseTerms::of(&License::parse(text, None)).is_some())),
        _ => return None,
    })
}

/// Line number -> the reason, of the table in docs/quality.md.
fn explained(document: &str) -> BTreeMap<String, String> {
    let table = document.split("<!-- bdq -->").nth(1).expect("docs/quality.md has the table");
    let cells = table.lines().filter_map(|line| {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        let [line, _, _, _, why] = cells[..] else { return None };
        Some((line.to_owned(), why.to_owned())).filter(|(line, _)| line.parse::<u32>().is_ok())
    });
    cells.collect()
}

#[test]
fn every_deviation_from_the_validation_rows_of_bdq_is_explained() {
    let Some(rows) = rows() else { return };
    let (mut tests, mut passed, mut of_services, mut deviating) = (BTreeSet::new(), 0, 0, Vec::new());
    for row in &rows {
        // Gleaner asks no service, so none can be unavailable.
        if row.expected.starts_with("EXTERNAL") {
            of_services += usize::from(answer(row).is_some());
            continue;
        }
        let Some(own) = answer(row) else { continue };
        tests.insert(&row.test);
        if own == row.expected {
            passed += 1;
        } else {
            deviating.push((row, own));
        }
    }
    let run = passed + deviating.len();
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/quality.md")).unwrap();
    let figure = format!("{passed} of {run} rows of {} tests", tests.len());
    println!("BDQ: {figure}; {of_services} rows of unavailable services are left out");
    let why = explained(&document);
    let open: Vec<String> = deviating
        .iter()
        .filter(|(row, _)| why.get(&row.line).is_none_or(String::is_empty))
        .map(|(row, own)| {
            format!(
                "| {} | {} {:?} | {} | {own} | |",
                row.line,
                row.test,
                row.terms.iter().filter(|(_, text)| !text.trim().is_empty()).collect::<Vec<_>>(),
                row.expected
            )
        })
        .collect();
    assert!(open.is_empty(), "{figure}; without an explanation:\n{}", open.join("\n"));
    let lines: BTreeSet<&str> = deviating.iter().map(|(row, _)| row.line.as_str()).collect();
    let stale: Vec<&String> = why.keys().filter(|line| !lines.contains(line.as_str())).collect();
    assert!(stale.is_empty(), "they pass now: {stale:?}");
    assert!(document.contains(&figure), "docs/quality.md must say: {figure}");
}
