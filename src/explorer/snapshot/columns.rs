//! Saves and loads the columns of a snapshot.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, Write};

use super::pieces::{ChecksummedFile, Piece, invalid};
use crate::explorer::arena::Arena;
use crate::explorer::bitmap::Bitmap;
use crate::explorer::codes::{Codes, Dictionary};
use crate::explorer::columns::Columns;
use crate::explorer::text::TextIndex;
use crate::explorer::values::{Cells, Counts, Cycle, Days, Names, Places, Range, Scores, Sets, Values};
use crate::photo::ScoreKey;
use crate::photo::fields::{self, Field};

/// Saves and loads a struct field by field, in the order given here.
macro_rules! pieces {
    ($name:ident { $($field:ident),* }) => {
        impl Piece for $name {
            fn save<W: Write>(&self, to: &mut ChecksummedFile<W>) -> io::Result<()> {
                $(self.$field.save(to)?;)*
                Ok(())
            }

            fn load<R: Read + Seek>(from: &mut ChecksummedFile<R>) -> io::Result<Self> {
                $(let $field = Piece::load(from)?;)*
                Ok(Self { $($field),* })
            }
        }
    };
}

pieces!(Names { codes, names });
pieces!(Scores { values, bins });
pieces!(Counts { values, bins });
pieces!(Days { seconds, first, last });
pieces!(Places { longitude, cells });

/// Each column is written after its name and kind. A snapshot with other columns is invalid.
impl Piece for Columns {
    fn save<W: Write>(&self, to: &mut ChecksummedFile<W>) -> io::Result<()> {
        self.ids.save(to)?;
        self.aspect.save(to)?;
        to.write_array(&[self.fields.len() as u64])?;
        for (field, values) in fields::stored().iter().zip(&self.fields) {
            to.write_array(field.name.as_bytes())?;
            to.write_array(kind(values))?;
            save_values(values, to)?;
        }
        save_scores(&self.scores, to)?;
        self.texts.save(to)
    }

    fn load<R: Read + Seek>(from: &mut ChecksummedFile<R>) -> io::Result<Self> {
        load_wanted(from, &Wanted::Everything)
    }
}

/// The columns that a query needs.
pub(in crate::explorer) enum Wanted {
    /// All columns and the text index.
    Everything,
    /// The ids and some fields. All others are empty.
    Some {
        /// Their names.
        fields: Vec<&'static str>,
        /// The keys of scores.
        scores: Vec<ScoreKey>,
    },
}

impl Wanted {
    /// Whether it is all columns.
    pub(in crate::explorer) fn is_everything(&self) -> bool {
        matches!(self, Self::Everything)
    }

    fn has_field(&self, field: &Field) -> bool {
        match self {
            Self::Everything => true,
            Self::Some { fields, .. } => fields.contains(&field.name),
        }
    }

    fn has_score(&self, key: &ScoreKey) -> bool {
        match self {
            Self::Everything => true,
            Self::Some { scores, .. } => scores.contains(key),
        }
    }
}

/// Loads the wanted columns, and skips the others.
pub(super) fn load_wanted<R: Read + Seek>(from: &mut ChecksummedFile<R>, wanted: &Wanted) -> io::Result<Columns> {
    let ids = Arena::load(from)?;
    let aspect = from.read_if(wanted.is_everything(), Vec::load)?;
    if from.number()? != fields::stored().len() as u64 {
        return Err(invalid());
    }
    let column = |field: &&'static Field| from.read_if(wanted.has_field(field), |from| load_values(field, from));
    let fields = fields::stored().iter().map(column).collect::<io::Result<_>>()?;
    let mut scores = BTreeMap::new();
    for _ in 0..from.number()? {
        let key: ScoreKey = String::from_utf8(from.array()?).map_err(|_| invalid())?.into();
        let is_wanted = wanted.has_score(&key);
        let loaded = from.read_if(is_wanted, Scores::load)?;
        if is_wanted {
            scores.insert(key, loaded);
        }
    }
    let texts = from.read_if(wanted.is_everything(), Arena::load)?;
    Ok(Columns { ids, aspect, fields, scores, texts })
}

