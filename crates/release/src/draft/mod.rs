//! A new release, from its version alone: its source is found, the script in it that makes python.org's installer is read, and what
//! that says is compared with the data. What is written are drafts; a person judges them.
//!
//! ```text
//! Debian's signed lists, a signed .dsc, python.org ──▶ Origin ──fetch──▶ archive ──▶ Script, modules ──▶ Comparison
//!                                                        └──▶ Mac/releases/VERSION.toml      └──▶ Mac/recipes/NAME-VERSION.toml
//! ```

mod accept;
mod archive;
mod compare;
mod modules;
mod origin;
mod script;
mod write;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Error, Result, anyhow};

use crate::context::Context;
use crate::digest::Sha256;
use crate::fetch::{self, Supply};
use crate::given::patchlevel;
use crate::hint::{WithHint as _, innermost};
use crate::output::write_whole;
use crate::recipe::{Day, DebianSource, Library, Pin, Recipes, Source, Upstream, known_recipes, known_releases};
use crate::version::PythonVersion;

pub use accept::{Accepted, accept};
use compare::recipe_name;
pub use compare::{Comparison, numbers};
use origin::Origin;
use script::{Asked, Script};

/// The script that makes python.org's installer, in a source.
const SCRIPT: &str = "Mac/BuildScript/build-installer.py";

/// The version of a source, in it.
const PATCHLEVEL: &str = "Include/patchlevel.h";

/// What was found and written.
pub struct Draft {
    /// Who vouches for the source; nothing where the release was there before.
    pub vouched: Option<String>,
    /// Files that are new.
    pub written: Vec<PathBuf>,
    /// What a person should look at: a line each.
    pub notes: Vec<String>,
    /// The script beside the data.
    pub comparison: Comparison,
}

/// Drafts a release. One that is there already is only compared with its script.
///
/// # Errors
/// When nobody vouches for its source or has it, or the script can't be read; then nothing is written.
pub fn draft(cx: &Context, version: PythonVersion, supply: &Supply, given: Option<Sha256>) -> Result<Draft> {
    let mac = cx.paths.mac();
    let upstream = Upstream::read(&mac)?;
    let path = mac.join(format!("releases/{version}.toml"));
    let known = path.is_file().then(|| Recipes::load(&mac, version)).transpose()?;
    let mut origin = match &known {
        Some(recipes) => Origin { source: recipes.release.source.clone(), vouched: String::new() },
        None => origin::find(cx, &upstream, version, given)?,
    };
    let archive = fetch::all(cx, &[&origin.source], supply)?.path(&origin.source);
    origin.source.size = fs_err::metadata(&archive)?.len();
    let found = archive::read(&archive, &[SCRIPT, PATCHLEVEL, modules::SETUP, modules::OF_OLD])?;
    check_version(&found, version)?;
    let script = found.texts.get(SCRIPT).with_context(|| format!("the source has no {SCRIPT}"))?;
    let script = Script::read(script).with_context(|| format!("could not read {SCRIPT} of {version}"))?;
    let listed = found.texts.get(modules::SETUP).map(|text| modules::of_setup(text));
    let of_old = found.texts.get(modules::OF_OLD).map(|text| modules::of_script(text));
    let modules = listed.into_iter().chain(of_old).flatten().collect();
    let mut drafts = Drafts { mac: &mac, written: vec![], notes: vec![] };
    let (recipes, vouched) = match known {
        Some(recipes) => (recipes, None),
        None => (drafts.release(version, &origin, found.newest)?, Some(origin.vouched)),
    };
    let comparison = Comparison::new(&script, &modules, &recipes, &upstream);
    for asked in &script.libraries {
        let name = recipe_name(asked, &upstream);
        if comparison.libraries.iter().any(|row| row.name == name && row.is_behind()) {
            drafts.recipe(cx, &upstream, &name, asked, supply)?;
        }
    }
    let Drafts { written, notes, .. } = drafts;
    Ok(Draft { vouched, written, notes, comparison })
}

fn check_version(found: &archive::Texts, version: PythonVersion) -> Result<()> {
    let stated = found.texts.get(PATCHLEVEL).and_then(|text| patchlevel(text));
    let stated = stated.with_context(|| format!("the source's {PATCHLEVEL} states no version"))?;
    if stated != version {
        return Err(anyhow!("the source is that of Python {stated}, not of {version}"));
    }
    Ok(())
}

/// What is being written.
struct Drafts<'a> {
    mac: &'a Path,
    written: Vec<PathBuf>,
    notes: Vec<String>,
}

