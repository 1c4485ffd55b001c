//! Tables in archives: the export of the IUCN Red List (`assessments.csv` and `taxonomy.csv`), and archives with one table of taxa
//! among other files.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, WriterBuilder};
use zip::ZipArchive;

/// The most bytes of a table, unpacked.
const MOST_BYTES: u64 = 512 << 20;
/// The tables of an export of the Red List.
const ASSESSMENTS: &str = "assessments.csv";
const TAXONOMY: &str = "taxonomy.csv";
/// What is kept of them: the column, and which of the tables has it. Texts about habitats and threats are not.
const KEPT: [(&str, &str); 14] = [
    ("scientificName", ASSESSMENTS),
    ("kingdomName", TAXONOMY),
    ("phylumName", TAXONOMY),
    ("className", TAXONOMY),
    ("orderName", TAXONOMY),
    ("familyName", TAXONOMY),
    ("genusName", TAXONOMY),
    ("infraType", TAXONOMY),
    ("subpopulationName", TAXONOMY),
    ("redlistCategory", ASSESSMENTS),
    ("redlistCriteria", ASSESSMENTS),
    ("yearPublished", ASSESSMENTS),
    ("assessmentDate", ASSESSMENTS),
    ("scopes", ASSESSMENTS),
];
/// What the two tables have in common.
const TAXON: &str = "internalTaxonId";
/// Ends of the names of tables of taxa that archives have beside other tables: PHYLACINE, the Mammal Diversity Database.
const KNOWN: [&str; 2] = ["trait_data.csv", "species.csv"];

/// Whether a file is an archive with tables of taxa. That of PHYLACINE is one of ranges too, and counts as that.
pub fn recognises(path: &Path) -> bool {
    let names = names_in(path);
    let has = |end: &str| names.iter().any(|name| name.to_lowercase().ends_with(end));
    let of_taxa = has(ASSESSMENTS) && has(TAXONOMY) || KNOWN.iter().any(|known| has(known));
    of_taxa && !has(".tif")
}

/// The names of the files in an archive; none if it is no archive.
pub fn names_in(path: &Path) -> Vec<String> {
    let archive = File::open(path).ok().and_then(|file| ZipArchive::new(BufReader::new(file)).ok());
    let names = archive.map(|archive| archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect());
    names.unwrap_or_default()
}

/// Whether the bytes are an archive.
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// The table of taxa in an archive.
pub fn table(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|err| format!("its archive cannot be read: {err}"))?;
    let names = archive.file_names().map(|name| name.map(Cow::into_owned)).collect::<Result<Vec<String>, _>>();
    let mut names = names.map_err(|err| format!("its archive cannot be read: {err}"))?;
    names.retain(|name| name.to_lowercase().ends_with(".csv") && !name.starts_with("__MACOSX"));
    let ending = |end: &str| names.iter().find(|name| name.to_lowercase().ends_with(end)).cloned();
    if let (Some(assessments), Some(taxonomy)) = (ending(ASSESSMENTS), ending(TAXONOMY)) {
        return joined(&unpacked(&mut archive, &assessments)?, &unpacked(&mut archive, &taxonomy)?);
    }
    let name = KNOWN.iter().find_map(|known| ending(known)).or_else(|| match &names[..] {
        [only] => Some(only.clone()),
        _ => None,
    });
    let name = name.ok_or_else(|| format!("its archive has no table of taxa that is known: {}", names.join(", ")))?;
    unpacked(&mut archive, &name)
}

fn unpacked(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<Vec<u8>, String> {
    let wrong = |err: String| format!("{name} in its archive cannot be read: {err}");
    let entry = archive.by_name(name).map_err(|err| wrong(err.to_string()))?;
    let mut table = Vec::new();
    entry.take(MOST_BYTES + 1).read_to_end(&mut table).map_err(|err| wrong(err.to_string()))?;
    if table.len() as u64 > MOST_BYTES {
        return Err(wrong(format!("it has more than {} MiB", MOST_BYTES >> 20)));
    }
    Ok(table)
}

/// A table of an export: its columns, and its rows.
struct Rows {
    columns: StringRecord,
    rows: Vec<StringRecord>,
}

impl Rows {
    fn read(table: &[u8], name: &str) -> Result<Self, String> {
        let table = table.strip_prefix(b"\xef\xbb\xbf").unwrap_or(table);
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(table);
        let wrong = |err: csv::Error| format!("{name}: {err}");
        let columns = reader.headers().map_err(wrong)?.clone();
        Ok(Self { columns, rows: reader.records().collect::<Result<_, _>>().map_err(wrong)? })
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.trim() == name)
    }
}

/// One table of both, by the id of the taxon.
fn joined(assessments: &[u8], taxonomy: &[u8]) -> Result<Vec<u8>, String> {
    let (assessments, taxonomy) = (Rows::read(assessments, ASSESSMENTS)?, Rows::read(taxonomy, TAXONOMY)?);
    let id = |rows: &Rows, name| rows.column(TAXON).ok_or_else(|| format!("{name} has no column {TAXON}"));
    let (own_id, other_id) = (id(&assessments, ASSESSMENTS)?, id(&taxonomy, TAXONOMY)?);
    let taxa: HashMap<&str, &StringRecord> =
        taxonomy.rows.iter().filter_map(|row| Some((row.get(other_id)?, row))).collect();
    let mut table = WriterBuilder::new().from_writer(Vec::new());
    let columns: Vec<(&str, bool, Option<usize>)> = KEPT
        .iter()
        .map(|(column, of)| {
            let rows = if *of == ASSESSMENTS { &assessments } else { &taxonomy };
            (*column, *of == ASSESSMENTS, rows.column(column))
        })
        .collect();
    let failed = |err: csv::Error| err.to_string();
    table.write_record(columns.iter().map(|(name, ..)| name)).map_err(failed)?;
    for row in &assessments.rows {
        let taxon = row.get(own_id).and_then(|id| taxa.get(id).copied());
        let cell = |(_, is_own, at): &(&str, bool, Option<usize>)| {
            let from = if *is_own { Some(row) } else { taxon };
            from.zip(*at).and_then(|(row, at)| row.get(at)).unwrap_or_default().to_owned()
        };
        table.write_record(columns.iter().map(cell)).map_err(failed)?;
    }
    table.into_inner().map_err(|err| err.to_string())
}
