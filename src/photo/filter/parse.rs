//! Parses a filter. Errors are for a person: position, what is wrong, and the right form.

use std::str::FromStr;

use super::items::{Item, Reader};
use super::known_names::{Name, Named, Parsed};
use super::mistakes::is_quote;
use super::{Area, ChoiceField, Clause, Filter, FilterError, Geometry, NumberField, Test, mistakes, print, span};
use crate::photo::fields::{self, Form, Kind, SCORE, Shape};
use crate::photo::suggest::did_you_mean;
use crate::photo::text::normalise;
use crate::photo::{area, country, equal_area};

impl FromStr for Filter {
    type Err = FilterError;

    /// Reads a filter; an empty text is the filter that every photo passes. Names that only a dataset can know are not
    /// checked: [`Parsed::checked`] does that.
    fn from_str(text: &str) -> Result<Self, FilterError> {
        text.parse().map(Parsed::unchecked)
    }
}

impl FromStr for Parsed {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        let mut reader = Reader::new(text);
        let mut filter = Filter::default();
        while reader.next_clause() {
            filter.clauses.push(clause(&mut reader)?);
        }
        Ok(Self::new(filter, reader.named))
    }
}

fn clause(reader: &mut Reader) -> Result<Clause, FilterError> {
    let negated = reader.skip('-');
    if negated && (reader.at_end() || reader.peek() == Some('-')) {
        return reader.error("what must not hold follows its - at once: -country:IN or -cage");
    }
    let start = reader.at;
    if reader.at_quote() {
        let text = reader.quoted()?;
        if !reader.at_end() {
            return reader.error("a blank is missing after the closing quote");
        }
        return text_clause(negated, text, start);
    }
    let mut name = reader.until(|c| c == ':' || is_quote(c) || c.is_whitespace());
    let concept = (name.eq_ignore_ascii_case(SCORE) && reader.at_quote()).then(|| reader.quoted());
    if let Some(concept) = concept {
        name.push_str(&concept?);
        if reader.peek() != Some(':') {
            return reader.error("a colon is missing after the concept's name: score.\"wild animal\":>=0.5");
        }
    }
    if reader.skip(':') {
        return field(reader, &name, start, negated);
    }
    let text = name + &reader.until(char::is_whitespace);
    mistakes::single_quotes(&text, || reader.rest(), start)?;
    mistakes::in_word(&text, start)?;
    text_clause(negated, text, start)
}

fn text_clause(negated: bool, text: String, at: usize) -> Result<Clause, FilterError> {
    if text.is_empty() {
        return Err(FilterError { at, message: "nothing stands between the quotes: \"snow monkey\"".to_owned() });
    }
    Ok(Clause { negated, test: Test::Text { text } })
}

/// What follows `name:`.
fn field(reader: &mut Reader, name: &str, start: usize, negated: bool) -> Result<Clause, FilterError> {
    let small = name.to_ascii_lowercase();
    let small = if small == "licence" { "license" } else { &small };
    if let Some(field) = number_field(name, small) {
        if let NumberField::Score(key) = &field {
            reader.named.push(Named { at: start, name: Name::Score(key.clone()) });
        }
        let name = print::field_name(&field);
        let test = numbers(field, &reader.items(&format!("{name}:3..8"))?)?;
        return Ok(Clause { negated, test });
    }
    let field = fields::filterable()
        .iter()
        .find(|field| field.name == small)
        .ok_or_else(|| mistakes::unknown_field(name, start))?;
    let items = |reader: &mut Reader| reader.items(field.examples[0]);
    let test = match field.kind {
        Kind::Days(_) => taken(&items(reader)?)?,
        Kind::Places(_) => return place(&reader.items(PLACE)?, negated),
        Kind::Area(Shape::Near) => Test::Place { area: near(&reader.items(NEAR)?)? },
        Kind::Area(Shape::Box) => Test::Place { area: boxed(&reader.items(BOX)?)? },
        Kind::Area(Shape::Polygon) => Test::Place { area: polygon(&reader.items(POLYGON)?)? },
        Kind::Area(Shape::Hexagon) => Test::Place { area: hexagon(&reader.items(HEXAGON)?)? },
        Kind::Area(Shape::Layer) => {
            let items = reader.items(LAYER)?;
            reader.named.push(Named { at: start, name: Name::Areas(items.iter().map(|item| item.at).collect()) });
            Test::Place { area: layer_areas(&items)? }
        }
        Kind::Area(Shape::Cell) => Test::Place { area: cells(&reader.items(CELL)?)? },
        _ => match ChoiceField::named(small) {
            Some(choice) => {
                let items = items(reader)?;
                choices(choice, &items, &mut reader.named)?
            }
            None => return Err(mistakes::unknown_field(name, start)),
        },
    };
    Ok(Clause { negated, test })
}

