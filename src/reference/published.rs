//! The catalogue of data sets that others publish and that can become layers: where each is, under which licence, and how it is cited.
//!
//! Addresses and sums are from public repositories that use them (docs/reference.md says which were tried). An entry that has to be
//! fetched by hand says why, and how it is added then.

use serde::Serialize;

use super::{GAZETTEER, Kind, POLYGONS, RANGES, RASTER, TAXA};

/// A data set that others publish.
#[derive(Debug)]
pub struct Published {
    /// The name of the entry and of the layer.
    pub name: &'static str,
    /// What it is.
    pub title: &'static str,
    /// The kind of the layer.
    pub kind: &'static Kind,
    /// Who publishes it.
    pub publisher: &'static str,
    /// Its licence.
    pub license: &'static str,
    /// How it is cited.
    pub citation: &'static str,
    /// The version at the address; `None` if the publisher replaces the file, so that its day is the version.
    pub version: Option<&'static str>,
    /// The attribute that names its polygons.
    pub name_field: Option<&'static str>,
    /// How it is fetched.
    pub origin: Origin,
}

/// How a data set is fetched.
#[derive(Debug)]
pub enum Origin {
    /// Downloaded from an address.
    Address(PublishedFile),
    /// By the user, in a browser.
    ByHand(ByHand),
}

/// What a user has to do to get a file.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ByHand {
    /// The page to begin at.
    pub page: &'static str,
    /// Why.
    pub why: &'static str,
    /// How the file is added then.
    pub add: &'static str,
}

/// A file at an address.
#[derive(Clone, Copy, Debug)]
pub struct PublishedFile {
    /// Its address, https.
    pub url: &'static str,
    /// The name of the file, which need not be the end of the address.
    pub file: &'static str,
    /// Its bytes, where the file does not change.
    pub bytes: Option<u64>,
    /// Its SHA-256 sum, hexadecimal, where it is known and the file does not change.
    pub sha256: Option<&'static str>,
}

/// The most bytes of a file of unknown size.
const MOST_BYTES: u64 = 2 << 30;

impl PublishedFile {
    /// The most bytes that are received.
    pub fn most_bytes(&self) -> u64 {
        self.bytes.unwrap_or(MOST_BYTES)
    }
}

/// An entry, for `--json`.
#[derive(Debug, Serialize)]
pub struct PublishedEntry {
    name: &'static str,
    title: &'static str,
    kind: &'static str,
    publisher: &'static str,
    license: &'static str,
    citation: &'static str,
    version: Option<&'static str>,
    url: Option<&'static str>,
    bytes: Option<u64>,
    sha256: Option<&'static str>,
    by_hand: Option<ByHand>,
}

impl Published {
    /// The entry of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        PUBLISHED.iter().find(|entry| entry.name == name)
    }

    /// The entry, for `--json`.
    pub fn entry(&self) -> PublishedEntry {
        let (file, by_hand) = match self.origin {
            Origin::Address(file) => (Some(file), None),
            Origin::ByHand(by_hand) => (None, Some(by_hand)),
        };
        PublishedEntry {
            name: self.name,
            title: self.title,
            kind: self.kind.name,
            publisher: self.publisher,
            license: self.license,
            citation: self.citation,
            version: self.version,
            url: file.map(|file| file.url),
            bytes: file.and_then(|file| file.bytes),
            sha256: file.and_then(|file| file.sha256),
            by_hand,
        }
    }
}

/// The whole release of PHYLACINE: ranges, traits, taxonomy.
const PHYLACINE: PublishedFile = PublishedFile {
    url: "https://github.com/MegaPast2Future/PHYLACINE_1.2/releases/download/v1.2.1/PHYLACINE_1.2.1.zip",
    file: "PHYLACINE_1.2.1.zip",
    bytes: Some(106_362_537),
    sha256: None,
};
const PHYLACINE_CITATION: &str =
    "Faurby et al. 2018, PHYLACINE 1.2, Ecology 99:2626, doi:10.1002/ecy.2443; version 1.2.1, Faurby et al. 2020";