/// The name of a kind of column in a snapshot.
fn kind(values: &Values) -> &'static [u8] {
    match values {
        Values::Names(_) => b"names",
        Values::Sets(Sets { keeps_order: true, .. }) => b"branches",
        Values::Sets(_) => b"sets",
        Values::Counts(_) => b"counts",
        Values::Cycle(_) => b"cycle",
        Values::Range(_) => b"range",
        Values::Days(_) => b"days",
        Values::Places(_) => b"places",
    }
}

fn save_values<W: Write>(values: &Values, to: &mut ChecksummedFile<W>) -> io::Result<()> {
    match values {
        Values::Names(names) => names.save(to),
        Values::Sets(sets) => sets.save(to),
        Values::Counts(counts) => counts.save(to),
        Values::Cycle(cycle) => cycle.codes.save(to),
        Values::Range(range) => range.values.save(to).and_then(|()| range.bins.save(to)),
        Values::Days(days) => days.save(to),
        Values::Places(places) => places.save(to),
    }
}

/// Reads the next column, which must be the one of this field.
fn load_values<R: Read + Seek>(field: &Field, from: &mut ChecksummedFile<R>) -> io::Result<Values> {
    let empty = Values::empty(&field.kind);
    if from.array::<u8>()? != field.name.as_bytes() || from.array::<u8>()? != kind(&empty) {
        return Err(invalid());
    }
    Ok(match empty {
        Values::Names(_) => Values::Names(Names::load(from)?),
        Values::Sets(of) => Values::Sets(Sets { keeps_order: of.keeps_order, ..Sets::load(from)? }),
        Values::Counts(_) => Values::Counts(Counts::load(from)?),
        Values::Cycle(cycle) => Values::Cycle(Cycle { codes: Codes::load(from)?, ..cycle }),
        Values::Range(range) => {
            Values::Range(Range { values: Vec::load(from)?, bins: Codes::load(from)?, bands: range.bands })
        }
        Values::Days(_) => Values::Days(Days::load(from)?),
        Values::Places(_) => Values::Places(Places::load(from)?),
    })
}

impl Piece for Arena {
    fn save<W: Write>(&self, to: &mut ChecksummedFile<W>) -> io::Result<()> {
        let (bytes, ends) = self.parts();
        to.write_array(bytes)?;
        to.write_array(ends)
    }

    fn load<R: Read + Seek>(from: &mut ChecksummedFile<R>) -> io::Result<Self> {
        let bytes = from.read_array()?;
        Self::from_parts(bytes, from.read_array()?).ok_or_else(invalid)
    }
}

impl Piece for Codes {
    fn save<W: Write>(&self, to: &mut ChecksummedFile<W>) -> io::Result<()> {
        match self {
            Self::One(codes) => to.write_array(&[1_u64]).and_then(|()| to.write_array(codes)),
            Self::Two(codes) => to.write_array(&[2_u64]).and_then(|()| to.write_array(codes)),
            Self::Four(codes) => to.write_array(&[4_u64]).and_then(|()| to.write_array(codes)),
        }
    }

    fn load<R: Read + Seek>(from: &mut ChecksummedFile<R>) -> io::Result<Self> {
        Ok(match from.number()? {
            1 => Self::One(from.read_array()?),
            2 => Self::Two(from.read_array()?),
            4 => Self::Four(from.read_array()?),
            _ => return Err(invalid()),
        })
    }
}

impl Piece for Dictionary {
    fn save<W: Write>(&self, to: &mut ChecksummedFile<W>) -> io::Result<()> {
        let (names, labels) = self.texts();
        names.save(to)?;
        labels.save(to)
    }

    fn load<R: Read + Seek>(from: &mut ChecksummedFile<R>) -> io::Result<Self> {
        let names = Arena::load(from)?;
        Self::from_texts(names, Arena::load(from)?).ok_or_else(invalid)
    }
}

