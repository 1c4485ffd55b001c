//! What numbers about wild and captive animals rest on.

use std::collections::BTreeMap;

use crate::explorer::View;
use crate::photo::EvidenceKind;
use crate::photo::fields::{SETTING, SETTING_BASIS};
use crate::photo::text::grouped;

/// Photos that do not show a captive animal, a pet or an object, as far as anything says so.
pub const NOT_WILD: &str = "-setting:captive,pet,object";

/// How many photos of the view have a known setting, and by which evidence, in a sentence.
pub fn rests_on(view: &View) -> String {
    let (setting, basis) = (view.names(SETTING), view.names(SETTING_BASIS));
    let mut by: BTreeMap<&str, u64> = BTreeMap::new();
    let mut known = 0;
    for row in view.rows() {
        let is_known = setting.of(row).is_some_and(|code| setting.value(code) != "unknown");
        if let Some(code) = basis.of(row).filter(|_| is_known) {
            known += 1;
            *by.entry(basis.value(code)).or_default() += 1;
        }
    }
    let by: Vec<String> = EvidenceKind::NAMES
        .iter()
        .filter_map(|kind| Some(format!("{} by {}", grouped(*by.get(kind)?), described(kind))))
        .collect();
    let by = if by.is_empty() { String::new() } else { format!(" ({})", by.join(", ")) };
    format!("Of {} photos the setting of {} is known{by}.", grouped(view.total()), grouped(known))
}

fn described(kind: &str) -> &str {
    match kind {
        "place" => "the name of the place",
        "source" => "their source",
        "score" => "a score",
        "distance" => "the distance to a zoo",
        "range" => "the range of the species",
        "review" => "a reviewer",
        other => other,
    }
}
