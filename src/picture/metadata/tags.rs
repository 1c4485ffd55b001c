//! Names of EXIF tags: those of the standard, and a few that common software writes.

use exif::{Context, Tag};

/// Common tags of IFD0 outside EXIF: Windows' `XP*` and ratings, PrintIM, TIFF/EP, Adobe.
const OTHERS: [(u16, &str); 26] = [
    (0x000B, "ProcessingSoftware"),
    (0x00FE, "SubfileType"),
    (0x010D, "DocumentName"),
    (0x011D, "PageName"),
    (0x013C, "HostComputer"),
    (0x013D, "Predictor"),
    (0x014A, "SubIFDs"),
    (0x0153, "SampleFormat"),
    (0x02BC, "XMP"),
    (0x4746, "Rating"),
    (0x4749, "RatingPercent"),
    (0x83BB, "IPTC-NAA"),
    (0x8649, "PhotoshopSettings"),
    (0x8773, "ICC_Profile"),
    (0x9C9B, "XPTitle"),
    (0x9C9C, "XPComment"),
    (0x9C9D, "XPAuthor"),
    (0x9C9E, "XPKeywords"),
    (0x9C9F, "XPSubject"),
    (0xA480, "GDALMetadata"),
    (0xC4A5, "PrintImageMatching"),
    (0xC612, "DNGVersion"),
    (0xC614, "UniqueCameraModel"),
    (0xC62F, "CameraSerialNumber"),
    (0xEA1C, "Padding"),
    (0xEA1D, "OffsetSchema"),
];

/// The tag's name as the EXIF standard spells it; `0xHHHH` if it has no name.
pub fn name(tag: Tag) -> String {
    if tag.description().is_some() {
        return tag.to_string();
    }
    let shared = matches!(tag.context(), Context::Tiff | Context::Exif);
    let other = OTHERS.iter().find(|(number, _)| shared && *number == tag.number());
    other.map_or_else(|| format!("0x{:04X}", tag.number()), |(_, name)| (*name).to_owned())
}

/// Whether the tag is one of Windows' text tags, which hold UTF-16, little-endian, in a list of bytes.
pub(super) fn is_utf16(tag: Tag) -> bool {
    tag.context() == Context::Tiff && (0x9C9B..=0x9C9F).contains(&tag.number())
}
