//! Checks that a file can be parsed as ONNX safely.
//!
//! rten-onnx hangs on a varint of more than ten bytes, allocates whatever a length says, and recurses until the stack
//! overflows. So all lengths and varints are checked first.

use anyhow::{Result, bail, ensure};

/// Nesting limit of graphs and types.
const DEPTH_MAX: usize = 32;

/// The messages of onnx.proto that are read, other length-delimited fields, and packed numbers.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Model,
    Graph,
    Node,
    Attribute,
    Tensor,
    Value,
    Type,
    Sequence,
    TensorType,
    Shape,
    /// Messages with only texts and numbers.
    Plain,
    Numbers,
    Bytes,
}

impl Kind {
    /// The content of a length-delimited field.
    fn inside(self, field: u64) -> Self {
        match (self, field) {
            (Self::Model, 7) | (Self::Attribute, 6) => Self::Graph,
            (Self::Model, 8 | 14) | (Self::Tensor, 13) | (Self::Shape, 1) => Self::Plain,
            (Self::Graph, 1) => Self::Node,
            (Self::Graph | Self::Attribute, 5) => Self::Tensor,
            (Self::Graph, 11..=13) => Self::Value,
            (Self::Node, 5) => Self::Attribute,
            (Self::Tensor, 1 | 5 | 7) | (Self::Attribute, 8) => Self::Numbers,
            (Self::Value, 2) | (Self::Sequence, 1) => Self::Type,
            (Self::Type, 1) => Self::TensorType,
            (Self::Type, 4) => Self::Sequence,
            (Self::TensorType, 2) => Self::Shape,
            _ => Self::Bytes,
        }
    }
}

/// Checks a whole ONNX file.
pub fn check(bytes: &[u8]) -> Result<()> {
    ensure!(!bytes.is_empty(), "the file is empty");
    message(bytes, Kind::Model, 0)
}

fn message(mut bytes: &[u8], kind: Kind, depth: usize) -> Result<()> {
    ensure!(depth < DEPTH_MAX, "it is nested too deeply");
    while !bytes.is_empty() {
        let tag = number(&mut bytes)?;
        let fixed = match (kind, tag & 7) {
            (Kind::Numbers, _) => continue,
            (_, 0) => {
                number(&mut bytes)?;
                continue;
            }
            (_, 1) => 8,
            (_, 2) => number(&mut bytes)?,
            (_, 5) => 4,
            _ => bail!("it has a field of unknown type"),
        };
        let Some((inside, rest)) = usize::try_from(fixed).ok().and_then(|length| bytes.split_at_checked(length)) else {
            bail!("it is truncated, or has an invalid length");
        };
        if tag & 7 == 2 && kind.inside(tag >> 3) != Kind::Bytes {
            message(inside, kind.inside(tag >> 3), depth + 1)?;
        }
        bytes = rest;
    }
    Ok(())
}

/// Reads a varint of up to ten bytes.
fn number(bytes: &mut &[u8]) -> Result<u64> {
    let mut value = 0;
    for (at, &byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (at * 7).min(63);
        if byte < 0x80 {
            *bytes = &bytes[at + 1..];
            return Ok(value);
        }
    }
    bail!("it is truncated, or has a number that is too long")
}
