//! Making a component: one receipt's worth of files and scripts.
//!
//! A component is up to four members of an archive. `Payload` holds the files and `Bom` lists them; `Scripts` holds
//! `preinstall`, `postinstall` and what they need; `PackageInfo` ties them together. A component of scripts alone has
//! neither `Payload` nor `Bom`. The members lie at the top of a *component package* ([`write()`]), or in a directory of a
//! *product archive* ([`crate::product`]).

use std::fmt;
use std::path::Path;

use thiserror::Error as ThisError;

use crate::bom;
use crate::cpio;
use crate::package_info::{Bundle, Bundles, PackageInfo, Payload, PostinstallAction, Script, Scripts};
use crate::payload::{self, Compression, Progress};
use crate::script;
use crate::shown::shown;
use crate::tree::{EntryKind, Totals, Tree};
use crate::xar::{self, Encoding, Writer};
use crate::xml;
use macho::OsVersion;

/// The scripts that the Installer runs, by their names in [`Component::scripts`].
pub const SCRIPTS: [&str; 2] = ["preinstall", "postinstall"];

/// A component to be made. Sizes and numbers are not here: they come from the trees.
#[derive(Debug, Clone)]
pub struct Component<'a> {
    /// Name of the receipt: `org.python.Python.PythonFramework-3.14`.
    pub identifier: String,
    /// Version of the receipt.
    pub version: String,
    /// Where the payload's root goes: an absolute path.
    pub install_location: String,
    /// The files; a tree of nothing but its root is an empty payload, which leaves a receipt.
    pub payload: Option<&'a Tree>,
    /// `preinstall`, `postinstall` and files they use.
    pub scripts: Option<&'a Tree>,
    /// How the payload is compressed. `pbzx` is understood by macOS 10.10 and later.
    pub compression: Compression,
    /// The oldest macOS it is for.
    pub min_os: Option<OsVersion>,
    /// Whether directories that are there already get the payload's owner and mode.
    pub overwrite_permissions: bool,
    /// What the Installer asks for afterwards.
    pub postinstall_action: PostinstallAction,
    /// Seconds each script may take; the Installer's own limit when there is none.
    pub script_timeout: Option<u32>,
    /// Bundles in the payload that the Installer should know of. It treats bundles in its own ways: leave them out unless
    /// downgrades of one must be refused.
    pub bundles: Vec<ListedBundle>,
}

/// A bundle in the payload, named in the `PackageInfo`.
///
/// There is no way to ask for relocation or for exchange as a whole: the first writes over copies elsewhere, the second
/// removes what users put into the bundle.
#[derive(Debug, Clone, Default)]
pub struct ListedBundle {
    /// Where it is (`./Python 3.14/IDLE.app`), its identifier and versions.
    pub bundle: Bundle,
    /// Whether an older version may not replace a newer one.
    pub version_checked: bool,
    /// Whether it is recognised by its identifier, not by its path alone.
    pub strict_identifier: bool,
}

/// Why a component can't be made.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ComponentError {
    /// It would not be a sound one. All problems at once.
    #[error("{}", Problem::list(.0))]
    Problems(Vec<Problem>),
    /// The archive can't be written.
    #[error(transparent)]
    Xar(#[from] xar::XarError),
    /// The payload can't be written.
    #[error("failed to write the payload of {identifier}", identifier = shown(identifier))]
    Payload {
        /// The component.
        identifier: String,
        /// What is wrong.
        source: payload::PayloadError,
    },
    /// The scripts can't be written.
    #[error("failed to write the scripts of {identifier}", identifier = shown(identifier))]
    Scripts {
        /// The component.
        identifier: String,
        /// What is wrong.
        source: payload::PayloadError,
    },
    /// The bill of materials can't be written.
    #[error("failed to write the bill of materials of {identifier}", identifier = shown(identifier))]
    Bom {
        /// The component.
        identifier: String,
        /// What is wrong.
        source: bom::BomError,
    },
    /// A value that XML can't hold.
    #[error("failed to write the PackageInfo of {identifier}", identifier = shown(identifier))]
    Xml {
        /// The component.
        identifier: String,
        /// What is wrong.
        source: xml::XmlError,
    },
}

/// One thing that would make a package unsound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The component, choice or resource.
    pub place: String,
    /// What is there.
    pub got: String,
    /// What should be.
    pub expected: String,
}

