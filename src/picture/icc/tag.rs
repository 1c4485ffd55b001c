//! The tags that colours are computed from, each as long as its type says (ICC.1:2022, 10).

/// Most points of a curve; encoders write 4096 at most.
const POINTS_MAX: usize = 4096;

/// Largest number of a matrix or of a curve's formula, in units of 1/65536. Colours need less than 2.
const NUMBER_MAX: u32 = 16 << 16;

/// A tag's data, rewritten; `None` if they are not of the type that the tag needs.
pub fn rewritten(name: [u8; 4], data: &[u8], channels: usize) -> Option<Vec<u8>> {
    match &name {
        b"rXYZ" | b"gXYZ" | b"bXYZ" | b"wtpt" => numbers(data, *b"XYZ ", 3),
        b"chad" => numbers(data, *b"sf32", 9),
        b"rTRC" | b"gTRC" | b"bTRC" | b"kTRC" => curve(data).map(|(curve, _)| curve),
        b"cicp" => code_points(data),
        b"A2B0" | b"A2B1" | b"A2B2" => match data.first_chunk()? {
            b"mft1" => table_of_bytes(data, channels),
            b"mft2" => table_of_words(data, channels),
            b"mAB " => steps(data, channels),
            _ => None,
        },
        _ => None,
    }
}

fn word(data: &[u8], at: usize) -> Option<usize> {
    Some(u16::from_be_bytes(*data.get(at..)?.first_chunk()?).into())
}

fn offset(data: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_be_bytes(*data.get(at..)?.first_chunk()?) as usize)
}

/// Numbers that a colour can need. Others are text.
fn plausible(data: &[u8], count: usize) -> Option<&[u8]> {
    let bytes = data.get(..count * 4)?;
    let mut values = bytes.chunks_exact(4).map(|b| i32::from_be_bytes([b[0], b[1], b[2], b[3]]).unsigned_abs());
    values.all(|value| value <= NUMBER_MAX).then_some(bytes)
}

fn numbers(data: &[u8], kind: [u8; 4], count: usize) -> Option<Vec<u8>> {
    let values = data.strip_prefix(&kind)?.get(4..)?;
    Some([&kind[..], &[0; 4], plausible(values, count)?].concat())
}

/// A curve by points or by a formula, and its length in bytes.
fn curve(data: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (kind, body) = (data.first_chunk::<4>()?, data.get(8..)?);
    let (parameters, values) = match kind {
        b"curv" => {
            let points = offset(body, 0).filter(|&points| points <= POINTS_MAX)?;
            ((points as u32).to_be_bytes(), body.get(4..4 + points * 2)?)
        }
        b"para" => {
            let function = word(body, 0)?;
            let count = *[1, 3, 4, 5, 7].get(function)?;
            ([0, function as u8, 0, 0], plausible(body.get(4..)?, count)?)
        }
        _ => return None,
    };
    let curve = [&kind[..], &[0; 4], &parameters, values].concat();
    let length = curve.len();
    Some((curve, length))
}

/// Code points of ITU-T H.273.
fn code_points(data: &[u8]) -> Option<Vec<u8>> {
    let code = data.strip_prefix(b"cicp")?.get(4..8)?;
    super::is_code_point(code).then(|| [b"cicp\0\0\0\0", code].concat())
}

/// The numbers of channels in and out, and of points in each direction, with the bytes of the grid's values.
fn grid(data: &[u8], channels: usize) -> Option<([u8; 4], usize)> {
    let &[inputs, outputs, points] = data.get(8..)?.first_chunk()?;
    let values = usize::from(points).checked_pow(inputs.into())?.checked_mul(outputs.into())?;
    (usize::from(inputs) == channels && outputs == 3).then_some(([inputs, outputs, points, 0], values))
}

/// The matrix of a table, which is used for XYZ only: one that changes nothing.
fn no_matrix() -> [u8; 36] {
    let mut matrix = [0; 36];
    for diagonal in [1, 17, 33] {
        matrix[diagonal] = 1;
    }
    matrix
}

fn table_of_bytes(data: &[u8], channels: usize) -> Option<Vec<u8>> {
    let (sizes, values) = grid(data, channels)?;
    let tables = data.get(48..48 + 256 * channels + values + 256 * 3)?;
    Some([b"mft1\0\0\0\0", &sizes[..], &no_matrix(), tables].concat())
}

fn table_of_words(data: &[u8], channels: usize) -> Option<Vec<u8>> {
    let (sizes, values) = grid(data, channels)?;
    let (inputs, outputs) = (word(data, 48)?, word(data, 50)?);
    let is_known = (2..=POINTS_MAX).contains(&inputs) && (2..=POINTS_MAX).contains(&outputs);
    let tables = data.get(52..52 + 2 * (inputs * channels + values + outputs * 3)).filter(|_| is_known)?;
    Some([b"mft2\0\0\0\0", &sizes[..], &no_matrix(), &data[48..52], tables].concat())
}

/// A `mAB ` tag: curves, a matrix, a grid, in any order and with anything between them (10.12).
fn steps(data: &[u8], channels: usize) -> Option<Vec<u8>> {
    let &[inputs, outputs] = data.get(8..)?.first_chunk()?;
    if usize::from(inputs) != channels || outputs != 3 {
        return None;
    }
    let mut out = [b"mAB \0\0\0\0", &[inputs, outputs, 0, 0][..], &[0; 20]].concat();
    // In the order of their offsets: the curves of the output, a matrix and its curves, a grid, the curves of the input.
    for (slot, at) in [12, 16, 20, 24, 28].into_iter().map(|slot| (slot, offset(data, slot))) {
        let at = at?;
        if at == 0 {
            continue;
        }
        let part = data.get(at..)?;
        let part = match slot {
            16 => plausible(part, 12)?.to_vec(),
            24 => grid_of_steps(part, channels)?,
            28 => curves(part, channels)?,
            _ => curves(part, 3)?,
        };
        let start = (out.len() as u32).to_be_bytes();
        out[slot..slot + 4].copy_from_slice(&start);
        out.extend(part);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    Some(out)
}

fn curves(mut data: &[u8], count: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for nth in 0..count {
        let (curve, length) = curve(data)?;
        out.extend(curve);
        out.resize(out.len().next_multiple_of(4), 0);
        if nth + 1 < count {
            data = data.get(length.next_multiple_of(4)..)?;
        }
    }
    Some(out)
}

/// 16 numbers of points, of which the first are used, and the bytes of a value.
fn grid_of_steps(data: &[u8], channels: usize) -> Option<Vec<u8>> {
    let points = data.get(..channels)?;
    let width = usize::from(*data.get(16)?);
    let mut values = 3_usize;
    for &count in points {
        values = values.checked_mul(count.into())?;
    }
    let values = values.checked_mul(width).filter(|_| matches!(width, 1 | 2))?;
    let mut out = points.to_vec();
    out.resize(16, 0);
    out.extend([width as u8, 0, 0, 0]);
    out.extend(data.get(20..20_usize.checked_add(values)?)?);
    Some(out)
}
