//! The smallest JPEG container, complete and mutated.

use gleaner::picture::{metadata, strip};
use proptest::prelude::*;

/// A JPEG container, as small as the walk allows: orientation 6, a comment, an escaped and a restart marker
/// in its scan, and a trailer.
fn jpeg() -> Vec<u8> {
    let mut bytes =
        b"\xff\xd8\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    bytes.extend(b"\xff\xfe\0\x06name\xff\xda\0\x02\x01\xff\0\x02\xff\xd0\x03\xff\xd9trailer");
    bytes
}

#[test]
fn orientation_stays_while_comment_and_trailer_go() {
    let found = metadata::read(&jpeg());
    assert_eq!(found.value("File", "Comment"), Some(&"name".into()));
    let stripped = strip::strip(&jpeg()).unwrap();
    assert_eq!((stripped.orientation, metadata::read(&stripped.bytes).orientation()), (6, 6));
    assert!(stripped.bytes.ends_with(b"\xff\xda\0\x02\x01\xff\0\x02\xff\xd0\x03\xff\xd9"));
    assert!(strip::check(&jpeg()).is_err());
    strip::check(&stripped.bytes).unwrap();
}

proptest! {
    #[test]
    fn mutated_files_never_panic_and_stripping_twice_changes_nothing(
        cut in 0_usize..90, at in 0_usize..90, byte in any::<u8>(), tail in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        let mut bytes = jpeg();
        bytes.truncate(cut);
        if let Some(place) = bytes.get_mut(at) { *place = byte; }
        bytes.extend(tail);
        prop_assert!(metadata::read(&bytes).to_value_within(300).to_string().len() <= 300);
        if let Ok(once) = strip::strip(&bytes) {
            prop_assert_eq!(&strip::strip(&once.bytes).unwrap(), &once);
        }
    }
}
