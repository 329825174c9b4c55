//! A release's data are in two files: `Mac/series/3.13.toml` has what all releases of Python 3.13 share,
//! `Mac/releases/3.13.5.toml` what is this one's alone.
//!
//! ```text
//! series ──override──▶ what is overridden takes its place ──add──▶ lists grow, tables are joined ──▶ Release
//! ```
//!
//! They are joined as TOML, before a type is read from them, and each value keeps its place: so an error shows the file and
//! the line that it came from. A series is optional: then the release's file has everything.

use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Error, Result, anyhow};
use serde::Deserialize as _;
use toml::Spanned;
use toml::de::{DeArray, DeString, DeTable, DeValue, ValueDeserializer};

use super::Release;
use crate::version::PythonVersion;

/// What no two releases share.
const OWN: [&str; 5] = ["python", "released", "built", "transient", "source"];

/// The table of a release whose values take the place of the series's.
const OVERRIDE: &str = "override";

/// The lists whose items, `openssl-3.0.20`, are overridden one by one: each takes the place of the same library.
const LIBRARIES: &str = "libraries";

/// The files of a release.
pub(super) struct Layers {
    release: File,
    series: Option<File>,
}

/// One of them. Behind as many spaces as the other has bytes, so that a place in it is a place in no other.
struct File {
    path: PathBuf,
    padded: String,
    start: usize,
}

/// What is wrong with a value, and where that is.
struct Fault {
    span: Range<usize>,
    message: String,
}

impl Layers {
    /// Reads the files.
    ///
    /// # Errors
    /// When one can't be read. A series that isn't there is none.
    pub fn read(mac: &Path, version: PythonVersion) -> Result<Self> {
        let release = File::read(release_path(mac, version), 0)?;
        let path = series_path(mac, version);
        let series = path.is_file().then(|| File::read(path, release.padded.len() + 1)).transpose()?;
        Ok(Self { release, series })
    }

    /// The release that they describe.
    ///
    /// # Errors
    /// When they are malformed or don't fit together; the error shows the line.
    pub fn release(&self) -> Result<Release> {
        let table = self.joined().map_err(|fault| self.error(&fault))?;
        // A place that is in neither file, for what is in neither file.
        let root = Spanned::new(0..0, DeValue::Table(table));
        Release::deserialize(ValueDeserializer::from(root)).map_err(|error| match error.span() {
            Some(span) if span != (0..0) => self.error(&Fault { span, message: error.message().to_owned() }),
            _ => self.lacks(error.message()),
        })
    }

    /// The file that has a key, or both.
    pub fn with_key(&self, key: &str) -> String {
        let has = |file: &&File| {
            file.table().is_ok_and(|table| {
                let overrides = table.get(OVERRIDE).and_then(|value| value.get_ref().as_table());
                table.contains_key(key) || overrides.is_some_and(|overrides| overrides.contains_key(key))
            })
        };
        let files: Vec<String> = self.files().filter(has).map(|file| file.path.display().to_string()).collect();
        if files.is_empty() { self.release.path.display().to_string() } else { files.join(" and ") }
    }

    fn files(&self) -> impl Iterator<Item = &File> {
        [Some(&self.release), self.series.as_ref()].into_iter().flatten()
    }

    fn joined(&self) -> Result<DeTable<'_>, Fault> {
        let mut release = self.release.table()?;
        let overrides = release.remove_entry(OVERRIDE);
        let Some(series) = &self.series else {
            return match overrides {
                Some((key, _)) => Err(Fault::at(&key, "there is no series to override".into())),
                None => Ok(release),
            };
        };
        let mut joined = series.table()?;
        if let Some(key) = joined.keys().find(|key| OWN.contains(&key.get_ref().as_ref())) {
            return Err(Fault::at(key, format!("`{}` belongs to a release, not to a series", key.get_ref())));
        }
        match overrides.map(|(key, value)| (key, value.into_inner())) {
            Some((_, DeValue::Table(table))) => replace(&mut joined, table)?,
            Some((key, _)) => return Err(Fault::at(&key, "expected a table".into())),
            None => {}
        }
        self.add(&mut joined, release)?;
        Ok(joined)
    }

    /// Lists grow, tables are joined, and nothing else may be in both.
    fn add<'i>(&self, shared: &mut DeTable<'i>, own: DeTable<'i>) -> Result<(), Fault> {
        for (key, value) in own {
            let Some(there) = shared.get_mut(key.get_ref().as_ref()) else {
                shared.insert(key, value);
                continue;
            };
            let place = there.span();
            match (there.get_mut(), value.into_inner()) {
                (DeValue::Table(there), DeValue::Table(own)) => self.add(there, own)?,
                (DeValue::Array(there), DeValue::Array(own)) => own.into_iter().for_each(|item| there.push(item)),
                _ => {
                    let other = self.place(&place);
                    let advice = "what is this release's alone stands below [override]";
                    return Err(Fault::at(&key, format!("`{}` is there already, {other}; {advice}", key.get_ref())));
                }
            }
        }
        Ok(())
    }

    fn file_of(&self, span: &Range<usize>) -> &File {
        self.series.as_ref().filter(|series| span.start >= series.start).unwrap_or(&self.release)
    }

    fn place(&self, span: &Range<usize>) -> String {
        let file = self.file_of(span);
        let (line, _) = file.position(span.start);
        format!("in line {line} of {}", file.path.display())
    }

    fn error(&self, fault: &Fault) -> Error {
        let file = self.file_of(&fault.span);
        anyhow!("{}\n{}", file.excerpt(&fault.span), fault.message)
            .context(format!("{} is malformed", file.path.display()))
    }

    /// Something is in neither file, and some of that can only be in one.
    fn lacks(&self, message: &str) -> Error {
        let own = OWN.iter().any(|key| message.contains(&format!("`{key}`")));
        let files = self.files().take(if own { 1 } else { 2 }).map(|file| file.path.display().to_string());
        anyhow!("{}: {message}", files.collect::<Vec<_>>().join(" with "))
    }
}

