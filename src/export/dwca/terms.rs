//! The columns of a Darwin Core Archive: terms, and how they are read from a photo.

use std::borrow::Cow;

use crate::photo::{
    Classification, EvidenceKind, Identification, IdentificationBasis, LocationOrigin, Media, OrUnknown, Photo,
    SettingInForce, SettingName, Taken, Taxon,
};

/// The core table.
pub const OCCURRENCES: &str = "occurrence.txt";
/// The extension.
pub const MEDIA: &str = "multimedia.txt";

/// A column.
pub struct Term {
    /// The term's address.
    pub address: &'static str,
    /// Its value for a photo and the basis of record; `None`: the record does not say.
    pub read: for<'a> fn(&'a Photo, &'a str) -> Option<Cow<'a, str>>,
}

impl Term {
    /// The last part of the address.
    pub fn name(&self) -> &'static str {
        self.address.rsplit('/').next().unwrap_or(self.address)
    }
}

macro_rules! term {
    ($address:expr, $read:expr) => {
        Term { address: $address, read: $read }
    };
}

macro_rules! dwc {
    ($name:literal, $read:expr) => {
        term!(concat!("http://rs.tdwg.org/dwc/terms/", $name), $read)
    };
}

macro_rules! dcterms {
    ($name:literal, $read:expr) => {
        term!(concat!("http://purl.org/dc/terms/", $name), $read)
    };
}

/// The columns of `occurrence.txt` after the id.
pub const OCCURRENCE: &[Term] = &[
    dwc!("occurrenceID", |photo, _| Some(occurrence_id(photo).into())),
    dwc!("basisOfRecord", |_, basis| Some(basis.into())),
    // A photo shows what is there.
    dwc!("occurrenceStatus", |photo, _| photo.taxon_in_force().map(|_| "present".into())),
    dwc!("scientificName", |photo, _| photo.taxon_in_force().map(|taxon| taxon.scientific_name.as_str().into())),
    dwc!("taxonRank", |photo, _| photo.taxon_in_force()?.rank.as_deref().map(Cow::from)),
    dwc!("vernacularName", |photo, _| photo.taxon_in_force()?.vernacular_name.as_deref().map(Cow::from)),
    dwc!("kingdom", |photo, _| higher(photo, |all| &all.kingdom)),
    dwc!("phylum", |photo, _| higher(photo, |all| &all.phylum)),
    dwc!("class", |photo, _| higher(photo, |all| &all.class)),
    dwc!("order", |photo, _| higher(photo, |all| &all.order)),
    dwc!("family", |photo, _| higher(photo, |all| &all.family)),
    dwc!("genus", |photo, _| higher(photo, |all| &all.genus)),
    dwc!("verbatimIdentification", |photo, _| verbatim_identification(photo)),
    dwc!("identificationRemarks", |photo, _| photo.named_by().map(|basis| identification_remarks(basis).into())),
    dwc!("identificationVerificationStatus", |photo, _| {
        photo.observation.as_ref()?.quality_grade.as_deref().map(Cow::from)
    }),
    dwc!("degreeOfEstablishment", |photo, _| degree_of_establishment(photo).map(Cow::from)),
    dwc!("occurrenceRemarks", |photo, _| setting_remarks(photo).map(Cow::from)),
    dwc!("eventDate", |photo, _| event_date(photo).map(Cow::from)),
    dwc!("verbatimEventDate", |photo, _| {
        if event_date(photo).is_some() { None } else { photo.taken.as_ref()?.edtf().map(Cow::from) }
    }),
    dwc!("decimalLatitude", |photo, _| Some(photo.location.as_ref()?.latitude.to_string().into())),
    dwc!("decimalLongitude", |photo, _| Some(photo.location.as_ref()?.longitude.to_string().into())),
    dwc!("geodeticDatum", |photo, _| photo.location.as_ref().map(|_| "EPSG:4326".into())),
    dwc!("coordinateUncertaintyInMeters", |photo, _| {
        // Darwin Core: zero is not a valid value.
        let metres = photo.location.as_ref()?.uncertainty_m.filter(|metres| *metres > 0)?;
        Some(metres.to_string().into())
    }),
    dwc!("georeferenceRemarks", |photo, _| georeference_remarks(photo).map(Cow::from)),
    dwc!("dataGeneralizations", |photo, _| data_generalizations(photo).map(Cow::from)),
    dwc!("countryCode", |photo, _| photo.place.as_ref()?.country.as_deref().map(Cow::from)),
    dwc!("country", |photo, _| photo.place.as_ref()?.country_name.as_deref().map(Cow::from)),
    dwc!("stateProvince", |photo, _| photo.place.as_ref()?.subdivision.as_ref()?.name.as_deref().map(Cow::from)),
    dwc!("waterBody", |photo, _| photo.place.as_ref()?.sea.as_deref().map(Cow::from)),
    dwc!("datasetID", |photo, _| photo.dataset.as_ref().map(|dataset| dataset.key.as_str().into())),
    dwc!("datasetName", |photo, _| photo.dataset.as_ref()?.title.as_deref().map(Cow::from)),
    dcterms!("references", |photo, _| photo.landing_url.as_deref().map(Cow::from)),
    dcterms!("license", |photo, _| license(photo)),
    dcterms!("rightsHolder", |photo, _| photo.attribution.as_deref().map(Cow::from)),
];