/// A field of numbers; the case of a concept's name matters.
fn number_field(name: &str, small: &str) -> Option<NumberField> {
    let concept = small.starts_with(SCORE).then(|| &name[SCORE.len()..]);
    concept.map_or_else(|| NumberField::named(small), |concept| NumberField::named(&format!("{SCORE}{concept}")))
}

/// Takes `none` and `any` out of a clause's values: `(none, any, the others)`.
fn absent_or_any(items: &[Item]) -> (bool, bool, impl Iterator<Item = &Item>) {
    let has = |word| items.iter().any(|item| item.is(word));
    (has("none"), has("any"), items.iter().filter(|item| !item.is("none") && !item.is("any")))
}

fn choices(field: ChoiceField, items: &[Item], named: &mut Vec<Named>) -> Result<Test, FilterError> {
    let (none, any, values) = absent_or_any(items);
    let mut read = Vec::new();
    for item in values {
        let (value, known) = choice(field, item)?;
        if !known {
            named.push(Named { at: item.at, name: Name::Value(field, value.clone()) });
        }
        read.push(value);
    }
    Ok(Test::Choice { field, values: read, none, any })
}

/// One value in its canonical form, and whether the language knows it: else only a dataset can.
fn choice(field: ChoiceField, item: &Item) -> Result<(String, bool), FilterError> {
    let same = |known: &&str| normalise(known) == normalise(&item.text);
    match field.form() {
        Form::Free => Ok((item.text.clone(), true)),
        Form::Usual(known) => Ok(match known().into_iter().find(same) {
            Some(known) => (known.to_owned(), true),
            None => (item.text.clone(), false),
        }),
        Form::OneOf(known) => {
            let name = field.as_str();
            let wrong = || {
                let near = did_you_mean(&item.text, known.iter().copied());
                let joint = if near.is_empty() { ";" } else { "" };
                let known = known.join(", ");
                item.error(format!("there is no {name} \"{}\"{near}{joint} {name} is one of {known}", item.text))
            };
            known.iter().copied().find(same).map(|known| (known.to_owned(), true)).ok_or_else(wrong)
        }
        Form::CountryCode => match country::code(&item.text) {
            Some(code) => Ok((code.to_owned(), true)),
            // A source may have a code of its own, as for a territory that ISO 3166 leaves out.
            None if country::is_code(&item.text) => Ok((item.text.to_ascii_uppercase(), false)),
            None => Err(item.error(mistakes::unknown_country(&item.text))),
        },
    }
}

fn numbers(field: NumberField, items: &[Item]) -> Result<Test, FilterError> {
    let (none, any, values) = absent_or_any(items);
    let mut spans = Vec::new();
    for item in values {
        spans.extend(span::numbers(&field, item)?);
    }
    Ok(Test::Number { field, spans, none, any })
}

fn taken(items: &[Item]) -> Result<Test, FilterError> {
    let (none, any, values) = absent_or_any(items);
    let spans = values.map(span::days).collect::<Result<_, _>>()?;
    Ok(Test::Taken { spans, none, any })
}

const PLACE: &str = "place:any or place:none";
const NEAR: &str = "near is latitude,longitude,radius in km or m: near:5.84,118.1,50km";
const BOX: &str = "box is west,south,east,north in degrees: box:116,4,127,22";
const POLYGON: &str = "polygon is longitude,latitude of three or more corners in degrees: polygon:116,4,127,4,127,22";
const HEXAGON: &str = "hexagon is the area of the grid's hexagons in km², row, column: hexagon:2500,12,40";
const LAYER: &str = "in is a layer of polygons and one or more of its areas: in:parks,\"Bako National Park\"";
const CELL: &str = "cell is one or more H3 cells of resolution 0 to 7: cell:856922a3fffffff";

