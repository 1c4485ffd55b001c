//! Metadata in a PNG as ImageMagick and exiv2 write it: a text named `Raw profile type exif`, which holds the length and
//! the bytes in hexadecimal.

/// What an APP1 segment of JPEG begins with if it holds XMP.
pub(super) const JPEG_XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

const PREFIX: &str = "Raw profile type ";
const JPEG_EXIF: &[u8] = b"Exif\0\0";

/// What a raw profile holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RawProfile {
    /// A TIFF structure.
    Exif(Vec<u8>),
    /// An XMP packet.
    Xmp(Vec<u8>),
    /// IPTC-IIM records.
    Iptc(Vec<u8>),
    /// Photoshop image resources.
    Photoshop(Vec<u8>),
}

/// Reads a text chunk. `None` if it is no raw profile, or is damaged.
pub(super) fn read(name: &str, text: &[u8]) -> Option<RawProfile> {
    let kind =
        name.get(..PREFIX.len()).filter(|prefix| prefix.eq_ignore_ascii_case(PREFIX)).map(|_| &name[PREFIX.len()..])?;
    let bytes = unhexed(text)?;
    if let Some(packet) = bytes.strip_prefix(JPEG_XMP) {
        return Some(RawProfile::Xmp(packet.to_vec()));
    }
    match kind.to_ascii_lowercase().as_str() {
        "exif" | "app1" => {
            let tiff = bytes.strip_prefix(JPEG_EXIF).unwrap_or(&bytes).to_vec();
            (tiff.starts_with(b"II") || tiff.starts_with(b"MM")).then_some(RawProfile::Exif(tiff))
        }
        "xmp" => Some(RawProfile::Xmp(bytes)),
        "iptc" | "8bim" | "app13" => {
            let resources = bytes.strip_prefix(b"Photoshop 3.0\0").unwrap_or(&bytes).to_vec();
            Some(match resources.first() {
                Some(0x1c) => RawProfile::Iptc(resources),
                _ => RawProfile::Photoshop(resources),
            })
        }
        _ => None,
    }
}

/// Two lines with the profile's name and its length in bytes, then hexadecimal digits in lines.
fn unhexed(text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?.trim_start();
    let (_, rest) = text.split_once('\n')?;
    let rest = rest.trim_start();
    let (length, digits) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
    let length: usize = length.parse().ok()?;
    let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_hexdigit).collect();
    let value = |digit: u8| char::from(digit).to_digit(16).map(|value| value as u8);
    let bytes: Vec<u8> =
        digits.chunks_exact(2).map(|pair| Some(value(pair[0])? << 4 | value(pair[1])?)).collect::<Option<_>>()?;
    (bytes.len() >= length).then(|| bytes[..length].to_vec())
}
