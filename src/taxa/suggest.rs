//! Taxa for what a person types: by scientific name, or by a name in any language that is known.

use super::TaxonNames;
use crate::concepts::words::canonical;
use crate::photo::Taxon;
use crate::photo::suggest::did_you_mean;

/// Characters that must be typed before taxa are suggested.
const LEAST: usize = 2;

impl TaxonNames {
    /// Taxa with a name that begins with a text, or one of whose words does: those that have exactly this name first, then by scientific
    /// name; at most `limit`.
    pub fn suggest(&self, text: &str, limit: usize) -> Vec<&Taxon> {
        let text = canonical(text);
        if text.chars().count() < LEAST {
            return Vec::new();
        }
        let inside = format!(" {text}");
        // Taxon -> how far its best name is from the text.
        let mut found: std::collections::BTreeMap<usize, u8> = std::collections::BTreeMap::new();
        for (pattern, senses) in self.senses.iter().enumerate() {
            let name = self.matcher.pattern(pattern);
            let distance = match name.strip_prefix(&text) {
                Some("") => 0,
                Some(_) => 1,
                None if name.contains(&inside) => 2,
                None => continue,
            };
            for sense in senses {
                let best = found.entry(sense.taxon).or_insert(distance);
                *best = distance.min(*best);
            }
        }
        let mut found: Vec<(u8, &Taxon)> = found.into_iter().map(|(at, far)| (far, &self.taxa[at])).collect();
        found.sort_by(|a, b| (a.0, &a.1.scientific_name).cmp(&(b.0, &b.1.scientific_name)));
        found.into_iter().take(limit).map(|(_, taxon)| taxon).collect()
    }

    /// The taxon that a person means by a name: its scientific name, else a name that only one taxon has. The error says what may have
    /// been meant.
    pub fn meant(&self, name: &str) -> Result<&Taxon, String> {
        if let Some(taxon) = self.taxon(name) {
            return Ok(taxon);
        }
        let exact = self.matcher.named(&canonical(name)).map(|pattern| &self.senses[pattern]);
        let mut taxa: Vec<usize> = exact.into_iter().flatten().map(|sense| sense.taxon).collect();
        taxa.sort_unstable();
        taxa.dedup();
        match taxa[..] {
            [one] => Ok(&self.taxa[one]),
            [] => {
                let known = self.taxa.iter().map(|taxon| taxon.scientific_name.as_str());
                Err(format!(
                    "no taxon of this name is known: \"{name}\"{}; `gleaner reference add --kind taxa` adds tables of taxa",
                    did_you_mean(name, known)
                ))
            }
            _ => {
                let names: Vec<&str> = taxa.iter().map(|at| self.taxa[*at].scientific_name.as_str()).collect();
                Err(format!("\"{name}\" may mean {}: give the scientific name", names.join(", ")))
            }
        }
    }
}
