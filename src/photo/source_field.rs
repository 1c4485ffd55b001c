//! The fields that a source gives with each record, and which of them an answer did not ask for.

use super::Photo;

/// A field that the source gives. An answer that asks for it and has none says that there is none; one that does not ask
/// leaves what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceField {
    /// [`Photo::title`].
    Title,
    /// [`Photo::description`].
    Description,
    /// [`Photo::tags`].
    Tags,
    /// [`Photo::machine_tags`].
    MachineTags,
    /// [`Photo::kind`].
    Kind,
    /// [`Photo::landing_url`].
    LandingUrl,
    /// [`Photo::sizes`].
    Sizes,
    /// [`Photo::views`].
    Views,
    /// [`Photo::faves`].
    Faves,
    /// [`Photo::comments`].
    Comments,
    /// [`Photo::license`].
    License,
    /// [`Photo::attribution`].
    Attribution,
    /// [`Photo::changes`].
    Changes,
    /// [`Photo::taken`].
    Taken,
    /// [`Photo::posted_at`].
    PostedAt,
    /// [`Photo::updated_at`].
    UpdatedAt,
    /// [`Photo::taxon`].
    Taxon,
    /// [`Photo::observation`].
    Observation,
    /// [`Photo::dataset`].
    Dataset,
    /// [`Photo::location`] and [`Photo::verbatim_coordinates`].
    Location,
}

impl SourceField {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::Title,
        Self::Description,
        Self::Tags,
        Self::MachineTags,
        Self::Kind,
        Self::LandingUrl,
        Self::Sizes,
        Self::Views,
        Self::Faves,
        Self::Comments,
        Self::License,
        Self::Attribution,
        Self::Changes,
        Self::Taken,
        Self::PostedAt,
        Self::UpdatedAt,
        Self::Taxon,
        Self::Observation,
        Self::Dataset,
        Self::Location,
    ];

    /// Copies the field from `known`, where `photo` has none.
    pub fn keep(self, photo: &mut Photo, known: &Photo) {
        self.copy(photo, known, false);
    }

    /// Copies the field from `known`, also where that has none.
    pub fn replace(self, photo: &mut Photo, known: &Photo) {
        self.copy(photo, known, true);
    }

    fn copy(self, photo: &mut Photo, known: &Photo, always: bool) {
        match self {
            Self::Title => set(&mut photo.title, &known.title, always),
            Self::Description => set(&mut photo.description, &known.description, always),
            Self::Tags => set(&mut photo.tags, &known.tags, always),
            Self::MachineTags => set(&mut photo.machine_tags, &known.machine_tags, always),
            Self::Kind => set(&mut photo.kind, &known.kind, always),
            Self::LandingUrl => set(&mut photo.landing_url, &known.landing_url, always),
            Self::Sizes => set(&mut photo.sizes, &known.sizes, always),
            Self::Views => set(&mut photo.views, &known.views, always),
            Self::Faves => set(&mut photo.faves, &known.faves, always),
            Self::Comments => set(&mut photo.comments, &known.comments, always),
            Self::License => set(&mut photo.license, &known.license, always),
            Self::Attribution => set(&mut photo.attribution, &known.attribution, always),
            Self::Changes => set(&mut photo.changes, &known.changes, always),
            Self::Taken => set(&mut photo.taken, &known.taken, always),
            Self::PostedAt => set(&mut photo.posted_at, &known.posted_at, always),
            Self::UpdatedAt => set(&mut photo.updated_at, &known.updated_at, always),
            Self::Taxon => set(&mut photo.taxon, &known.taxon, always),
            Self::Observation => set(&mut photo.observation, &known.observation, always),
            Self::Dataset => set(&mut photo.dataset, &known.dataset, always),
            Self::Location => {
                set(&mut photo.location, &known.location, always);
                set(&mut photo.verbatim_coordinates, &known.verbatim_coordinates, always);
            }
        }
    }
}

fn set<T: Clone + Default + PartialEq>(field: &mut T, known: &T, always: bool) {
    if always || *field == T::default() {
        field.clone_from(known);
    }
}