/// The columns of `multimedia.txt` after the occurrence's id.
pub const MULTIMEDIA: &[Term] = &[
    dcterms!("type", |photo, _| {
        match &photo.media {
            OrUnknown::Known(Media::Photo) => Some("StillImage".into()),
            OrUnknown::Known(Media::Video) => Some("MovingImage".into()),
            _ => None,
        }
    }),
    dcterms!("format", |photo, _| Some(format!("image/{}", photo.file.as_ref()?.format.as_str()).into())),
    dcterms!("identifier", |photo, _| photo.image_url.as_deref().map(Cow::from)),
    dcterms!("references", |photo, _| photo.landing_url.as_deref().map(Cow::from)),
    dcterms!("title", |photo, _| Some(photo.title.as_str().into())),
    dcterms!("created", |photo, _| event_date(photo).map(Cow::from)),
    dcterms!("creator", |photo, _| photo.attribution.as_deref().map(Cow::from)),
    dcterms!("license", |photo, _| license(photo)),
    dcterms!("rightsHolder", |photo, _| photo.attribution.as_deref().map(Cow::from)),
];

/// The id of the occurrence: that of the observation, which may have several photos, else the photo's.
pub fn occurrence_id(photo: &Photo) -> String {
    match &photo.observation {
        Some(observation) => format!("{}:observation:{}", photo.id.source(), observation.id),
        None => photo.id.to_string(),
    }
}

/// The date, if it is one of ISO 8601-1, which Darwin Core wants. EDTF has more: `1998~`, `199X`, open intervals.
fn event_date(photo: &Photo) -> Option<String> {
    let edtf = photo.taken.as_ref().and_then(Taken::edtf)?;
    let plain = edtf.chars().all(|c| c.is_ascii_digit() || "-:+TZ/".contains(c));
    let closed = edtf.split('/').all(|end| !end.is_empty());
    (plain && closed).then_some(edtf)
}

/// `captive`, or of plants `cultivated`, if the source or the setting that counts says so. The vocabulary has no term for the
/// other settings: that an organism is not captive does not say native.
pub fn degree_of_establishment(photo: &Photo) -> Option<&'static str> {
    let flagged = photo.observation.as_ref().is_some_and(|observation| observation.captive == Some(true));
    let captive = flagged || matches!(photo.setting_in_force().name, SettingName::Captive | SettingName::Pet);
    let plant = photo.taxon_in_force().and_then(Taxon::group) == Some("Plantae");
    captive.then_some(if plant { "cultivated" } else { "captive" })
}

/// The setting that counts, how probable it is and what that rests on.
pub fn setting_remarks(photo: &Photo) -> Option<String> {
    let SettingInForce { name, probability, basis } = photo.setting_in_force();
    let basis = basis.filter(|_| name != SettingName::Unknown)?;
    let sure = probability.filter(|_| basis != EvidenceKind::Review).map(|p| format!(", probability {p:.2}"));
    Some(format!("setting: {name} (by {basis}{})", sure.unwrap_or_default()))
}

/// Where the coordinates come from.
pub fn georeference_remarks(photo: &Photo) -> Option<&'static str> {
    match photo.location.as_ref()?.origin {
        OrUnknown::Known(LocationOrigin::Source) => Some("geotag of the source"),
        OrUnknown::Known(LocationOrigin::Exif) => Some("coordinates in the file's metadata"),
        OrUnknown::Known(LocationOrigin::Title) => Some("a place named in the title; approximate"),
        OrUnknown::Unknown(_) => None,
    }
}

/// That the source moved the coordinates, and how far.
pub fn data_generalizations(photo: &Photo) -> Option<String> {
    let location = photo.location.as_ref().filter(|location| location.obscured)?;
    let within = location.uncertainty_m.map(|metres| format!(" by up to {metres} m")).unwrap_or_default();
    Some(format!("coordinates moved on purpose by the source{within}"))
}

fn higher(photo: &Photo, rank: fn(&Classification) -> &Option<String>) -> Option<Cow<'_, str>> {
    rank(photo.taxon_in_force()?.classification.as_ref()?).as_deref().map(Cow::from)
}

/// The words, tags or labels that name the taxon; the name at the source if another is accepted.
fn verbatim_identification(photo: &Photo) -> Option<Cow<'_, str>> {
    let (named, basis) = photo.named()?;
    if matches!(basis, IdentificationBasis::Source | IdentificationBasis::Review) {
        return (photo.taxon_in_force() != Some(named)).then(|| named.scientific_name.as_str().into());
    }
    let all = photo.identifications.iter().flat_map(|made| &made.all);
    let of_basis = all.filter(|each: &&Identification| each.basis.known() == Some(basis) && !each.taxa.is_empty());
    let words: Vec<&str> = of_basis.map(|each| each.verbatim.as_str()).collect();
    (!words.is_empty()).then(|| words.join(" | ").into())
}

fn identification_remarks(basis: IdentificationBasis) -> &'static str {
    match basis {
        IdentificationBasis::Review => "by a reviewer of the dataset, from the picture",
        IdentificationBasis::Source => "by the source of the record",
        IdentificationBasis::MachineTag => "from a machine tag of the photo's author",
        IdentificationBasis::Words => "from the words of title, description and tags; not verified",
        IdentificationBasis::Labels => "from labels that an image recognition service assigned; not verified",
        IdentificationBasis::Model => "from the classes of an image model; not verified",
    }
}

/// The address of the licence in force, else its identifier.
pub fn license(photo: &Photo) -> Option<Cow<'_, str>> {
    let license = photo.license_in_force()?;
    Some(license.url.clone().unwrap_or_else(|| license.id.clone()).into())
}
