//! XMP: the properties of an RDF/XML packet (ISO 16684-1) as `prefix:name` -> value.
//!
//! `rdf:Bag` and `rdf:Seq` become arrays, structures become objects. `rdf:Alt` becomes its text if it has one
//! language, and an object of languages otherwise.

use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Map, Value};

use super::{Metadata, TAGS_MAX, value};

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// Longest packet that is parsed, in bytes; longer ones hold edit histories and depth maps.
const PACKET_BYTES_MAX: usize = 1 << 20;

/// Nesting limit of structures; real packets have fewer than ten levels.
const DEPTH_MAX: usize = 32;

pub(super) fn read(packet: &[u8], found: &mut Metadata) {
    let text = value::decode(packet);
    let text = text.trim_matches(|c: char| c == '\0' || c == '\u{feff}' || c.is_whitespace());
    let options = ParsingOptions { nodes_limit: 100_000, ..ParsingOptions::default() };
    let document = (text.len() <= PACKET_BYTES_MAX && !nested_too_deep(text))
        .then(|| Document::parse_with_options(text, options).ok())
        .flatten();
    let Some(document) = document else {
        // A packet that cannot be parsed is kept as text, and sealed with the rest.
        return found.put("XMP", "packet", value::text(text));
    };
    let descriptions = document
        .descendants()
        .filter(|node| is_rdf(*node, "Description") && node.parent().is_some_and(|parent| is_rdf(parent, "RDF")));
    let mut left = TAGS_MAX;
    for description in descriptions {
        for (name, value) in fields(description, DEPTH_MAX, &mut left) {
            found.put("XMP", name, value);
        }
    }
}

/// Whether the elements are nested too deeply for the parser's stack.
fn nested_too_deep(text: &str) -> bool {
    let mut open = 0_usize;
    text.as_bytes().windows(2).any(|pair| {
        match pair {
            b"</" | b"/>" => open = open.saturating_sub(1),
            [b'<', b'!' | b'?'] => {}
            [b'<', _] => open += 1,
            _ => {}
        }
        open > 8 * DEPTH_MAX
    })
}

/// Attributes and child elements of a description or structure.
fn fields(node: Node<'_, '_>, depth: usize, left: &mut usize) -> Map<String, Value> {
    let mut fields = Map::new();
    for attribute in node.attributes() {
        let namespace = attribute.namespace();
        if namespace.is_none() || namespace == Some(RDF) || namespace == Some(XML) || *left == 0 {
            continue;
        }
        *left -= 1;
        let name = qualified(node, namespace, attribute.name());
        fields.entry(name).or_insert_with(|| value::text(attribute.value()));
    }
    for child in elements(node) {
        if *left == 0 {
            break;
        }
        let name = qualified(child, child.tag_name().namespace(), child.tag_name().name());
        let value = property(child, depth, left);
        fields.entry(name).or_insert(value);
    }
    fields
}

fn property(node: Node<'_, '_>, depth: usize, left: &mut usize) -> Value {
    *left = left.saturating_sub(1);
    if depth == 0 {
        return value::text(&text_of(node));
    }
    if let Some(resource) = node.attribute((RDF, "resource")) {
        return value::text(resource);
    }
    let mut children = elements(node);
    let Some(first) = children.next() else {
        let attributes = fields(node, depth - 1, left);
        return if attributes.is_empty() { value::text(&text_of(node)) } else { Value::Object(attributes) };
    };
    if is_rdf(first, "Bag") || is_rdf(first, "Seq") {
        let mut items = Vec::new();
        for item in elements(first) {
            if *left == 0 {
                break;
            }
            items.push(property(item, depth - 1, left));
        }
        return Value::Array(items);
    }
    if is_rdf(first, "Alt") {
        return languages(first, depth - 1, left);
    }
    let structure = if is_rdf(first, "Description") { first } else { node };
    Value::Object(fields(structure, depth - 1, left))
}

fn languages(alternatives: Node<'_, '_>, depth: usize, left: &mut usize) -> Value {
    let mut found = Map::new();
    for item in elements(alternatives) {
        if *left == 0 {
            break;
        }
        let mut language = item.attribute((XML, "lang")).unwrap_or("x-default").to_owned();
        if found.contains_key(&language) {
            language = format!("{language}#{}", found.len());
        }
        let value = property(item, depth, left);
        found.insert(language, value);
    }
    if found.len() == 1 { found.into_iter().next().map_or(Value::Null, |(_, text)| text) } else { Value::Object(found) }
}

fn text_of(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

fn elements<'a, 'input: 'a>(node: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(Node::is_element)
}

fn is_rdf(node: Node<'_, '_>, name: &str) -> bool {
    node.tag_name().namespace() == Some(RDF) && node.tag_name().name() == name
}

fn qualified(node: Node<'_, '_>, namespace: Option<&str>, name: &str) -> String {
    let prefix = namespace.and_then(|uri| node.lookup_prefix(uri));
    prefix.map_or_else(|| name.to_owned(), |prefix| format!("{prefix}:{name}"))
}