fn place(items: &[Item], negated: bool) -> Result<Clause, FilterError> {
    let none = match items {
        [item] if item.is("none") => true,
        [item] if item.is("any") => false,
        _ => return Err(items[0].error(format!("expected {PLACE}"))),
    };
    Ok(Clause { negated: negated != none, test: Test::Place { area: Area::Any } })
}

fn degrees(item: &Item, limit: f64, form: &str) -> Result<f64, FilterError> {
    match span::finite(&item.text) {
        None => Err(item.error(format!("\"{}\" is not a number; {form}", item.text))),
        Some(number) if number.abs() > limit => {
            Err(item.error(format!("{number} is outside -{limit}..{limit}; {form}")))
        }
        Some(number) => Ok(number),
    }
}

fn near(items: &[Item]) -> Result<Area, FilterError> {
    let [latitude, longitude, radius] = items else {
        return Err(items[0].error(NEAR));
    };
    let text = radius.text.to_ascii_lowercase();
    let (number, metres) = match text.strip_suffix("km") {
        Some(number) => (number, 1000.0),
        None => (text.strip_suffix('m').unwrap_or_default(), 1.0),
    };
    let radius_m = span::finite(number).map(|number| number * metres).filter(|metres| *metres > 0.0);
    Ok(Area::Near {
        latitude: degrees(latitude, 90.0, NEAR)?,
        longitude: degrees(longitude, 180.0, NEAR)?,
        radius_m: radius_m
            .ok_or_else(|| radius.error(format!("\"{}\" is no distance in km or m; {NEAR}", radius.text)))?,
    })
}

fn boxed(items: &[Item]) -> Result<Area, FilterError> {
    let [west, south, east, north] = items else {
        return Err(items[0].error(BOX));
    };
    let area = (degrees(south, 90.0, BOX)?, degrees(north, 90.0, BOX)?);
    if area.0 > area.1 {
        return Err(south.error(format!("the south edge {} is north of the north edge {}; {BOX}", area.0, area.1)));
    }
    let (west, east) = (degrees(west, 180.0, BOX)?, degrees(east, 180.0, BOX)?);
    Ok(Area::Box { west, south: area.0, east, north: area.1 })
}

fn polygon(items: &[Item]) -> Result<Area, FilterError> {
    if items.len() < 6 || items.len() % 2 == 1 {
        return Err(items[0].error(POLYGON));
    }
    let corner = |pair: &[Item]| Ok([degrees(&pair[0], 540.0, POLYGON)?, degrees(&pair[1], 90.0, POLYGON)?]);
    Ok(Area::Polygon { ring: items.chunks(2).map(corner).collect::<Result<_, _>>()? })
}

fn hexagon(items: &[Item]) -> Result<Area, FilterError> {
    fn whole<T: FromStr>(item: &Item) -> Result<T, FilterError> {
        item.text.parse().map_err(|_| item.error(format!("\"{}\" is no such number; {HEXAGON}", item.text)))
    }
    let [km2, row, column] = items else {
        return Err(items[0].error(HEXAGON));
    };
    let area: u32 = whole(km2)?;
    if !equal_area::AREAS_KM2.contains(&area) {
        let (least, most) = (equal_area::AREAS_KM2.start(), equal_area::AREAS_KM2.end());
        return Err(km2.error(format!("a hexagon has {least} to {most} km², not {area}; {HEXAGON}")));
    }
    Ok(Area::Hexagon { km2: area, row: whole(row)?, column: whole(column)? })
}

fn layer_areas(items: &[Item]) -> Result<Area, FilterError> {
    let [layer, areas @ ..] = items else { return Err(items[0].error(LAYER)) };
    if areas.is_empty() {
        return Err(layer.error(format!("an area of the layer is missing; {LAYER}")));
    }
    let areas = areas.iter().map(|area| area.text.clone()).collect();
    Ok(Area::Layer { layer: layer.text.clone(), areas, geometry: Geometry::default() })
}

fn cells(items: &[Item]) -> Result<Area, FilterError> {
    let cell = |item: &Item| match area::cell(&item.text) {
        Some(cell) => Ok(cell.to_string()),
        None => Err(item.error(format!("\"{}\" is no such cell; {CELL}", item.text))),
    };
    Ok(Area::Cells { cells: items.iter().map(cell).collect::<Result<_, _>>()? })
}
