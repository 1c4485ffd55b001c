//! In which scripts the words of photos are, and in which languages they were searched, by country: what a search in one language
//! misses depends on the country.

use std::collections::BTreeMap;

use serde_json::json;

use super::answer::{Answer, Shape, Table};
use super::measure::{Measure, Tally, left_out};
use super::{Analysis, AnalysisError, Parameter, ParameterKind, Request, marks};
use crate::explorer::{PhotoRow, View};
use crate::photo::fields::{SCRIPT, SEARCH_LANGUAGE};
use crate::photo::filter::ChoiceField;
use crate::photo::text::grouped;

const BY: Parameter = Parameter {
    name: "by",
    help: "Rows: the script of the words, or the language of the searches that found the photos",
    kind: ParameterKind::Choice(&["script", "search"]),
    default: Some("script"),
};

const LIMIT: Parameter = Parameter {
    name: "limit",
    help: "Maximum number of countries, most photos first",
    kind: ParameterKind::Number(1, 300),
    default: Some("50"),
};

/// The analysis.
pub fn analysis() -> Analysis {
    Analysis {
        name: "languages",
        title: "Languages by country",
        question:
            "In which scripts are the words of the photos of each country, and in which languages were they searched?"
                .to_owned(),
        parameters: &[BY, LIMIT],
        rank: 121,
        run: count,
    }
}

/// What the photos of one country have, by value; the key `None` is of photos without one.
type Values<'v> = BTreeMap<Option<&'v str>, Vec<PhotoRow>>;

#[expect(clippy::unnecessary_wraps, reason = "every analysis may refuse its parameters")]
fn count(view: &View, request: &Request) -> Result<Answer, AnalysisError> {
    let is_search = request.text(BY.name) == "search";
    let field = if is_search { SEARCH_LANGUAGE } else { SCRIPT };
    let (countries, values) = (view.names("country"), view.names(field));
    let mut without_country = 0;
    let mut found: BTreeMap<u32, Values<'_>> = BTreeMap::new();
    for row in view.rows() {
        let Some(country) = countries.of(row) else {
            without_country += 1;
            continue;
        };
        let value = values.of(row).map(|code| values.value(code));
        found.entry(country).or_default().entry(value).or_default().push(row);
    }
    let photos = |values: &Values<'_>| values.values().map(Vec::len).sum::<usize>();
    let mut listed: Vec<(u32, Values<'_>)> = found.into_iter().collect();
    listed.sort_by(|a, b| photos(&b.1).cmp(&photos(&a.1)).then_with(|| countries.label(a.0).cmp(countries.label(b.0))));
    let limit = request.number(LIMIT.name) as usize;
    let more = listed.len().saturating_sub(limit);
    listed.truncate(limit);
    let (mut rows, mut filters) = (Vec::new(), Vec::new());
    for (country, values) in &listed {
        let all = photos(values);
        let mut values: Vec<_> = values.iter().collect();
        values.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(b.0)));
        for (value, photos) in values {
            let tally = Tally::of(view, photos.iter().copied(), |_| Some(())).all;
            let share = (1000.0 * photos.len() as f64 / all as f64).round() / 10.0;
            let none = if is_search { "as typed" } else { "no words" };
            rows.push(vec![
                json!(countries.label(*country)),
                json!(value.unwrap_or(none)),
                json!(tally.photos),
                json!(tally.photographers),
                json!(tally.user_days),
                json!(share),
            ]);
            let own = |name: &str, value: Option<&str>| {
                let field = ChoiceField::named(name)?;
                Some(value.map_or_else(|| marks::no_value(field), |value| marks::value(field, value)))
            };
            let tests = [own("country", Some(countries.value(*country))), own(field, *value)];
            filters.push(marks::narrowed(view.filter(), &[], tests.into_iter().flatten()));
        }
    }
    let mut notes = vec![if is_search {
        "Counted by the language of the translated term that found the photo first; as typed: the term was not a translation.".to_owned()
    } else {
        "Counted by the script of most letters in title, description and tags. A script is not a language: Latin letters are those of \
            English, Malay, Spanish and many others."
            .to_owned()
    }];
    notes.extend(left_out(without_country, "photo", "without a known country"));
    if more > 0 {
        notes.push(format!("{} more countries are not listed.", grouped(more as u64)));
    }
    let header = [
        "Country",
        if is_search { "Language" } else { "Script" },
        "Photos",
        "Photographers",
        "Photo-user-days",
        "% of the country",
    ];
    Ok(Answer {
        title: request.analysis.title.to_owned(),
        unit: Measure::Photos.unit().to_owned(),
        filter: view.filter().to_string(),
        notes,
        shape: Shape::Table(Table { header: header.map(str::to_owned).into(), rows, filters }),
    })
}
