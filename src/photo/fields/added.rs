//! Scores, labels, and fields that were added later. Their columns come after all others.

use super::record::{known, made};
use super::{Caption, Chart, Facet, Field, Form, Kind, NOTHING, Name, Names, column};
use super::{caption, read};
use crate::photo::{ICONIC_GROUPS, IdentificationBasis, OrUnknown, PictureKind, RED_LIST, Taxon};

pub(super) static FIELDS: &[Field] = &[
    Field {
        name: "score.NAME",
        label: "Score",
        unknown: "Not scored",
        kind: Kind::Scores,
        examples: &["score.monkey:>=0.45", "score.\"wild animal\":none"],
        meaning: "have such a score for the concept NAME; `score.NAME@vision` (`local`, `trained`, `text`, `review`) is \
            the score of one scorer. `score.NAME:<0` selects scores below the service's reporting minimum",
        facet: Some(Facet { rank: 20, open: true }),
        chart: Some(Chart { rank: 80, title: "Score" }),
        caption: Some(Caption { rank: 50, name: "scores", text: caption::scores }),
        ..NOTHING
    },
    Field {
        name: "labels",
        columns: &[column(
            "labels",
            "JSON; in JSON Lines an object",
            "for each service all labels that it returned: `version`, `at`, and `labels` with `description` and \
                `score`, best first; an empty list: it looked and found nothing; `refused` instead says why it never \
                will be able to look",
        )],
        ..NOTHING
    },
    Field {
        name: "kind",
        label: "Kind of picture",
        unknown: "Kind not given",
        kind: Names::one_of(|photo| known(photo.kind.as_ref().map(OrUnknown::as_str)), PictureKind::NAMES),
        examples: &["kind:screenshot", "-kind:screenshot,illustration"],
        meaning: "have that kind according to their source: `photo`, `screenshot`, `illustration` (or other art), `virtual` \
            (photographs of games and virtual worlds)",
        facet: Some(Facet { rank: 85, open: false }),
        columns: &[column(
            "kind",
            "text",
            "kind according to the source: `photo`, `screenshot`, `illustration`, `virtual`",
        )],
        ..NOTHING
    },
    Field {
        name: "taxon",
        label: "Taxon",
        unknown: "No taxon",
        kind: Kind::Branches(read::taxa),
        examples: &["taxon:\"Macaca fascicularis\"", "taxon:Macaca", "taxon:monkeys"],
        meaning: "show that taxon or one below it (scientific name; `monkeys` are Simiiformes without Hominoidea). What counts is \
            what the source says, else machine tags, words and labels",
        facet: Some(Facet { rank: 42, open: false }),
        search: Some(|photo, add| {
            let taxa = photo.taxon.iter().chain(photo.taxon_in_force());
            taxa.flat_map(|taxon| taxon.vernacular_name.iter().chain([&taxon.scientific_name]))
                .for_each(|name| add(name));
        }),
        searched_as: "taxon",
        columns: &[
            column("taxon.scientific_name", "text", "DwC `scientificName`, according to the source"),
            column("taxon.vernacular_name", "text", "DwC `vernacularName`"),
            column("taxon.source_id", "text", "the source's own id of the taxon"),
        ],
        ..NOTHING
    },
    Field {
        name: "taxon_rank",
        label: "Taxon rank",
        unknown: "No taxon",
        kind: Names::usual(
            |photo| known(photo.taxon_in_force().and_then(|taxon| taxon.rank.as_deref())),
            || TAXON_RANKS.to_vec(),
        ),
        examples: &["taxon_rank:species,subspecies"],
        meaning: "are identified to that rank",
        columns: &[column("taxon.rank", "text", "DwC `taxonRank`: `species`")],
        ..NOTHING
    },
    Field {
        name: "group",
        label: "Group",
        unknown: "No group",
        kind: Names::usual(|photo| known(photo.taxon_in_force().and_then(Taxon::group)), || ICONIC_GROUPS.to_vec()),
        examples: &["group:Mammalia"],
        meaning: "show a taxon of that large group (iNaturalist's iconic taxa)",
        facet: Some(Facet { rank: 43, open: false }),
        columns: &[column("taxon.iconic_group", "text", "the large group to which the source assigns the taxon")],
        ..NOTHING
    },
    Field {
        name: "observation",
        columns: &[column(
            "observation.id",
            "text",
            "the source's own id of the observation, which may have several photos",
        )],
        ..NOTHING
    },
    Field {
        name: "quality",
        label: "Quality grade",
        unknown: "No quality grade",
        kind: Names::usual(
            |photo| known(photo.observation.as_ref().and_then(|observation| observation.quality_grade.as_deref())),
            || vec!["research", "needs_id", "casual"],
        ),
        examples: &["quality:research"],
        meaning: "belong to an observation of that grade (iNaturalist: `research`, `needs_id`, `casual`)",
        facet: Some(Facet { rank: 44, open: false }),
        columns: &[column(
            "observation.quality_grade",
            "text",
            "how well the observation is documented and identified",
        )],
        ..NOTHING
    },
    Field {
        name: "captive",
        label: "Captive",
        unknown: "Not specified",
        kind: Names::one_of(
            |photo| known(photo.observation.as_ref().and_then(|observation| observation.captive).map(yes_or_no)),
            &["yes", "no"],
        ),
        examples: &["captive:no"],
        meaning: "show a captive or cultivated organism (`yes`), or a wild one (`no`)",
        facet: Some(Facet { rank: 45, open: false }),
        columns: &[column("observation.captive", "true/false", "the organism was captive or cultivated")],
        ..NOTHING
    },
    Field {
        name: "obscured",
        label: "Obscured coordinates",
        unknown: "No coordinates",
        kind: Names::one_of(
            |photo| known(photo.location.as_ref().map(|location| yes_or_no(location.obscured))),
            &["yes", "no"],
        ),
        examples: &["obscured:no"],
        meaning: "have coordinates that the source moved on purpose (`yes`), or not (`no`)",
        columns: &[column(
            "location.obscured",
            "true/false",
            "the source moved the coordinates on purpose; `location.uncertainty_m` is the distance",
        )],
        ..NOTHING
    },
    Field {
        name: "zone",
        columns: &[
            column("taken.utc_offset", "text", "difference of `taken.local` from UTC, if known: `+08:00`"),
            column("taken.time_zone", "text", "the time zone of `taken.local`, if the source gives it"),
        ],
        ..NOTHING
    },
    Field {
        name: "from_file",
        columns: &[
            column("location.altitude_m", "metres", "above sea level; EXIF `GPSAltitude`"),
            column(
                "location.direction_deg",
                "degrees",
                "where the camera looked, clockwise from north; EXIF `GPSImgDirection`",
            ),
            column(
                "from_file",
                "list of texts",
                "which of `taken`, `location`, `title`, `description` are from the file's EXIF, IPTC or XMP",
            ),
            column("file.end_marker_added", "true/false", "every pixel was received, the end marker was not"),
            column(
                "file.not_decoded",
                "text",
                "why the image has no thumbnail: decoding takes more memory than the limit",
            ),
        ],
        ..NOTHING
    },
    Field {
        name: "locality",
        label: "Quarter",
        unknown: "No quarter",
        kind: Kind::Names(Names {
            read: |photo| made(read::locality_name, photo),
            form: Form::Free,
            also: |name| name.rsplit_once(", ").map(|(quarter, _)| quarter),
        }),
        examples: &["locality:Kreuzberg", "locality:\"Kreuzberg, Berlin\""],
        meaning: "were taken in that quarter of a city, or have it nearest",
        facet: Some(Facet { rank: 65, open: false }),
        search: Some(|photo, add| {
            photo.place.iter().filter_map(|place| place.locality.as_ref()).for_each(|quarter| add(&quarter.name));
        }),
        searched_as: "quarter",
        columns: &[
            column("place.locality.name", "text", "the quarter of the city (GeoNames), where one is near"),
            column("place.locality.geonameid", "number", "its GeoNames id"),
            column("place.locality.distance_km", "kilometres", "great circle from its centre to the photo"),
            column("place.locality.direction", "text", "direction of the photo from it (`SE`)"),
        ],
        ..NOTHING
    },
    Field {
        name: "interval",
        columns: &[
            column(
                "taken.interval.start_granularity",
                "text",
                "of an interval the precision of its start, `taken.local`",
            ),
            column(
                "taken.interval.end",
                "date and time, no zone",
                "its end, included as far as it is exact; empty: open",
            ),
            column("taken.interval.end_granularity", "text", "the precision of the end"),
            column("taken.interval.end_utc_offset", "text", "difference of the end from UTC, if known: `+08:00`"),
            column(
                "taken.edtf",
                "text",
                "the whole date in ISO 8601 and its part 2, EDTF (DwC `eventDate`): `2019-05`, `1998~` (about), `199X`, \
                    `2006-07/2006-08`",
            ),
        ],
        ..NOTHING
    },
    Field {
        name: "criteria",
        columns: &[
            column(
                "searches.criteria",
                "list of texts",
                "what each search asked for besides words and box: `country:PH taken:2015.. license:open`",
            ),
            column("searches.language", "list of texts", "language of a translated term (BCP 47)"),
            column("searches.source", "list of texts", "the source that was searched, if it is not the photo's own"),
        ],
        ..NOTHING
    },
    Field {
        name: "animation",
        columns: &[column(
            "file.animation_removed",
            "true/false",
            "the animation was not in order; its default image is kept",
        )],
        ..NOTHING
    },
    Field {
        name: "iucn",
        label: "Red List category",
        unknown: "Not assessed",
        kind: Names::usual(
            |photo| known(photo.taxon_in_force().and_then(|taxon| taxon.iucn_category.as_deref())),
            || RED_LIST.map(|(code, _)| code).to_vec(),
        ),
        examples: &["iucn:VU,EN,CR"],
        meaning: "show a taxon of that category of the IUCN Red List, according to the source (GBIF)",
        facet: Some(Facet { rank: 46, open: false }),
        columns: &[column("taxon.iucn_category", "text", "the taxon's category on the IUCN Red List: `VU`")],
        ..NOTHING
    },
    Field {
        name: "species",
        label: "Species",
        unknown: "No species",
        kind: Names::free(|photo| known(photo.taxon_in_force().and_then(Taxon::species))),
        examples: &["species:\"Macaca fascicularis\"", "species:any"],
        meaning: "show that species, also where a subspecies is named",
        facet: Some(Facet { rank: 49, open: false }),
        chart: Some(Chart { rank: 85, title: "Species" }),
        columns: &[
            column("taxon.classification.kingdom", "text", "DwC `kingdom`, where the source gives it (GBIF)"),
            column("taxon.classification.phylum", "text", "DwC `phylum`"),
            column("taxon.classification.class", "text", "DwC `class`"),
            column("taxon.classification.order", "text", "DwC `order`"),
            column("taxon.classification.family", "text", "DwC `family`"),
            column("taxon.classification.genus", "text", "DwC `genus`"),
        ],
        ..NOTHING
    },
    Field {
        name: "dataset",
        label: "Published dataset",
        unknown: "No dataset",
        kind: Names::free(|photo| {
            known(photo.dataset.as_ref().map(|dataset| dataset.title.as_ref().unwrap_or(&dataset.key).as_str()))
        }),
        examples: &["dataset:\"Observations of monkeys\""],
        meaning: "belong to that published dataset (GBIF): its title, or its key where there is no title",
        facet: Some(Facet { rank: 122, open: false }),
        columns: &[
            column(
                "dataset.key",
                "text",
                "the source's key of the published dataset to cite (GBIF: `https://www.gbif.org/dataset/KEY`)",
            ),
            column("dataset.title", "text", "its title"),
            column("dataset.publisher", "text", "the key of the organisation that published it"),
        ],
        ..NOTHING
    },
    Field {
        name: "described",
        search: Some(|photo, add| {
            photo.described.iter().flat_map(|described| &described.raw_tags).for_each(|tag| add(tag));
        }),
        searched_as: "tags as typed",
        columns: &[
            column(
                "described.raw_tags",
                "list of texts",
                "tags as their author typed them (`gleaner enrich --with info`)",
            ),
            column("described.neighbourhood", "text", "the source's own name of the quarter"),
            column("described.locality", "text", "its name of the town or village"),
            column("described.county", "text", "its name of the county"),
            column("described.region", "text", "its name of the region or state"),
            column("described.country", "text", "its name of the country"),
            column("described.at", "time", "when it said so"),
        ],
        ..NOTHING
    },
    Field {
        name: super::UNCERTAINTY,
        label: "Uncertainty of the place, m",
        unknown: "Uncertainty not given",
        kind: Kind::Counts(|photo| photo.location.as_ref()?.uncertainty_m.map(u64::from)),
        examples: &["uncertainty:..1000", "uncertainty:none"],
        meaning: "have coordinates with that uncertainty in metres (Darwin Core `coordinateUncertaintyInMeters`)",
        facet: Some(Facet { rank: 161, open: false }),
        ..NOTHING
    },
    Field {
        name: "checked_at",
        columns: &[column("checked_at", "time", "when its source last answered with its record")],
        ..NOTHING
    },
    Field {
        name: "also",
        label: "Also at",
        unknown: "At no other source",
        kind: Kind::Sets(read::other_sources),
        examples: &["also:openverse"],
        meaning: "are at that other source too",
        facet: Some(Facet { rank: 41, open: false }),
        search: Some(|photo, add| photo.other_records.iter().for_each(|record| add(record.id.as_str()))),
        searched_as: "ids at other sources",
        columns: &[
            column("other_records.id", "list of texts", "the photo's ids at other sources: `openverse:...`"),
            column("other_records.landing_url", "list of URLs", "its web pages there"),
            column("other_records.license.id", "list of texts", "the licences that they report (SPDX identifiers)"),
            column("other_records.license.name", "list of texts", "names to display"),
            column("other_records.license.url", "list of URLs", "addresses of their texts"),
            column("other_records.license.source_id", "list of numbers", "their own numbers of the licences"),
            column("other_records.license.seen_on", "list of dates", "the days on which they reported them"),
            column(
                "other_records.recognised_by",
                "list of texts",
                "`id`: the record names the photo, `bytes`: the files are equal, `picture`: the pictures are nearly equal",
            ),
            column("other_records.checked_at", "list of times", "when these sources last answered with their records"),
        ],
        ..NOTHING
    },
    Field {
        name: "licences",
        label: "Licences of its sources",
        unknown: "Fewer than two licences",
        kind: Names::one_of(
            |photo| {
                let word = if photo.licenses_disagree() { "disagree" } else { "agree" };
                (photo.licenses().count() > 1).then(|| Name::plain(word))
            },
            &["agree", "disagree"],
        ),
        examples: &["licences:disagree"],
        meaning: "have sources whose licences allow the same (`agree`) or not (`disagree`)",
        facet: Some(Facet { rank: 71, open: false }),
        columns: &[
            column("source_license.id", "text", "the licence that its own source reports, if a stricter one counts"),
            column("source_license.name", "text", "name to display"),
            column("source_license.url", "URL", "address of its text"),
            column("source_license.source_id", "number", "the source's own number of it"),
            column("source_license.seen_on", "date", "the day on which the source reported it"),
        ],
        ..NOTHING
    },
    Field {
        name: "pdq",
        columns: &[
            column(
                "thumbnail.pdq",
                "text",
                "PDQ, a perceptual hash: nearly equal pictures differ in few of its 256 bits (64 hexadecimal digits)",
            ),
            column("thumbnail.pdq_quality", "number", "0-100; below 50 the hash says little"),
        ],
        ..NOTHING
    },
    Field {
        name: "identified_by",
        label: "Taxon according to",
        unknown: "No taxon",
        kind: Names::one_of(
            |photo| known(photo.named_by().map(IdentificationBasis::as_str)),
            IdentificationBasis::NAMES,
        ),
        examples: &["identified_by:review", "identified_by:words,labels"],
        meaning: "have their taxon from a reviewer (`review`), the source (`source`), a machine tag (`machine_tag`), the title, the tags or the \
            description (`words`), labels of a service (`labels`), or an image model (`model`)",
        facet: Some(Facet { rank: 48, open: false }),
        columns: &[
            column(
                "identifications.taxon.scientific_name",
                "text",
                "what machine tags, words, labels and classes of an image model agree on",
            ),
            column("identifications.taxon.rank", "text", "its rank"),
            column("identifications.basis", "text", "what that rests on: `machine_tag`, `words`, `labels`, `model`"),
            column(
                "identifications.all.verbatim",
                "list of texts",
                "DwC `verbatimIdentification`: each tag, name, label or class",
            ),
            column(
                "identifications",
                "JSON; in JSON Lines an object",
                "each identification (`all`): what it rests on (`basis`), the words (`verbatim`), the text that has them, the taxa \
                    that they can mean, whether they are ordinary words too (`homonym`), and the layers of names that know them",
            ),
            column("accepted_taxon.name", "text", "the name that was looked up in a checklist"),
            column("accepted_taxon.taxon.scientific_name", "text", "DwC `acceptedNameUsage`"),
            column("accepted_taxon.taxon.vernacular_name", "text", "DwC `vernacularName`"),
            column("accepted_taxon.taxon.rank", "text", "its rank"),
            column("accepted_taxon.taxon.iconic_group", "text", "its large group, if the checklist gives it"),
            column("accepted_taxon.taxon.classification.kingdom", "text", "DwC `kingdom` of the accepted taxon"),
            column("accepted_taxon.taxon.classification.phylum", "text", "DwC `phylum`"),
            column("accepted_taxon.taxon.classification.class", "text", "DwC `class`"),
            column("accepted_taxon.taxon.classification.order", "text", "DwC `order`"),
            column("accepted_taxon.taxon.classification.family", "text", "DwC `family`"),
            column("accepted_taxon.taxon.classification.genus", "text", "DwC `genus`"),
            column("accepted_taxon.taxon.iucn_category", "text", "its category on the IUCN Red List"),
            column("accepted_taxon.taxon.source_id", "text", "its key in the checklist"),
            column("accepted_taxon.checklist", "text", "the checklist: `GBIF`"),
            column("accepted_taxon.at", "time", "when it was asked"),
        ],
        ..NOTHING
    },
];

/// Ranks of iNaturalist's taxa, as the page and Darwin Core write them.
const TAXON_RANKS: [&str; 16] = [
    "kingdom",
    "phylum",
    "class",
    "order",
    "superfamily",
    "family",
    "subfamily",
    "tribe",
    "genus",
    "subgenus",
    "species",
    "hybrid",
    "subspecies",
    "variety",
    "form",
    "stateofmatter",
];

fn yes_or_no(flag: bool) -> &'static str {
    if flag { "yes" } else { "no" }
}
