//! Threatened species that nobody photographed in the wild: gaps in the data, or in the access to the animals.

use std::collections::BTreeMap;

use serde_json::json;

use super::answer::{Answer, Shape, Table};
use super::marks;
use super::measure::Measure;
use super::red_list_layers::{StatusLayers, THREATENED};
use crate::explorer::View;
use crate::photo::SettingName;
use crate::photo::fields::SETTING;
use crate::photo::filter::ChoiceField;
use crate::photo::text::grouped;

/// Photos of a species.
#[derive(Clone, Copy, Default)]
struct Seen {
    photos: u64,
    free: u64,
    captive: u64,
}

/// The table of threatened species without a photo of a free animal.
pub(super) fn answer(view: &View, layers: &StatusLayers, limit: usize) -> Answer {
    let (species, setting) = (view.names("species"), view.names(SETTING));
    let mut seen: BTreeMap<&str, Seen> = BTreeMap::new();
    for row in view.rows() {
        let Some(code) = species.of(row) else { continue };
        let photos = seen.entry(species.value(code)).or_default();
        let setting = setting.of(row).map_or("unknown", |code| setting.value(code));
        photos.photos += 1;
        photos.free += u64::from(SettingName::is_free(setting));
        photos.captive += u64::from(SettingName::is_captive(setting));
    }
    let (known, branches) = layers.known(view.filter());
    let rank = |category: &str| THREATENED.iter().position(|threatened| *threatened == category);
    let mut threatened: Vec<_> =
        known.into_iter().filter_map(|(name, own)| Some((rank(own.category)?, name))).collect();
    let all = threatened.len();
    let photos_of = |name: &str| seen.get(name).copied().unwrap_or_default();
    threatened.retain(|(_, name)| photos_of(name).free == 0);
    threatened.sort_unstable();
    let missing = threatened.len();
    let without_photo = threatened.iter().filter(|(_, name)| photos_of(name).photos == 0).count();
    let field = ChoiceField::named("species");
    let (mut rows, mut filters) = (Vec::new(), Vec::new());
    for (_, name) in threatened.into_iter().take(limit) {
        let Seen { photos, captive, .. } = photos_of(name);
        let mut cells = vec![json!(name), json!(photos), json!(captive)];
        cells.extend(layers.cells(name));
        rows.push(cells);
        filters.push(marks::narrowed(view.filter(), &[], field.map(|field| marks::value(field, name))));
    }
    let which = if branches.is_empty() { "all of the tables".to_owned() } else { branches.join(", ") };
    let mut notes = vec![
        format!(
            "Of {} threatened species ({which}) {} have no photo of a free animal among the photos of the filter; {} of these have no photo at all.",
            grouped(all as u64),
            grouped(missing as u64),
            grouped(without_photo as u64)
        ),
        "Threatened: critically endangered, endangered, vulnerable. Free: the setting is wild, provisioned or urban; photos of unknown \
            setting do not count as free. A species without a photo here may have photos elsewhere."
            .to_owned(),
    ];
    if layers.is_empty() {
        notes.push(
            "There is no table with categories of the Red List; `gleaner reference add --kind taxa` adds one."
                .to_owned(),
        );
    }
    if missing > rows.len() {
        notes.push(format!("{} more rows are not listed.", grouped((missing - rows.len()) as u64)));
    }
    notes.extend(layers.0.iter().map(|(_, citation, _)| citation.clone()));
    let header = ["Species", "Photos", "Captive", "Category of the layer", "Assigned", "Layer"];
    Answer {
        title: "Threatened species never photographed wild".to_owned(),
        unit: Measure::Photos.unit().to_owned(),
        filter: view.filter().to_string(),
        notes,
        shape: Shape::Table(Table { header: header.map(str::to_owned).into(), rows, filters }),
    }
}
