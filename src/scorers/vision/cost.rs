//! The cost of calls by the price list. It is an estimate: only Google knows what else the account was used for.

use std::fmt;

use serde::Serialize;

use super::request::MAX_IMAGES;
use crate::config;

/// The cost of a run, shown for confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// Distinct images to send; each is one billed unit.
    pub images: u64,
    /// Minimum number of calls.
    pub calls: u64,
    /// Free images left this month, as far as this dataset knows.
    pub free: u64,
    /// US dollars per 1,000 images.
    pub usd_per_1000: f64,
    /// Total in US dollars.
    pub usd: f64,
}

impl Estimate {
    /// The cost of `images` if `this_month` were already sent.
    pub fn new(images: u64, this_month: u64, settings: &config::Vision) -> Self {
        let free = settings.free_per_month.saturating_sub(this_month);
        let usd_per_1000 = settings.usd_per_1000;
        let usd = images.saturating_sub(free) as f64 * usd_per_1000 / 1_000.0;
        Self { images, calls: images.div_ceil(MAX_IMAGES as u64), free, usd_per_1000, usd }
    }

    /// How many of the images `usd` pays for.
    pub fn images_for(&self, usd: f64) -> u64 {
        if self.usd <= usd {
            return self.images;
        }
        // The division is safe: images that are not free have a price, or the check above would have returned.
        self.images.min(self.free + (usd.max(0.0) / self.usd_per_1000 * 1_000.0) as u64)
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { images, calls, free, usd_per_1000, usd } = self;
        write!(
            f,
            "{images} images in {calls} calls: about {usd:.2} USD ({usd_per_1000:.2} USD per 1,000; {free} free images left this month \
             as far as this dataset knows; an estimate, the bill is Google's)"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_thousand_images_of_a_month_are_free() {
        let settings = config::Vision::default();
        let cost = |images, before| Estimate::new(images, before, &settings);
        assert_eq!((cost(0, 0).usd, cost(1_000, 0).usd, cost(1_000, 0).calls), (0.0, 0.0, 63));
        assert!((cost(3_000, 0).usd - 3.0).abs() < 1e-9);
        assert!((cost(3_000, 5_000).usd - 4.5).abs() < 1e-9);
        assert_eq!(cost(3_000, 400).free, 600);
    }

    #[test]
    fn a_cost_limit_allows_the_images_it_covers() {
        let settings = config::Vision::default();
        let cost = Estimate::new(3_000, 500, &settings);
        assert_eq!([0.0, 1.5, 3.0, 9.0].map(|usd| cost.images_for(usd)), [500, 1_500, 2_500, 3_000]);
        let nothing = Estimate::new(30, 0, &config::Vision { usd_per_1000: 0.0, ..settings });
        assert_eq!(nothing.images_for(0.0), 30);
    }
}
