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
    /// [`Photo::location`].
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
        match self {
            Self::Title => fill(&mut photo.title, &known.title),
            Self::Description => fill(&mut photo.description, &known.description),
            Self::Tags => fill(&mut photo.tags, &known.tags),
            Self::MachineTags => fill(&mut photo.machine_tags, &known.machine_tags),
            Self::Kind => fill(&mut photo.kind, &known.kind),
            Self::LandingUrl => fill(&mut photo.landing_url, &known.landing_url),
            Self::Sizes => fill(&mut photo.sizes, &known.sizes),
            Self::Views => fill(&mut photo.views, &known.views),
            Self::Faves => fill(&mut photo.faves, &known.faves),
            Self::Comments => fill(&mut photo.comments, &known.comments),
            Self::License => fill(&mut photo.license, &known.license),
            Self::Attribution => fill(&mut photo.attribution, &known.attribution),
            Self::Changes => fill(&mut photo.changes, &known.changes),
            Self::Taken => fill(&mut photo.taken, &known.taken),
            Self::PostedAt => fill(&mut photo.posted_at, &known.posted_at),
            Self::UpdatedAt => fill(&mut photo.updated_at, &known.updated_at),
            Self::Taxon => fill(&mut photo.taxon, &known.taxon),
            Self::Observation => fill(&mut photo.observation, &known.observation),
            Self::Dataset => fill(&mut photo.dataset, &known.dataset),
            Self::Location => fill(&mut photo.location, &known.location),
        }
    }
}

fn fill<T: Clone + Default + PartialEq>(field: &mut T, known: &T) {
    if *field == T::default() {
        field.clone_from(known);
    }
}
