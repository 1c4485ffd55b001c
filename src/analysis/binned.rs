//! Bins of a raster of numbers, such as elevation, at the places of encounters.

use rayon::prelude::*;

use super::AnalysisError;
use super::bins::plain;
use super::measure::left_out;
use super::selection_ratio::Observation;
use crate::layers::{DiscValues, NumberLayer};

/// The most bins.
const MOST: i64 = 200;
/// Bins that a width is chosen for.
const USUAL: f64 = 10.0;

/// Which encounters have no value, after their number.
pub const NO_VALUE: &str = "where the layer has no value";

/// An encounter: its owner, its point in degrees, and its uncertainty in metres.
pub type Place = (u32, (f64, f64), f64);

/// Encounters in bins.
pub struct Binned {
    /// The bins in ascending order, `200 to 400 m`.
    pub labels: Vec<String>,
    /// The encounters that are asked about.
    pub used: Vec<Observation>,
    /// Those that they are compared with.
    pub available: Vec<Observation>,
    /// What was left out, and the means.
    pub notes: Vec<String>,
}

/// The values in the discs of encounters.
struct Values {
    /// Owner and values.
    found: Vec<(u32, DiscValues)>,
    without: usize,
}

fn values(places: &[Place], layer: &NumberLayer) -> Values {
    let value = |(owner, (latitude, longitude), radius): &Place| {
        Some((*owner, layer.raster.disc(*latitude, *longitude, *radius)?))
    };
    let found: Vec<_> = places.par_iter().filter_map(value).collect();
    let without = places.len() - found.len();
    Values { found, without }
}

/// The encounters by the mean of the values in their disc. An encounter whose disc has values further apart than the width of a bin
/// is left out and counted. `width` is in the layer's unit; 0 chooses a round one that makes about ten bins.
pub fn binned(used: &[Place], available: &[Place], layer: &NumberLayer, width: f64) -> Result<Binned, AnalysisError> {
    let (used, available) = (values(used, layer), values(available, layer));
    let width = if width > 0.0 { width } else { round_width(&available.found) };
    let fits = |(_, disc): &&(u32, DiscValues)| disc.max - disc.min <= width;
    let bin = |disc: &DiscValues| (disc.mean / width).floor() as i64;
    let kept = |values: &Values| values.found.iter().filter(fits).copied().collect::<Vec<_>>();
    let (kept_used, kept_available) = (kept(&used), kept(&available));
    let bins = kept_used.iter().chain(&kept_available).map(|(_, disc)| bin(disc));
    let (first, last) = (bins.clone().min().unwrap_or(0), bins.max().unwrap_or(-1));
    if last - first >= MOST {
        let why = format!("bins of {} {} would be more than {MOST}; choose wider ones", plain(width), layer.unit);
        return Err(AnalysisError::Layer(why));
    }
    let observation = |(observer, disc): &(u32, DiscValues)| Observation {
        observer: *observer,
        classes: vec![((bin(disc) - first) as usize, 1.0)],
    };
    let edge = |bin: i64| plain(bin as f64 * width);
    let mut notes = vec![
        format!(
            "Values are means within the disc of uncertainty of each encounter, in bins of {} {}.",
            plain(width),
            layer.unit
        ),
        format!(
            "{}; of what it is compared with: {}.",
            described(&kept_used, &layer.unit),
            described(&kept_available, &layer.unit)
        ),
    ];
    for (count, which) in [
        (used.found.len() - kept_used.len(), "with values in their disc of uncertainty that differ by more than a bin"),
        (used.without, NO_VALUE),
    ] {
        notes.extend(left_out(count as u64, "encounter", which));
    }
    Ok(Binned {
        labels: (first..=last).map(|bin| format!("{} to {} {}", edge(bin), edge(bin + 1), layer.unit)).collect(),
        used: kept_used.iter().map(observation).collect(),
        available: kept_available.iter().map(observation).collect(),
        notes,
    })
}

fn described(values: &[(u32, DiscValues)], unit: &str) -> String {
    if values.is_empty() {
        return "no encounter has a value".to_owned();
    }
    let mean = values.iter().map(|(_, disc)| disc.mean).sum::<f64>() / values.len() as f64;
    let min = values.iter().map(|(_, disc)| disc.min).fold(f64::INFINITY, f64::min);
    let max = values.iter().map(|(_, disc)| disc.max).fold(f64::NEG_INFINITY, f64::max);
    format!("mean {} {unit}, from {} to {}", plain(mean), plain(min), plain(max))
}

/// A tenth of the range of most values, rounded up to 1, 2 or 5 times a power of ten.
fn round_width(values: &[(u32, DiscValues)]) -> f64 {
    let mut means: Vec<f64> = values.iter().map(|(_, disc)| disc.mean).collect();
    means.sort_by(f64::total_cmp);
    let at =
        |share: f64| means.get(((means.len() as f64 - 1.0) * share).round().max(0.0) as usize).copied().unwrap_or(0.0);
    let wanted = (at(0.98) - at(0.02)) / USUAL;
    if wanted <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(wanted.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * power >= wanted * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_round_and_make_about_ten_bins() {
        let width = |most: u32| {
            let of = |mean: u32| DiscValues { mean: f64::from(mean), min: 0.0, max: 0.0, pixels: 1 };
            round_width(&(0..=most).map(|mean| (0, of(mean))).collect::<Vec<_>>())
        };
        assert_eq!([width(0), width(1_000), width(4_000), width(90)].map(|width| width as u32), [1, 100, 500, 10]);
        assert_eq!(round_width(&[]) as u32, 1);
    }
}
