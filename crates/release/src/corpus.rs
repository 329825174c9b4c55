//! A corpus of packages, disk images and bills of materials that others made, and what a careful person says of each.
//!
//! The table is in the repository (`crates/flatpkg/tests/corpus/corpus.toml`), the bytes are not: a file is known by its
//! digest, whatever it is called. [`run`] looks at every file of a folder that the table knows and compares what we say
//! of it with the table. `docs/corpus.md` has the results.

mod answer;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Result;
use pkgsign::Time;
use rayon::prelude::*;
use serde::Serialize;
use walkdir::WalkDir;

use crate::digest::Sha256;
pub use answer::Answer;
pub use table::{Specimen, Table};

/// What became of all files of a table.
#[derive(Debug, Serialize)]
pub struct Outcome<'a> {
    /// One for each file that was found, in the order of the table.
    pub results: Vec<Judged<'a>>,
    /// How many files of the table were not found.
    pub absent: usize,
}

/// A file that was found, and what we say of it.
#[derive(Debug, Serialize)]
pub struct Judged<'a> {
    /// What the table says.
    #[serde(flatten)]
    pub specimen: &'a Specimen,
    /// What we say.
    pub got: Answer,
    /// Whether that is right.
    pub is_right: bool,
}

/// Looks at every file below `folder` that the table knows.
///
/// # Errors
/// The folder, or a file in it, can't be read. That a file makes no sense is an answer, not an error.
pub fn run<'a>(table: &'a Table, folder: &Path) -> Result<Outcome<'a>> {
    let found = find(table, folder)?;
    let now = Time::from_unix(table.now);
    let results: Vec<Judged<'_>> = table
        .files
        .par_iter()
        .filter_map(|specimen| found.get(&specimen.sha256).map(|path| (specimen, path)))
        .map(|(specimen, path)| {
            let got = Answer::of(path, now)?;
            Ok(Judged { specimen, is_right: specimen.right.accepts(&got), got })
        })
        .collect::<Result<_>>()?;
    Ok(Outcome { absent: table.files.len() - results.len(), results })
}

/// Where the files of the table are. Only files of the right size are read for their digest.
fn find(table: &Table, folder: &Path) -> Result<BTreeMap<Sha256, PathBuf>> {
    let mut found = BTreeMap::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        let size = entry.metadata()?.len();
        if entry.file_type().is_file() && table.files.iter().any(|specimen| specimen.size == size) {
            found.insert(Sha256::of_file(entry.path())?, entry.into_path());
        }
    }
    Ok(found)
}

impl Outcome<'_> {
    /// How many answers are wrong.
    #[must_use]
    pub fn wrong(&self) -> usize {
        self.results.iter().filter(|judged| !judged.is_right).count()
    }
}

impl fmt::Display for Outcome<'_> {
    /// A table in Markdown, then the totals; no line break at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("| file | made by | year | expected | got | |\n|---|---|---|---|---|---|\n")?;
        for judged in &self.results {
            let Specimen { maker, year, right, .. } = judged.specimen;
            let (got, verdict) =
                if judged.is_right { ("the same".to_owned(), "right") } else { (judged.got.to_string(), "**wrong**") };
            let mut row = String::new();
            for cell in [&judged.specimen.name(), maker, &year.to_string(), &right.to_string(), &got, verdict] {
                write!(row, "| {} ", cell.replace('|', "\\|").replace('\n', " "))?;
            }
            writeln!(f, "{row}|")?;
        }
        let (all, wrong) = (self.results.len(), self.wrong());
        write!(f, "\n{all} files, {} judged right, {wrong} wrong; {} not found", all - wrong, self.absent)
    }
}