impl Problem {
    /// A problem: where, what is there, what ought to be.
    pub fn new(place: impl fmt::Display, got: impl fmt::Display, expected: impl fmt::Display) -> Self {
        Self { place: place.to_string(), got: got.to_string(), expected: expected.to_string() }
    }

    /// All problems, one in a line.
    pub fn list(problems: &[Self]) -> String {
        problems.iter().map(Self::to_string).collect::<Vec<_>>().join("\n")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}, expected {}", self.place, self.got, self.expected)
    }
}

impl<'a> Component<'a> {
    /// A component with neither payload nor scripts yet, for `/`, gzip, permissions overwritten.
    #[must_use]
    pub fn new(identifier: &str, version: &str) -> Self {
        Self {
            identifier: identifier.to_owned(),
            version: version.to_owned(),
            install_location: "/".to_owned(),
            payload: None,
            scripts: None,
            compression: Compression::Gzip,
            min_os: None,
            overwrite_permissions: true,
            postinstall_action: PostinstallAction::None,
            script_timeout: None,
            bundles: Vec::new(),
        }
    }

    /// What the payload's tree adds up to; nothing for a component of scripts alone.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.payload.map(Tree::totals).unwrap_or_default()
    }

    /// What would make it unsound. `min_os` is the product's, for a component that names none.
    pub fn problems(&self, min_os: Option<OsVersion>) -> Vec<Problem> {
        const PBZX: OsVersion = OsVersion::new(10, 10);
        let place = format!("component {:?}", self.identifier);
        let mut problems = Vec::new();
        let mut problem = |got: String, expected: &str| problems.push(Problem::new(&place, got, expected));
        if self.identifier.is_empty() {
            problem("no identifier".to_owned(), "one, such as org.python.Python.PythonFramework-3.14");
        }
        if self.version.is_empty() {
            problem("no version".to_owned(), "one, such as 3.14.0");
        }
        if !self.install_location.starts_with('/') {
            problem(format!("install location {:?}", self.install_location), "an absolute path");
        }
        if self.payload.is_none() && self.scripts.is_none() {
            problem("neither payload nor scripts".to_owned(), "one of them");
        }
        match self.min_os.or(min_os) {
            _ if self.compression == Compression::Gzip => {}
            Some(min_os) if min_os >= PBZX => {}
            Some(min_os) => problem(format!("pbzx for macOS {min_os}"), "macOS 10.10 or later, or gzip"),
            None => problem("pbzx for any macOS".to_owned(), "a minimum of macOS 10.10 or later, or gzip"),
        }
        for group in self.payload.map(Tree::case_collisions).unwrap_or_default() {
            let paths: Vec<_> = group.iter().map(|path| path.to_string()).collect();
            problem(
                format!("paths {}", paths.join(", ")),
                "paths that differ in more than case and the composition of letters",
            );
        }
        for listed in &self.bundles {
            let path = listed.bundle.path.as_deref().unwrap_or_default();
            let inside = path.strip_prefix("./").unwrap_or(path);
            let kind = self.payload.and_then(|tree| tree.get(inside.as_bytes())).map(|entry| &entry.kind);
            if !matches!(kind, Some(EntryKind::Directory)) {
                problem(format!("bundle {path:?} is no directory in the payload"), "a path in the payload");
            }
        }
        if let Some(scripts) = self.scripts {
            if !SCRIPTS.iter().any(|name| scripts.get(name.as_bytes()).is_some()) {
                problem("scripts without preinstall and postinstall".to_owned(), "one of them at the top");
            }
            for (name, entry) in SCRIPTS.iter().filter_map(|name| Some((name, scripts.get(name.as_bytes())?))) {
                if !matches!(entry.kind, EntryKind::File(_)) {
                    problem(format!("{name} is no regular file"), "a script");
                } else if !entry.mode.is_executable() {
                    problem(format!("{name} has mode {}", entry.mode), "an executable script");
                } else if let Some(flaw) = script_flaw(&entry.kind) {
                    problem(format!("{name}: {} is {}", flaw.what, flaw.got), flaw.expected);
                }
            }
        }
        problems
    }

    /// Whether the formats can hold it: numbers and sizes of the trees. Nothing is read or written.
    pub(crate) fn check(&self) -> Result<(), ComponentError> {
        let identifier = || self.identifier.clone();
        if let Some(tree) = self.payload {
            cpio::check(tree)
                .map_err(|source| ComponentError::Payload { identifier: identifier(), source: source.into() })?;
        }
        if let Some(tree) = self.scripts {
            cpio::check(tree)
                .map_err(|source| ComponentError::Scripts { identifier: identifier(), source: source.into() })?;
        }
        Ok(())
    }

    /// The document that describes it.
    #[must_use]
    pub fn package_info(&self) -> PackageInfo {
        let ids = |wanted: fn(&ListedBundle) -> bool| {
            let ids = self.bundles.iter().filter(|listed| wanted(listed)).map(|listed| listed.bundle.id.clone());
            Some(Bundles { bundles: ids.map(|id| Bundle { id, ..Bundle::default() }).collect() })
        };
        let script = |name: &str| {
            let there = self.scripts.is_some_and(|tree| tree.get(name.as_bytes()).is_some());
            let script = Script { file: format!("./{name}"), timeout: self.script_timeout, component_id: None };
            there.then_some(script).into_iter().collect()
        };
        let totals = self.totals();
        let [preinstall, postinstall] = SCRIPTS;
        PackageInfo {
            overwrite_permissions: Some(self.overwrite_permissions),
            postinstall_action: Some(self.postinstall_action),
            install_location: Some(self.install_location.clone()),
            minimum_system_version: self.min_os.map(|version| version.to_string()),
            payload: self
                .payload
                .map(|_| Payload { number_of_files: totals.number_of_files, install_kbytes: totals.install_kbytes }),
            bundles: self.bundles.iter().map(|listed| listed.bundle.clone()).collect(),
            bundle_version: ids(|listed| listed.version_checked),
            strict_identifier: ids(|listed| listed.strict_identifier),
            scripts: self.scripts.map(|_| Scripts { preinstall: script(preinstall), postinstall: script(postinstall) }),
            ..PackageInfo::new(&self.identifier, &self.version)
        }
    }

    /// Adds the members to an archive, in the given directory or at the top.
    pub(crate) fn add_to(
        &self,
        archive: &mut Writer,
        directory: Option<&str>,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<(), ComponentError> {
        let identifier = || self.identifier.clone();
        let member = |name| directory.into_iter().chain([name]).collect::<Vec<&str>>();
        if let Some(tree) = self.payload {
            let mut payload = archive.start_file(&member("Payload"), Encoding::Stored)?;
            let facts = payload::write(tree, self.compression, &mut payload, progress)
                .map_err(|source| ComponentError::Payload { identifier: identifier(), source })?;
            payload.finish()?;
            let bom =
                bom::write(tree, &facts).map_err(|source| ComponentError::Bom { identifier: identifier(), source })?;
            archive.add_file(&member("Bom"), bom.as_slice(), Encoding::Zlib)?;
        }
        if let Some(tree) = self.scripts {
            let mut scripts = archive.start_file(&member("Scripts"), Encoding::Stored)?;
            payload::write(tree, Compression::Gzip, &mut scripts, &|_| ())
                .map_err(|source| ComponentError::Scripts { identifier: identifier(), source })?;
            scripts.finish()?;
        }
        let xml =
            self.package_info().to_xml().map_err(|source| ComponentError::Xml { identifier: identifier(), source })?;
        archive.add_file(&member("PackageInfo"), xml.as_bytes(), Encoding::Zlib)?;
        Ok(())
    }
}

/// Writes a component package. The output appears whole or not at all.
///
/// # Errors
/// [`ComponentError::Problems`] when it would not be sound, [`ComponentError::Bom`], [`ComponentError::Payload`] and [`ComponentError::Scripts`] when the
/// formats can't hold it, before anything is written; else when reading or writing fails.
pub fn write(
    component: &Component<'_>,
    out: &Path,
    options: xar::Options,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<xar::Summary, ComponentError> {
    let problems = component.problems(None);
    if !problems.is_empty() {
        return Err(ComponentError::Problems(problems));
    }
    component.check()?;
    let mut archive = Writer::new(out, options)?;
    component.add_to(&mut archive, None, progress)?;
    Ok(archive.finish()?)
}

/// What keeps the system from starting a script. One that can't be read is reported when it is packaged.
fn script_flaw(kind: &EntryKind) -> Option<script::Flaw> {
    use std::io::Read as _;
    let EntryKind::File(contents) = kind else { return None };
    let mut start = Vec::new();
    contents.open().ok()?.take(script::START).read_to_end(&mut start).ok()?;
    script::flaw(&start)
}