impl Drafts<'_> {
    fn write(&mut self, path: PathBuf, text: &str) -> Result<()> {
        fs_err::create_dir_all(path.parent().unwrap_or(self.mac))?;
        write_whole(&path, text.as_bytes(), 0o644)?;
        self.written.push(path);
        Ok(())
    }

    /// Writes the release, and a series for it where there is none; what doesn't load is removed again.
    fn release(&mut self, version: PythonVersion, origin: &Origin, newest: u64) -> Result<Recipes> {
        let released = Day::of(newest).context("the source's files have no time")?;
        if !self.mac.join(format!("series/{}.toml", version.short())).is_file() {
            self.series(version)?;
        }
        self.write(self.mac.join(format!("releases/{version}.toml")), &write::release(version, &released, origin))?;
        let loaded = Recipes::load(self.mac, version);
        if loaded.is_err() {
            for path in self.written.drain(..) {
                fs_err::remove_file(path)?;
            }
        }
        loaded
    }

    fn series(&mut self, version: PythonVersion) -> Result<()> {
        let known = known_releases(self.mac)?;
        let distance =
            |other: &PythonVersion| (other.major.abs_diff(version.major), other.minor.abs_diff(version.minor));
        let has_file = |other: &PythonVersion| self.mac.join(format!("series/{}.toml", other.short())).is_file();
        let nearest = known.into_iter().filter(has_file).min_by_key(distance);
        let nearest = nearest.context("there is no series to begin with").hint("write one in Mac/series")?.short();
        let text = fs_err::read_to_string(self.mac.join(format!("series/{nearest}.toml")))?;
        let short = version.short();
        self.write(self.mac.join(format!("series/{short}.toml")), &write::series(&short, &nearest, &text))?;
        self.notes.push(format!("Mac/series/{short}.toml is a copy of {nearest}'s: patches and modules may not fit"));
        Ok(())
    }

    /// Writes the recipe of a library's newer version from its predecessor's, when its source can be had.
    fn recipe(&mut self, cx: &Context, upstream: &Upstream, name: &str, asked: &Asked, supply: &Supply) -> Result<()> {
        let version = &asked.version;
        let path = self.mac.join(format!("recipes/{name}-{version}.toml"));
        if path.is_file() {
            self.notes.push(format!("Mac/recipes/{name}-{version}.toml is there, and {name} is older in the data"));
            return Ok(());
        }
        let Some(before) = newest_recipe(self.mac, name)? else { return Ok(()) };
        match source_of(cx, upstream, asked, &before, supply) {
            Ok(source) => self.write(path, &write::recipe(&before, asked, &source)),
            Err(error) => {
                let Asked { url, checksum, .. } = asked;
                self.notes.push(format!("{name} {version} got no recipe, since its source could not be had:"));
                self.notes.extend(innermost(&error).lines().map(|line| format!("  {}", line.trim_end())));
                self.notes.push(format!("  the script takes {url}, {checksum}"));
                Ok(())
            }
        }
    }
}

/// The text of the newest recipe of a library.
fn newest_recipe(mac: &Path, name: &str) -> Result<Option<String>> {
    let known = known_recipes(mac)?.into_iter().filter(|(library, _)| library == name);
    let newest = known.max_by_key(|(_, version)| numbers(version));
    let path = newest.map(|(_, version)| mac.join(format!("recipes/{name}-{version}.toml")));
    Ok(path.map(fs_err::read_to_string).transpose()?)
}

/// The source of a library that the script asks for: fetched, since the script doesn't say how long it is.
fn source_of(cx: &Context, upstream: &Upstream, asked: &Asked, before: &str, supply: &Supply) -> Result<Source> {
    let sha256: Sha256 = asked.checksum.parse().map_err(Error::msg).context("the script has no SHA-256 of it")?;
    let file = asked.url.rsplit('/').next().unwrap_or_default().to_owned();
    let before: Library = toml::from_str(before)?;
    let pin = Pin::Sha256 { sha256, md5: None };
    let mut source = Source { file, size: 0, pin, urls: vec![asked.url.clone()], debian: None, pypi: None };
    if let Some(package) = before.source.debian.map(|debian| debian.package).filter(|_| !cx.offline) {
        let place = |suite: &&String| cx.with_apt(|apt| apt.source_place(suite, &package, sha256)).ok();
        let found = upstream.debian.suites.iter().find_map(|suite| Some((suite.clone(), place(&suite)?)));
        source.debian = found.map(|(suite, place)| {
            let (pool, file) = place.rsplit_once('/').unwrap_or(("", &place));
            let (pool, file, version) = (Some(pool.to_owned()), file.to_owned(), asked.version.clone());
            DebianSource { suite: Some(suite), package, version, file, pool }
        });
    }
    source.size = fs_err::metadata(fetch::all(cx, &[&source], supply)?.path(&source))?.len();
    Ok(source)
}

#[cfg(test)]
mod tests;
