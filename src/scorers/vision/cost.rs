//! What asking costs, by the price list: an estimate, since only Google knows what else the account was used for.

use std::fmt;

use serde::Serialize;

use super::request::MAX_IMAGES;
use crate::config;

/// The cost of a run that is to be confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// Different images that would be sent; each is one billed unit.
    pub images: u64,
    /// Calls, at least.
    pub calls: u64,
    /// Images of this month that cost nothing, as far as this dataset knows.
    pub free: u64,
    /// US dollars for 1,000 images.
    pub usd_per_1000: f64,
    /// US dollars in all.
    pub usd: f64,
}

impl Estimate {
    /// The cost of `images`, when `this_month` were sent already.
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
        // What is not free has a price, else it would have been paid for above.
        self.images.min(self.free + (usd.max(0.0) / self.usd_per_1000 * 1_000.0) as u64)
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { images, calls, free, usd_per_1000, usd } = self;
        write!(
            f,
            "{images} images in {calls} calls: about {usd:.2} USD ({usd_per_1000:.2} USD for 1,000, {free} free ones left this month \
             as far as this dataset knows; an estimate, the bill is Google's)"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_thousand_of_a_month_are_free_and_the_rest_has_its_price() {
        let settings = config::Vision::default();
        let cost = |images, before| Estimate::new(images, before, &settings);
        assert_eq!((cost(0, 0).usd, cost(1_000, 0).usd, cost(1_000, 0).calls), (0.0, 0.0, 63));
        assert!((cost(3_000, 0).usd - 3.0).abs() < 1e-9);
        assert!((cost(3_000, 5_000).usd - 4.5).abs() < 1e-9);
        assert_eq!(cost(3_000, 400).free, 600);
    }

    #[test]
    fn a_cap_admits_what_it_pays_for() {
        let settings = config::Vision::default();
        let cost = Estimate::new(3_000, 500, &settings);
        assert_eq!([0.0, 1.5, 3.0, 9.0].map(|usd| cost.images_for(usd)), [500, 1_500, 2_500, 3_000]);
        let nothing = Estimate::new(30, 0, &config::Vision { usd_per_1000: 0.0, ..settings });
        assert_eq!(nothing.images_for(0.0), 30);
    }
}
