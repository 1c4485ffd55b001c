//! Hostile XMP.

use std::fmt::Write;

use gleaner::picture::metadata::read;
use proptest::prelude::*;

use super::generated::{app1_xmp, itxt_xmp, jpeg, png, xmp};

/// Deeper than the stack of any recursive parser.
const LEVELS: usize = 10_000;

/// The metadata of a PNG with this packet, as compact JSON.
fn sealed(packet: &str) -> String {
    read(&png(&[itxt_xmp(packet)])).to_value().to_string()
}

#[test]
fn ten_thousand_nested_elements_do_not_overflow_the_stack() {
    // The second hides its depth from a parser that counts closing tags.
    for open in ["<xmp:a>", "<xmp:a xmp:b='/>/>'>", "<xmp:a xmp:b='</</</'>", "<xmp:a><![CDATA[</</]]>"] {
        let inside = open.repeat(LEVELS) + &"</xmp:a>".repeat(LEVELS);
        assert!(sealed(&xmp("", &inside)).len() < 100_000, "{open}");
    }
    let list = "<rdf:Bag><rdf:li>".repeat(LEVELS) + &"</rdf:li></rdf:Bag>".repeat(LEVELS);
    assert!(sealed(&xmp("", &format!("<xmp:a>{list}</xmp:a>"))).len() < 100_000);
    assert!(sealed(&xmp("", &"<xmp:a>".repeat(LEVELS))).len() < 100_000, "never closed");
}

#[test]
fn entities_are_not_multiplied() {
    let mut dtd = String::from("<!DOCTYPE lolz [<!ENTITY l0 'laugh'>");
    for level in 1..10 {
        let _ = write!(dtd, "<!ENTITY l{level} '{}'>", format!("&l{};", level - 1).repeat(10));
    }
    let packet = dtd + "]>" + &xmp("", "<xmp:Label>&l9;</xmp:Label>");
    let json = sealed(&packet);
    assert!(json.len() < 10_000, "{}", json.len());
    assert!(json.matches("laugh").count() <= 1);
    let outside = "<!DOCTYPE x [<!ENTITY file SYSTEM 'file:///etc/passwd'>]>".to_owned()
        + &xmp("", "<xmp:Label>&file;</xmp:Label>");
    assert!(!sealed(&outside).contains("root:"));
}

#[test]
fn a_packet_of_a_hundred_thousand_properties_stays_small() {
    let mut inside = String::new();
    for number in 0..40_000 {
        let _ = write!(inside, "<xmp:p{number}>1</xmp:p{number}>");
    }
    assert!(sealed(&xmp("", &inside)).len() < 200_000);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sealed_metadata_never_exceeds_its_limit(
        properties in prop::collection::vec(("[a-z]{1,60}", "[ -;=?-~é\u{1F600}]{0,900}"), 0..60), limit in 0..20_000_usize
    ) {
        let mut inside = String::new();
        for (name, text) in &properties {
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            let _ = write!(inside, "<xmp:{name}>{text}</xmp:{name}>");
        }
        let packet = xmp("", &inside);
        prop_assume!(packet.len() < 60_000);
        let found = read(&jpeg(&[app1_xmp(&packet)]));
        prop_assert!(found.to_value_within(limit.max(2)).to_string().len() <= limit.max(2));
    }
}
