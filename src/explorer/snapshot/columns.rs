//! The columns as pieces of a snapshot.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use super::pieces::{Piece, Summed, unfit};
use crate::explorer::arena::Arena;
use crate::explorer::bitmap::Bitmap;
use crate::explorer::codes::{Codes, Dictionary};
use crate::explorer::columns::{Cells, Columns, Names, Scores, Sets};
use crate::explorer::text::TextIndex;

/// Saves and loads a struct field by field, in the order given here.
macro_rules! pieces {
    ($name:ident { $($field:ident),* }) => {
        impl Piece for $name {
            fn save<W: Write>(&self, to: &mut Summed<W>) -> io::Result<()> {
                $(self.$field.save(to)?;)*
                Ok(())
            }

            fn load<R: Read>(from: &mut Summed<R>) -> io::Result<Self> {
                $(let $field = Piece::load(from)?;)*
                Ok(Self { $($field),* })
            }
        }
    };
}

pieces!(Names { codes, names });
pieces!(Scores { values, bins });
pieces!(Columns {
    ids,
    taken,
    day,
    month,
    hour,
    views,
    faves,
    view_bins,
    fave_bins,
    latitude,
    longitude,
    latitude_bins,
    aspect,
    cells,
    choices,
    terms,
    scores,
    texts
});

impl Piece for Arena {
    fn save<W: Write>(&self, to: &mut Summed<W>) -> io::Result<()> {
        let (bytes, ends) = self.parts();
        to.put(bytes)?;
        to.put(ends)
    }

    fn load<R: Read>(from: &mut Summed<R>) -> io::Result<Self> {
        let bytes = from.take()?;
        Self::from_parts(bytes, from.take()?).ok_or_else(unfit)
    }
}

impl Piece for Codes {
    fn save<W: Write>(&self, to: &mut Summed<W>) -> io::Result<()> {
        match self {
            Self::One(codes) => to.put(&[1_u64]).and_then(|()| to.put(codes)),
            Self::Two(codes) => to.put(&[2_u64]).and_then(|()| to.put(codes)),
            Self::Four(codes) => to.put(&[4_u64]).and_then(|()| to.put(codes)),
        }
    }

    fn load<R: Read>(from: &mut Summed<R>) -> io::Result<Self> {
        Ok(match from.number()? {
            1 => Self::One(from.take()?),
            2 => Self::Two(from.take()?),
            4 => Self::Four(from.take()?),
            _ => return Err(unfit()),
        })
    }
}

impl Piece for Dictionary {
    fn save<W: Write>(&self, to: &mut Summed<W>) -> io::Result<()> {
        let (names, labels) = self.texts();
        names.save(to)?;
        labels.save(to)
    }

    fn load<R: Read>(from: &mut Summed<R>) -> io::Result<Self> {
        let names = Arena::load(from)?;
        Self::from_texts(names, Arena::load(from)?).ok_or_else(unfit)
    }
}

impl Piece for Cells {
    fn save<W: Write>(&self, to: &mut Summed<W>) -> io::Result<()> {
        self.codes.save(to)?;
        self.indices.save(to)
    }

    fn load<R: Read>(from: &mut Summed<R>) -> io::Result<Self> {
        let codes = Codes::load(from)?;
        Ok(Self::from_parts(codes, from.take()?))
    }
}

impl Piece for Sets {
    fn save<W: Write>(&self, to: &mut Summed<W>) -> io::Result<()> {
        self.codes.save(to)?;
        self.names.save(to)?;
        to.put(&self.members.iter().map(|set| set.len() as u64).collect::<Vec<_>>())?;
        to.put(&self.members.concat())
    }

    fn load<R: Read>(from: &mut Summed<R>) -> io::Result<Self> {
        let codes = Codes::load(from)?;
        let names = Dictionary::load(from)?;
        let lengths = from.take::<u64>()?;
        let members = from.take::<u32>()?;
        let mut rest = members.as_slice();
        let mut sets = Vec::with_capacity(lengths.len());
        for length in lengths {
            let (set, others) = rest.split_at_checked(length as usize).ok_or_else(unfit)?;
            sets.push(set.to_vec());
            rest = others;
        }
        Ok(Self::from_parts(codes, names, sets))
    }
}

impl Piece for [Names; 8] {
    fn save<W: Write>(&self, to: &mut Summed<W>) -> io::Result<()> {
        self.iter().try_for_each(|names| names.save(to))
    }

    fn load<R: Read>(from: &mut Summed<R>) -> io::Result<Self> {
        let mut all = Self::default();
        for names in &mut all {
            *names = Names::load(from)?;
        }
        Ok(all)
    }
}

impl Piece for BTreeMap<String, Scores> {
    fn save<W: Write>(&self, to: &mut Summed<W>) -> io::Result<()> {
        to.put(&[self.len() as u64])?;
        self.iter().try_for_each(|(concept, scores)| to.put(concept.as_bytes()).and_then(|()| scores.save(to)))
    }

    fn load<R: Read>(from: &mut Summed<R>) -> io::Result<Self> {
        let scored = |from: &mut Summed<R>| {
            let concept = String::from_utf8(from.take()?).map_err(|_| unfit())?;
            Ok((concept, Scores::load(from)?))
        };
        (0..from.number()?).map(|_| scored(from)).collect()
    }
}

impl Piece for TextIndex {
    fn save<W: Write>(&self, to: &mut Summed<W>) -> io::Result<()> {
        to.put(&[self.rows as u64])?;
        to.put(&[self.digits_from as u64])?;
        to.put(&self.blob)?;
        to.put(&self.starts)?;
        to.put(&self.heads)?;
        to.put(&self.lists)?;
        to.put(&self.dense.iter().map(|(token, _)| *token).collect::<Vec<_>>())?;
        self.dense.iter().try_for_each(|(_, rows)| to.put(&rows.words))
    }

    fn load<R: Read>(from: &mut Summed<R>) -> io::Result<Self> {
        let (rows, digits_from) = (from.number()? as usize, from.number()? as usize);
        let (blob, starts, heads, lists) = (from.take()?, from.take()?, from.take()?, from.take()?);
        let tokens = from.take::<u32>()?;
        let bits = |token| Ok((token, Bitmap::from_words(from.take()?, rows)));
        let dense = tokens.into_iter().map(bits).collect::<io::Result<_>>()?;
        Ok(Self { rows, blob, digits_from, starts, heads, lists, dense })
    }
}