const IUCN_LICENSE: &str = "IUCN Red List Terms and Conditions of Use";
const IUCN_CITATION: &str =
    "IUCN, The IUCN Red List of Threatened Species, https://www.iucnredlist.org, with version and day of access";
const IUCN_BY_HAND: &str = "downloads need an account, and its terms allow neither redistribution nor commercial use";

/// All of them, by kind.
pub static PUBLISHED: [Published; 11] = [
    Published {
        name: "mammal-diversity-database",
        title: "Mammal Diversity Database: species of mammals, names, Red List categories",
        kind: &TAXA,
        publisher: "American Society of Mammalogists",
        license: "CC BY 4.0",
        citation: "Mammal Diversity Database 2026, version 2.5, doi:10.5281/zenodo.21654811; Burgin et al. 2025",
        version: Some("2.5"),
        name_field: None,
        origin: Origin::Address(PublishedFile {
            url: "https://zenodo.org/api/records/21654811/files/MDD_v2.5_6904species.csv/content",
            file: "MDD_v2.5_6904species.csv",
            bytes: None,
            sha256: Some("0d07a7e9409712fa86c1e3afadcf4c67bf4f9e16d5693a878e11ec1bf6860493"),
        }),
    },
    Published {
        name: "avilist",
        title: "AviList: species of birds, names, Red List categories",
        kind: &TAXA,
        publisher: "AviList Core Team",
        license: "CC BY 4.0",
        citation: "AviList Core Team 2026, AviList: The Global Avian Checklist, v2025b, doi:10.2173/avilist.v2025b",
        version: Some("v2025b"),
        name_field: None,
        origin: Origin::ByHand(ByHand {
            page: "https://www.avilist.org/checklist/v2025b/",
            why: "it is published as a workbook (.xlsx) only",
            add: "save its first sheet as CSV, then: gleaner reference add avilist.csv --name avilist --license \"CC BY 4.0\" --version v2025b",
        }),
    },
    Published {
        name: "iucn-red-list",
        title: "IUCN Red List: categories with their dates, for the taxa of a search",
        kind: &TAXA,
        publisher: "International Union for Conservation of Nature",
        license: IUCN_LICENSE,
        citation: IUCN_CITATION,
        version: None,
        name_field: None,
        origin: Origin::ByHand(ByHand {
            page: "https://www.iucnredlist.org/search",
            why: IUCN_BY_HAND,
            add: "search, download \"Search Results\", then: gleaner reference add redlist_species_data.zip --kind taxa --name iucn-red-list --license \"IUCN Red List Terms and Conditions of Use\" --version 2025-2",
        }),
    },
    Published {
        name: "phylacine-traits",
        title: "PHYLACINE 1.2.1: mammals of the last 130,000 years with Red List categories of 2016",
        kind: &TAXA,
        publisher: "MegaPast2Future",
        license: "CC0 1.0",
        citation: PHYLACINE_CITATION,
        version: Some("1.2.1"),
        name_field: None,
        origin: Origin::Address(PHYLACINE),
    },
    Published {
        name: "phylacine-ranges",
        title: "PHYLACINE 1.2.1: present ranges of 5,831 mammals, cells of 96.5 km",
        kind: &RANGES,
        publisher: "MegaPast2Future",
        license: "CC0 1.0",
        citation: PHYLACINE_CITATION,
        version: Some("1.2.1"),
        name_field: None,
        origin: Origin::Address(PHYLACINE),
    },
    Published {
        name: "iucn-ranges",
        title: "IUCN Red List: range polygons",
        kind: &RANGES,
        publisher: "International Union for Conservation of Nature",
        license: IUCN_LICENSE,
        citation: IUCN_CITATION,
        version: None,
        name_field: None,
        origin: Origin::ByHand(ByHand {
            page: "https://www.iucnredlist.org/resources/spatial-data-download",
            why: IUCN_BY_HAND,
            add: "ogr2ogr ranges.gpkg MAMMALS.shp, then: gleaner reference add ranges.gpkg --kind ranges --name iucn-ranges --license \"IUCN Red List Terms and Conditions of Use\" --version 2025-2",
        }),
    },
    Published {
        name: "ecoregions",
        title: "RESOLVE ecoregions 2017, simplified to 0.1 degrees: 820 ecoregions, 14 biomes",
        kind: &POLYGONS,
        publisher: "RESOLVE; simplified by OpenLayers",
        license: "CC BY 4.0",
        citation: "Dinerstein et al. 2017, BioScience 67:534, doi:10.1093/biosci/bix014",
        version: Some("2017"),
        name_field: Some("ECO_NAME"),
        origin: Origin::Address(PublishedFile {
            url: "https://raw.githubusercontent.com/openlayers/data/c08365e23ea565d234bf01afaf55aad048ddd246/docs/vector/ecoregions.json",
            file: "ecoregions.json",
            bytes: Some(2_820_904),
            sha256: Some("e11e95e568bec3eddf2356d7824e99266decb3d47fec55404c77f52bb1936fa8"),
        }),
    },
    Published {
        name: "natural-earth-countries",
        title: "Natural Earth 1:10m: countries",
        kind: &POLYGONS,
        publisher: "Natural Earth",
        license: "public domain",
        citation: "Made with Natural Earth, https://www.naturalearthdata.com",
        version: Some("natural-earth-vector at ca96624a"),
        name_field: Some("NAME"),
        origin: Origin::Address(PublishedFile {
            url: "https://raw.githubusercontent.com/nvkelso/natural-earth-vector/ca96624a56bd078437bca8184e78163e5039ad19/geojson/ne_10m_admin_0_countries.geojson",
            file: "ne_10m_admin_0_countries.geojson",
            bytes: None,
            sha256: None,
        }),
    },
    Published {
        name: "wdpa",
        title: "World Database on Protected Areas",
        kind: &POLYGONS,
        publisher: "UNEP-WCMC and IUCN",
        license: "WDPA terms of use",
        citation: "UNEP-WCMC and IUCN, Protected Planet: The World Database on Protected Areas, https://www.protectedplanet.net, with month and year",
        version: None,
        name_field: None,
        origin: Origin::ByHand(ByHand {
            page: "https://www.protectedplanet.net",
            why: "its terms have to be accepted there and allow neither redistribution nor commercial use, and the address of the file changes each month",
            add: "download a country or region, ogr2ogr -f GPKG wdpa.gpkg WDPA_poly.shp, then: gleaner reference add wdpa.gpkg --license \"WDPA terms of use\" --version 2026-12",
        }),
    },
    Published {
        name: "mcd12c1",
        title: "MODIS MCD12C1: land cover of other years than the program's own",
        kind: &RASTER,
        publisher: "NASA",
        license: "free to use with credit",
        citation: "Friedl and Sulla-Menashe 2015, doi:10.5067/MODIS/MCD12C1.006",
        version: None,
        name_field: None,
        origin: Origin::ByHand(ByHand {
            page: "https://doi.org/10.5067/MODIS/MCD12C1.006",
            why: "downloads need an Earthdata account, and the files are HDF4; the year 2019 is part of the program as land-cover",
            add: "gdal_translate the layer Majority_Land_Cover_Type_1 to land.tif, then: gleaner reference add land.tif --license \"free to use with credit\"",
        }),
    },
    Published {
        name: "geonames",
        title: "GeoNames: places of all countries; zoos are kept unless --features names others",
        kind: &GAZETTEER,
        publisher: "GeoNames",
        license: "CC BY 4.0",
        citation: "GeoNames, https://www.geonames.org",
        version: None,
        name_field: None,
        origin: Origin::Address(PublishedFile {
            url: "https://download.geonames.org/export/dump/allCountries.zip",
            file: "allCountries.zip",
            bytes: None,
            sha256: None,
        }),
    },
];