impl Piece for Cells {
    fn save<W: Write>(&self, to: &mut ChecksummedFile<W>) -> io::Result<()> {
        self.codes.save(to)?;
        self.indices.save(to)
    }

    fn load<R: Read + Seek>(from: &mut ChecksummedFile<R>) -> io::Result<Self> {
        let codes = Codes::load(from)?;
        Ok(Self::from_parts(codes, from.read_array()?))
    }
}

impl Piece for Sets {
    fn save<W: Write>(&self, to: &mut ChecksummedFile<W>) -> io::Result<()> {
        self.codes.save(to)?;
        self.names.save(to)?;
        to.write_array(&self.members.iter().map(|set| set.len() as u64).collect::<Vec<_>>())?;
        to.write_array(&self.members.concat())
    }

    fn load<R: Read + Seek>(from: &mut ChecksummedFile<R>) -> io::Result<Self> {
        let codes = Codes::load(from)?;
        let names = Dictionary::load(from)?;
        let lengths = from.read_array::<u64>()?;
        let members = from.read_array::<u32>()?;
        let mut rest = members.as_slice();
        let mut sets = Vec::with_capacity(lengths.len());
        for length in lengths {
            let (set, others) = rest.split_at_checked(length as usize).ok_or_else(invalid)?;
            sets.push(set.to_vec());
            rest = others;
        }
        Ok(Self::from_parts(codes, names, sets))
    }
}

fn save_scores<W: Write>(scores: &BTreeMap<ScoreKey, Scores>, to: &mut ChecksummedFile<W>) -> io::Result<()> {
    to.write_array(&[scores.len() as u64])?;
    scores.iter().try_for_each(|(key, scores)| to.write_array(key.as_str().as_bytes()).and_then(|()| scores.save(to)))
}

impl Piece for TextIndex {
    fn save<W: Write>(&self, to: &mut ChecksummedFile<W>) -> io::Result<()> {
        to.write_array(&[self.rows as u64])?;
        to.write_array(&[self.digits_from as u64])?;
        to.write_array(&self.blob)?;
        to.write_array(&self.starts)?;
        to.write_array(&self.heads)?;
        to.write_array(&self.lists)?;
        to.write_array(&self.dense.iter().map(|(token, _)| *token).collect::<Vec<_>>())?;
        self.dense.iter().try_for_each(|(_, rows)| to.write_array(&rows.words))
    }

    fn load<R: Read + Seek>(from: &mut ChecksummedFile<R>) -> io::Result<Self> {
        let (rows, digits_from) = (from.number()? as usize, from.number()? as usize);
        let (blob, starts, heads, lists) =
            (from.read_array()?, from.read_array()?, from.read_array()?, from.read_array()?);
        let tokens = from.read_array::<u32>()?;
        let bits = |token| Ok((token, Bitmap::from_words(from.read_array()?, rows)));
        let dense = tokens.into_iter().map(bits).collect::<io::Result<_>>()?;
        Ok(Self { rows, blob, digits_from, starts, heads, lists, dense })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::{ChecksummedFile, Columns, Piece};

    #[test]
    fn a_snapshot_whose_columns_are_not_those_of_this_program_does_not_fit() {
        let saved = |columns: &Columns| {
            let mut to = ChecksummedFile::over(Vec::new(), 0);
            columns.save(&mut to).unwrap();
            to.end()
        };
        let fits =
            |bytes: &[u8]| Columns::load(&mut ChecksummedFile::over(Cursor::new(bytes), bytes.len() as u64)).is_ok();
        let mut columns = Columns::default();
        let whole = saved(&columns);
        assert!(fits(&whole));
        let name = whole.windows(7).position(|part| part == b"country").unwrap();
        let renamed = [&whole[..name], b"kountry".as_slice(), &whole[name + 7..]].concat();
        assert!(!fits(&renamed), "of a program with another field in its place");
        columns.fields.pop();
        assert!(!fits(&saved(&columns)), "of a program with one field less");
    }
}
