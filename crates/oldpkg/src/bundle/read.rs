//! Reading bundle packages. Nothing in them is trusted.

use std::collections::BTreeMap;
use std::io::{self, Read};

use super::info::{Info, Selection};
use super::{COMPONENTS, Phase};
use flatpkg::bom::{self, Bom, Node, Record};
use flatpkg::budget::Budget;
use flatpkg::cpio;
use flatpkg::payload::{self, Decoded};
use flatpkg::plist::{self, Value};
use flatpkg::shown::shown;
use flatpkg::tree::{Contents, EntryKind, Tree, TreePath};
use flatpkg::xml;

/// The longest property list we read, in bytes.
const MAX_PLIST: u64 = 1 << 20;

/// The longest bill of materials we read, in bytes. One path takes about 100.
const MAX_BOM: u64 = 256 << 20;

/// The names of the archive, newer first.
const ARCHIVES: [&str; 2] = ["Archive.pax.gz", "Archive.pax"];

/// Why a bundle package can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleReadError {
    /// There is no `Contents/Info.plist`.
    #[error("{place} has no Contents/Info.plist, it is no bundle package", place = shown(place))]
    NotABundle {
        /// The bundle.
        place: String,
    },
    /// A property list that can't be understood.
    #[error("failed to read {place}", place = shown(place))]
    Plist {
        /// The file.
        place: String,
        /// What is wrong.
        source: xml::XmlError,
    },
    /// A file that can't be read.
    #[error("failed to read {place}", place = shown(place))]
    Io {
        /// The file.
        place: String,
        /// What the system says.
        source: io::Error,
    },
    /// A file longer than any that was ever seen.
    #[error("{place} has {size} bytes, more than {limit}", place = shown(place))]
    TooLarge {
        /// The file.
        place: String,
        /// Its size in bytes.
        size: u64,
        /// What is read.
        limit: u64,
    },
    /// A bill of materials that can't be understood.
    #[error("failed to read {place}", place = shown(place))]
    Bom {
        /// The file.
        place: String,
        /// What is wrong.
        source: bom::BomError,
    },
    /// An archive that can't be understood.
    #[error("failed to read {place}", place = shown(place))]
    Archive {
        /// The file.
        place: String,
        /// What is wrong.
        source: payload::PayloadError,
    },
    /// A metapackage names a package that it doesn't hold.
    #[error("{place} lists {package:?}, which is not in {directory}", place = shown(place))]
    Missing {
        /// The metapackage.
        place: String,
        /// As it is listed.
        package: String,
        /// Where it should be.
        directory: String,
    },
    /// A metapackage lists packages that lie in each other, or one again and again.
    #[error("{place} lists the same packages several times; refusing")]
    Repeated {
        /// The metapackage.
        place: String,
    },
    /// A metapackage in a metapackage.
    #[error("{place} is a metapackage in a metapackage, which is not read", place = shown(place))]
    Nested {
        /// The inner one.
        place: String,
    },
}

/// An open bundle package or metapackage.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// Its `Info.plist`.
    pub info: Info,
    /// Whether it is a metapackage.
    pub is_metapackage: bool,
    /// The packages of a metapackage in the order of installation; the package itself otherwise.
    pub members: Vec<Member>,
}

/// One package: one receipt.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its directory: `PythonFramework-3.3.pkg`, also the name of its receipt before 10.6.
    pub file_name: String,
    /// Its `Info.plist`.
    pub info: Info,
    /// What the user reads; empty without a `Description.plist`.
    pub title: String,
    /// How a metapackage offers it; required where it stands alone.
    pub selection: Selection,
    /// `Contents/Resources`.
    pub resources: Tree,
    archive: Option<Contents>,
    bom: Option<Contents>,
}

impl Bundle {
    /// Reads the documents of the package whose directory is the root of `tree`. Archives are read when asked for.
    ///
    /// The packages of a metapackage have at most 2 times the entries of the tree together.
    ///
    /// # Errors
    /// It is none, or a document can't be read.
    pub fn of(tree: &Tree, file_name: &str) -> Result<Bundle, BundleReadError> {
        let plist = info_plist(tree, file_name)?;
        let info = Info::from_plist(&plist);
        let Some(listed) = plist::key(&plist, "IFPkgFlagPackageList") else {
            let member = Member::of(tree, file_name, info.clone(), Selection::Required)?;
            return Ok(Bundle { info, is_metapackage: false, members: vec![member] });
        };
        let directory = plist::text(&plist, "IFPkgFlagComponentDirectory").unwrap_or(COMPONENTS);
        let directory = directory.trim_start_matches("./").trim_matches('/');
        let mut members = Vec::new();
        let entries = Budget::new(tree.len() as u64, 2);
        for package in listed.as_array().into_iter().flatten() {
            let text = |key: &str| plist::text(package, key).unwrap_or_default();
            let location = text("IFPkgFlagPackageLocation").trim_start_matches("./").trim_matches('/');
            let missing = || BundleReadError::Missing {
                place: file_name.to_owned(),
                package: location.to_owned(),
                directory: directory.to_owned(),
            };
            let path = TreePath::new(format!("{directory}/{location}")).map_err(|_| missing())?;
            let inside = tree.subtree(&path).ok_or_else(missing)?;
            entries.take(inside.len() as u64).map_err(|_| BundleReadError::Repeated { place: file_name.to_owned() })?;
            let plist = info_plist(&inside, location)?;
            if plist::key(&plist, "IFPkgFlagPackageList").is_some() {
                return Err(BundleReadError::Nested { place: location.to_owned() });
            }
            let selection = Selection::from_name(text("IFPkgFlagPackageSelection"));
            members.push(Member::of(&inside, location, Info::from_plist(&plist), selection)?);
        }
        Ok(Bundle { info, is_metapackage: true, members })
    }
}