/// Puts values in the place of the series's, tables key by key.
fn replace<'i>(shared: &mut DeTable<'i>, own: DeTable<'i>) -> Result<(), Fault> {
    for (key, value) in own {
        let name: &DeString<'_> = key.get_ref();
        let Some(there) = shared.get_mut(name.as_ref()) else {
            return Err(Fault::at(&key, format!("the series has no `{name}` to override")));
        };
        let span = value.span();
        match (there.get_mut(), value.into_inner()) {
            (DeValue::Table(there), DeValue::Table(own)) => replace(there, own)?,
            (DeValue::Array(there), DeValue::Array(own)) if name == LIBRARIES => replace_libraries(there, own)?,
            (_, own) => *there = Spanned::new(span, own),
        }
    }
    Ok(())
}

fn replace_libraries<'i>(shared: &mut DeArray<'i>, own: DeArray<'i>) -> Result<(), Fault> {
    let library = |item: &Spanned<DeValue<'_>>| {
        let name = item.get_ref().as_str()?;
        Some(name.split_once('-').map_or(name, |(library, _)| library).to_owned())
    };
    for item in own {
        let Some(name) = library(&item) else {
            return Err(Fault::at(&item, "expected the name of a recipe, such as `openssl-3.0.20`".into()));
        };
        match shared.iter_mut().find(|there| library(there).as_ref() == Some(&name)) {
            Some(there) => *there = item,
            None => return Err(Fault::at(&item, format!("the series has no `{name}` to override"))),
        }
    }
    Ok(())
}

impl Fault {
    fn at<T>(place: &Spanned<T>, message: String) -> Self {
        Self { span: place.span(), message }
    }
}

impl File {
    fn read(path: PathBuf, start: usize) -> Result<Self> {
        let text = fs_err::read_to_string(&path)?;
        Ok(Self { path, padded: format!("{:start$}{text}", ""), start })
    }

    fn table(&self) -> Result<DeTable<'_>, Fault> {
        let table = DeTable::parse(&self.padded).map_err(|error| {
            let span = error.span().unwrap_or(self.start..self.start);
            Fault { span, message: error.message().to_owned() }
        });
        table.map(Spanned::into_inner)
    }

    /// Line and column, counted from one.
    fn position(&self, at: usize) -> (usize, usize) {
        let before = self.padded.get(self.start..at).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() + 1, line.chars().count() + 1)
    }

    /// A place as the reader of single TOML files shows it.
    fn excerpt(&self, span: &Range<usize>) -> String {
        let (line, column) = self.position(span.start);
        let text = self.padded.get(self.start..).unwrap_or_default();
        let shown = text.lines().nth(line - 1).unwrap_or_default();
        let marked = self.padded.get(span.clone()).unwrap_or_default().lines().next().unwrap_or_default();
        let (margin, number) = (line.to_string().len() + 1, line);
        let marks = "^".repeat(marked.chars().count().max(1));
        format!(
            "TOML parse error at line {line}, column {column}\n{:margin$}|\n{number} | {shown}\n{:margin$}|{:column$}{marks}",
            "", "", ""
        )
    }
}

/// `Mac/releases/3.13.5.toml`.
pub(super) fn release_path(mac: &Path, version: PythonVersion) -> PathBuf {
    mac.join("releases").join(format!("{version}.toml"))
}

/// `Mac/series/3.13.toml`.
pub(super) fn series_path(mac: &Path, version: PythonVersion) -> PathBuf {
    mac.join("series").join(format!("{}.toml", version.short()))
}
