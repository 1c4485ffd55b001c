//! What is counted: photos, photographers, or photo-user-days, in groups.

use std::collections::BTreeMap;

use rayon::slice::ParallelSliceMut;

use super::{Parameter, ParameterKind, Request};
use crate::explorer::{Day, PhotoRow, View};
use crate::photo::text::counted;

/// The parameter that chooses what is counted.
pub const UNIT: Parameter = Parameter {
    name: "unit",
    help: "What is counted: photo-user-days (distinct owner and day), photographers (distinct owners), or photos",
    kind: ParameterKind::Choice(&["user-days", "photographers", "photos"]),
    default: Some("user-days"),
};

/// The note where both filters of a comparison are the same.
pub const COMPARED_WITH_ITSELF: &str = "Both filters are the same, so the photos are compared with themselves.";

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Distinct pairs of owner and day.
    UserDays,
    /// Distinct owners.
    Photographers,
    /// Photos.
    Photos,
}

impl Measure {
    /// The measure that a request asks for with [`UNIT`].
    pub fn of(request: &Request) -> Self {
        match request.text(UNIT.name) {
            "photographers" => Self::Photographers,
            "photos" => Self::Photos,
            _ => Self::UserDays,
        }
    }

    /// The unit to display.
    pub fn unit(self) -> &'static str {
        match self {
            Self::UserDays => "photo-user-days",
            Self::Photographers => "photographers",
            Self::Photos => "photos",
        }
    }
}

/// The counts of one group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Photos.
    pub photos: u64,
    /// Distinct owners, of photos with a known owner.
    pub photographers: u64,
    /// Distinct pairs of owner and day, of photos with a known owner whose date is known to the day.
    pub user_days: u64,
}

impl Group {
    /// The count of a measure.
    pub fn value(&self, measure: Measure) -> u64 {
        match measure {
            Measure::UserDays => self.user_days,
            Measure::Photographers => self.photographers,
            Measure::Photos => self.photos,
        }
    }
}

/// Photos by group.
#[derive(Clone, Debug)]
pub struct Tally<K> {
    /// The counts of each group with a photo.
    pub groups: BTreeMap<K, Group>,
    /// The counts of all groups together: a photographer of two groups counts once.
    pub all: Group,
    /// Photos of no group.
    pub of_no_group: u64,
    /// Photos of a group without a known owner.
    pub without_owner: u64,
    /// Photos of a group with a known owner whose date is not known to the day.
    pub without_day: u64,
}

impl<K: Copy + Ord + Send> Tally<K> {
    /// Counts photos in groups; `None` is no group.
    pub fn of(view: &View, rows: impl IntoIterator<Item = PhotoRow>, group: impl Fn(PhotoRow) -> Option<K>) -> Self {
        Self::of_many(view, rows.into_iter().map(|row| (row, group(row))))
    }

    /// Counts photos, each in any number of groups.
    pub fn of_many<G: IntoIterator<Item = K>>(view: &View, rows: impl IntoIterator<Item = (PhotoRow, G)>) -> Self {
        let mut entries: Vec<(K, u32, Option<Day>)> = Vec::new();
        let mut people: Vec<(u32, Option<Day>)> = Vec::new();
        let mut of_no_group = 0;
        for (row, groups) in rows {
            let (owner, day, before) = (view.owner(row).unwrap_or(0), view.day(row), entries.len());
            entries.extend(groups.into_iter().map(|key| (key, owner, day)));
            if entries.len() == before {
                of_no_group += 1;
            } else {
                people.push((owner, day));
            }
        }
        entries.par_sort_unstable();
        people.par_sort_unstable();
        let same = entries.chunk_by(|a, b| a.0 == b.0);
        let counted = same.map(|same| (same[0].0, group_of(same.iter().map(|(_, owner, day)| (*owner, *day)))));
        Self {
            groups: counted.collect(),
            of_no_group,
            without_owner: people.iter().filter(|(owner, _)| *owner == 0).count() as u64,
            without_day: people.iter().filter(|(owner, day)| *owner > 0 && day.is_none()).count() as u64,
            all: group_of(people.into_iter()),
        }
    }

    /// What was counted and what was left out, in sentences. `no_group` says which photos have no group.
    pub fn notes(&self, measure: Measure, no_group: &str) -> Vec<String> {
        let no_day = if measure == Measure::UserDays { self.without_day } else { 0 };
        let no_owner = if measure == Measure::Photos { 0 } else { self.without_owner };
        let value = counted(self.all.value(measure), measure.unit().trim_end_matches('s'));
        let photos = counted(self.all.photos - no_owner - no_day, "photo");
        let counted = match measure {
            Measure::Photos => format!("Counted: {value}."),
            Measure::Photographers => format!("Counted: {value} in {photos}."),
            Measure::UserDays => format!("Counted: {value} (distinct owner and day) in {photos}."),
        };
        let left_out =
            [(self.of_no_group, no_group), (no_owner, "without a known owner"), (no_day, "taken on an unknown day")];
        let left_out = left_out.into_iter().filter_map(|(photos, which)| self::left_out(photos, "photo", which));
        std::iter::once(counted).chain(left_out).collect()
    }
}

/// What an answer leaves out, in a sentence; nothing if that is nothing. `which` says which photos, of one or many: `without
/// coordinates`.
pub fn left_out(count: u64, noun: &str, which: &str) -> Option<String> {
    (count > 0).then(|| format!("Left out: {} {which}.", counted(count, noun)))
}

/// The counts of one group, of its photos' owners (0: unknown) and days in order.
fn group_of(photos: impl ExactSizeIterator<Item = (u32, Option<Day>)>) -> Group {
    let (mut group, mut before) = (Group { photos: photos.len() as u64, ..Group::default() }, None);
    for (owner, day) in photos.filter(|(owner, _)| *owner > 0) {
        group.photographers += u64::from(before.is_none_or(|(known, _)| known != owner));
        group.user_days += u64::from(day.is_some() && before != Some((owner, day)));
        before = Some((owner, day));
    }
    group
}