impl Member {
    fn of(tree: &Tree, file_name: &str, info: Info, selection: Selection) -> Result<Member, BundleReadError> {
        let resources = TreePath::new("Contents/Resources").ok().and_then(|path| tree.subtree(&path));
        let resources =
            resources.unwrap_or_else(|| Tree::new(flatpkg::tree::Entry::directory(flatpkg::mode::Mode::PLAIN)));
        let descriptions = ["Description.plist", "en.lproj/Description.plist", "English.lproj/Description.plist"];
        let description = descriptions.iter().find_map(|name| file(&resources, name));
        let title = match description {
            Some(contents) => {
                let plist = document(contents, &format!("{file_name}: Description.plist"))?;
                plist::text(&plist, "IFPkgDescriptionTitle").unwrap_or_default().to_owned()
            }
            None => String::new(),
        };
        let archive = ARCHIVES.iter().find_map(|name| file(tree, &format!("Contents/{name}")));
        Ok(Member {
            file_name: file_name.to_owned(),
            selection: if info.required { Selection::Required } else { selection },
            info,
            title,
            resources,
            archive: archive.cloned(),
            bom: file(tree, "Contents/Archive.bom").cloned(),
        })
    }

    /// Its archive, decompressing while it is read; a package of scripts alone has none.
    ///
    /// # Errors
    /// It can't be opened, or starts like nothing that is known.
    pub fn archive(&self) -> Result<Option<cpio::Reader<Decoded<'_>>>, BundleReadError> {
        let place = || format!("{}: Archive.pax.gz", self.file_name);
        let Some(contents) = &self.archive else { return Ok(None) };
        let input = contents.open().map_err(|source| BundleReadError::Io { place: place(), source })?;
        payload::read(input).map(Some).map_err(|source| BundleReadError::Archive { place: place(), source })
    }

    /// Its bill of materials.
    ///
    /// # Errors
    /// It can't be read or understood.
    pub fn bom(&self) -> Result<Option<Bom>, BundleReadError> {
        let place = || format!("{}: Archive.bom", self.file_name);
        let Some(contents) = &self.bom else { return Ok(None) };
        let bytes = read(contents, &place(), MAX_BOM)?;
        bom::read(&bytes).map(Some).map_err(|source| BundleReadError::Bom { place: place(), source })
    }

    /// Paths on which its archive and its bill of materials disagree; with only one of them, all paths.
    ///
    /// # Errors
    /// One of them can't be read.
    pub fn disagreements(&self) -> Result<Vec<TreePath>, BundleReadError> {
        let place = || format!("{}: Archive.pax.gz", self.file_name);
        let records = self.bom()?.map(|bom| bom.records).unwrap_or_default();
        let mut listed: BTreeMap<&TreePath, &Record> = records.iter().map(|record| (&record.path, record)).collect();
        let mut wrong = Vec::new();
        if let Some(contents) = &self.archive {
            let input = contents.open().map_err(|source| BundleReadError::Io { place: place(), source })?;
            let failed = |source| BundleReadError::Archive { place: place(), source };
            for record in payload::examine(input).map_err(failed)? {
                let record = record.map_err(failed)?;
                // The sizes of directories mean nothing, and Apple's tools state what the disk says.
                let same = |other: &Record| Record { size: record.size, ..other.clone() } == record;
                let size = |other: &Record| other.size == record.size || other.node == Node::Directory;
                if !listed.remove(&record.path).is_some_and(|other| same(other) && size(other)) {
                    wrong.push(record.path);
                }
            }
        }
        wrong.extend(listed.into_keys().cloned());
        Ok(wrong)
    }

    /// Its scripts, in the order of their phases.
    pub fn scripts(&self) -> impl Iterator<Item = (Phase, &Contents)> {
        Phase::ALL.into_iter().filter_map(|phase| Some((phase, file(&self.resources, phase.name())?)))
    }
}

fn file<'a>(tree: &'a Tree, path: &str) -> Option<&'a Contents> {
    match &tree.get(path.as_bytes())?.kind {
        EntryKind::File(contents) => Some(contents),
        _ => None,
    }
}

fn info_plist(tree: &Tree, file_name: &str) -> Result<Value, BundleReadError> {
    let contents = file(tree, "Contents/Info.plist");
    let contents = contents.ok_or_else(|| BundleReadError::NotABundle { place: file_name.to_owned() })?;
    document(contents, &format!("{file_name}: Info.plist"))
}

fn document(contents: &Contents, place: &str) -> Result<Value, BundleReadError> {
    let bytes = read(contents, place, MAX_PLIST)?;
    plist::read(&bytes).map_err(|source| BundleReadError::Plist { place: place.to_owned(), source })
}

fn read(contents: &Contents, place: &str, limit: u64) -> Result<Vec<u8>, BundleReadError> {
    let size = contents.size();
    if size > limit {
        return Err(BundleReadError::TooLarge { place: place.to_owned(), size, limit });
    }
    let fail = |source| BundleReadError::Io { place: place.to_owned(), source };
    let mut bytes = Vec::new();
    contents.open().map_err(fail)?.take(limit).read_to_end(&mut bytes).map_err(fail)?;
    Ok(bytes)
}
