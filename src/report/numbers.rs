//! The numbers of a report, counted as the analyses count them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::analysis::Tally;
use crate::explorer::View;
use crate::photo::SettingName;
use crate::photo::fields::{SETTING, UNCERTAINTY};

/// Numbers of the photos that pass the filter.
#[derive(Clone, Debug, Default)]
pub struct Numbers {
    /// Distinct owners, of photos with a known owner.
    pub photographers: u64,
    /// Photos without a known owner.
    pub without_owner: u64,
    /// Distinct pairs of owner and day.
    pub user_days: u64,
    /// Photos whose day is known.
    pub with_day: u64,
    /// The first and the last day.
    pub days: Option<(Date, Date)>,
    /// Photos with coordinates.
    pub with_coordinates: u64,
    /// Of these, photos whose uncertainty is known.
    pub with_uncertainty: u64,
    /// Countries.
    pub countries: u64,
    /// What the taxa rest on -> photos.
    pub identified_by: BTreeMap<String, u64>,
    /// Photos of captive animals and pets.
    pub captive: u64,
}

impl Numbers {
    /// Counts the photos of a view.
    pub fn of(view: &View) -> Self {
        let tally = Tally::of(view, view.rows(), |_| Some(()));
        let (country, basis, setting) = (view.names("country"), view.names("identified_by"), view.names(SETTING));
        let uncertainty = view.counts(UNCERTAINTY);
        let mut numbers = Self {
            photographers: tally.all.photographers,
            without_owner: tally.without_owner,
            user_days: tally.all.user_days,
            ..Self::default()
        };
        let (mut days, mut countries) = (BTreeSet::new(), BTreeSet::new());
        for row in view.rows() {
            if let Some(day) = view.day(row) {
                numbers.with_day += 1;
                days.insert(day);
            }
            if view.point(row).is_some() {
                numbers.with_coordinates += 1;
                numbers.with_uncertainty += u64::from(uncertainty.of(row).is_some());
            }
            countries.extend(country.of(row));
            if let Some(code) = basis.of(row) {
                *numbers.identified_by.entry(basis.value(code).to_owned()).or_default() += 1;
            }
            let is_captive = |code: u32| SettingName::is_captive(setting.value(code));
            numbers.captive += u64::from(setting.of(row).is_some_and(is_captive));
        }
        numbers.days = days.first().zip(days.last()).map(|(first, last)| (first.date(), last.date()));
        numbers.countries = countries.len() as u64;
        numbers
    }
}
