//! Packages of either format, read into what they offer.

use std::collections::BTreeMap;
use std::io;

use super::offer::{Choice, Laid, Node, Offer, Part, Policy, Script, When};
use super::{Attributes, Digest};
use crate::bundle::{self, Authorization, Bundle, Phase};
use crate::cpio;
use crate::distribution::{self, Distribution};
use crate::mode::Mode;
use crate::package::{self, Component, Package};
use crate::package_info::{Bundles, PackageInfo};
use crate::payload::{self, Decoded};
use crate::shown::shown;
use crate::tree::{Kind, Tree, TreePath};

/// The most paths of one part. A Python has 8,000; a small hostile archive can hold very many.
const MAX_PATHS: usize = 4 << 20;

/// The most bytes of scripts and what they use.
const MAX_SCRIPTS: u64 = 256 << 20;

/// Files in the resources of a bundle package that scripts don't use.
const RESOURCES: [&str; 4] = ["Description.plist", "package_version", "TokenDefinitions.plist", "ReadMe.txt"];

/// Why what a package does can't be said.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A flat package.
    #[error(transparent)]
    Package(#[from] package::Error),
    /// A bundle package.
    #[error(transparent)]
    Bundle(#[from] bundle::ReadError),
    /// An archive of a part.
    #[error("failed to read the archive of {identifier}", identifier = shown(identifier))]
    Archive {
        /// The part.
        identifier: String,
        /// What is wrong.
        source: payload::Error,
    },
    /// The contents of an entry.
    #[error("failed to read {path} of {identifier}", path = shown(path), identifier = shown(identifier))]
    Contents {
        /// The part.
        identifier: String,
        /// The entry.
        path: String,
        /// What the input says.
        source: io::Error,
    },
    /// A place that can't be a path.
    #[error("{identifier} can't be installed at {location:?}", identifier = shown(identifier))]
    Location {
        /// The part.
        identifier: String,
        /// The place.
        location: String,
    },
    /// More paths than any package that was ever seen.
    #[error("{identifier} has more than {MAX_PATHS} paths", identifier = shown(identifier))]
    TooMany {
        /// The part.
        identifier: String,
    },
}

/// A package of either format.
#[derive(Debug)]
pub enum Installable {
    /// A flat package.
    Flat(Package),
    /// A bundle package or metapackage.
    Bundle(Bundle),
}

/// The archive of a part.
pub type Archive<'a> = cpio::Reader<Decoded<'a>>;

impl Installable {
    /// What it offers. All archives are read for the digests of their files.
    ///
    /// # Errors
    /// A part that can't be read.
    pub fn offer(&self) -> Result<Offer, Error> {
        match self {
            Installable::Flat(package) => flat(package),
            Installable::Bundle(bundle) => old(bundle),
        }
    }

    /// The archive of a part; `None` for scripts alone.
    ///
    /// # Errors
    /// It can't be opened.
    pub fn archive(&self, identifier: &str) -> Result<Option<Archive<'_>>, Error> {
        match self {
            Installable::Flat(package) => match component(package, identifier)? {
                Some(component) => flat_archive(component, identifier),
                None => Ok(None),
            },
            Installable::Bundle(bundle) => {
                let member = bundle.members.iter().find(|member| member.info.identifier == identifier);
                Ok(member.map(bundle::Member::archive).transpose()?.flatten())
            }
        }
    }

    /// The scripts of a part with the files beside them.
    ///
    /// # Errors
    /// They can't be read.
    pub fn scripts(&self, identifier: &str) -> Result<Option<Tree>, Error> {
        match self {
            Installable::Flat(package) => match component(package, identifier)? {
                Some(component) => scripts(component, identifier),
                None => Ok(None),
            },
            Installable::Bundle(bundle) => {
                let member = bundle.members.iter().find(|member| member.info.identifier == identifier);
                Ok(member.map(|member| member.resources.clone()))
            }
        }
    }
}

fn component<'a>(package: &'a Package, identifier: &str) -> Result<Option<Component<'a>>, Error> {
    for component in package.components() {
        if component.package_info()?.identifier == identifier {
            return Ok(Some(component));
        }
    }
    Ok(None)
}

fn flat_archive<'a>(component: Component<'a>, identifier: &str) -> Result<Option<Archive<'a>>, Error> {
    let Some(payload) = component.payload()? else { return Ok(None) };
    let archive = payload::read(payload);
    archive.map(Some).map_err(|source| Error::Archive { identifier: identifier.to_owned(), source })
}

fn scripts(component: Component<'_>, identifier: &str) -> Result<Option<Tree>, Error> {
    let Some(part) = component.scripts()? else { return Ok(None) };
    let tree = payload::load(part, MAX_SCRIPTS);
    tree.map(Some).map_err(|source| Error::Archive { identifier: identifier.to_owned(), source })
}

fn flat(package: &Package) -> Result<Offer, Error> {
    let distribution = package.distribution()?;
    let root_volume_only = distribution.as_ref().and_then(root_volume_only);
    let mut parts = Vec::new();
    for component in package.components() {
        let info = component.package_info()?;
        let identifier = info.identifier.clone();
        let location = info.install_location.clone().unwrap_or_else(|| "/".to_owned());
        let archive = flat_archive(component, &identifier)?;
        let tree = scripts(component, &identifier)?;
        let mut policies = flat_policies(&info);
        policies.extend(root_volume_only.map(|only| (Policy::RootVolumeOnly, only.to_string())));
        let named = info.scripts.clone().unwrap_or_default();
        let phases = [(&named.preinstall, Phase::Preflight), (&named.postinstall, Phase::Postflight)];
        let phases: Vec<(String, Phase)> = phases
            .iter()
            .flat_map(|(scripts, phase)| {
                scripts.iter().map(move |script| (script.file.trim_start_matches("./").to_owned(), *phase))
            })
            .collect();
        let (scripts, companions) = sorted_scripts(&identifier, tree.as_ref(), &phases)?;
        parts.push(Part {
            paths: archive.map(|archive| laid(archive, &identifier, &location)).transpose()?,
            version: info.version.clone(),
            scripts,
            companions,
            overwrite_permissions: info.overwrite_permissions.unwrap_or_default(),
            follow_links: info.follow_symlinks.unwrap_or(true),
            policies,
            identifier,
            location,
        });
    }
    let choices = match &distribution {
        Some(distribution) => choices(distribution),
        None => parts.iter().map(|part| required(&part.identifier)).collect(),
    };
    let order = |part: &Part| choices.iter().position(|choice| choice.parts.contains(&part.identifier));
    parts.sort_by_key(|part| order(part).unwrap_or(usize::MAX));
    Ok(Offer { parts, choices, is_folder: false })
}

fn required(identifier: &str) -> Choice {
    let id = identifier.to_owned();
    Choice { id: id.clone(), parts: vec![id], required: true, selected: true }
}

/// The choices that install something, in the order of the outline.
fn choices(distribution: &Distribution) -> Vec<Choice> {
    let is = |text: &Option<String>, word: &str| text.as_deref().is_some_and(|text| text.trim() == word);
    let choice = |choice: &distribution::Choice| {
        let fixed = [&choice.enabled, &choice.start_enabled, &choice.visible, &choice.start_visible];
        let selected = !is(&choice.selected, "false") && !is(&choice.start_selected, "false");
        Choice {
            id: choice.id.clone(),
            parts: choice.pkg_refs.iter().map(|reference| reference.id.clone()).collect(),
            required: selected && fixed.into_iter().any(|text| is(text, "false")),
            selected,
        }
    };
    let outline = distribution.choices_outline.as_ref().map(|outline| outline.choices()).unwrap_or_default();
    let listed = outline.iter().filter_map(|id| distribution.choices.iter().find(|choice| choice.id == *id));
    listed.map(choice).filter(|choice| !choice.parts.is_empty()).collect()
}

fn root_volume_only(distribution: &Distribution) -> Option<bool> {
    let stated = distribution.options.iter().find_map(|options| options.root_volume_only);
    let domains = distribution.domains.as_ref();
    let system_only =
        domains.map(|domains| !domains.anywhere.unwrap_or(false) && !domains.current_user_home.unwrap_or(false));
    stated.or(system_only)
}

fn flat_policies(info: &PackageInfo) -> BTreeMap<Policy, String> {
    let ids = |bundles: &Option<Bundles>| -> Vec<String> {
        let bundles = bundles.iter().flat_map(|bundles| &bundles.bundles);
        bundles.filter_map(|bundle| bundle.id.clone().or_else(|| bundle.path.clone())).collect()
    };
    let list = |names: Vec<String>| if names.is_empty() { "no".to_owned() } else { names.join(", ") };
    let relocated = if info.relocatable == Some(true) { vec!["yes".to_owned()] } else { ids(&info.relocate) };
    let whole = [ids(&info.upgrade_bundle), ids(&info.atomic_update_bundle)].concat();
    BTreeMap::from([
        (Policy::OverwritePermissions, info.overwrite_permissions.unwrap_or_default().to_string()),
        (Policy::Relocation, list(relocated)),
        (Policy::ReplacedAsAWhole, list(whole)),
        (Policy::Authorization, info.auth.clone().unwrap_or_else(|| "none".to_owned()).to_lowercase()),
        (Policy::Restart, info.postinstall_action.unwrap_or_default().to_string()),
    ])
}

fn old(bundle: &Bundle) -> Result<Offer, Error> {
    let mut parts = Vec::new();
    for member in &bundle.members {
        let info = &member.info;
        let phases: Vec<(String, Phase)> =
            member.scripts().map(|(phase, _)| (phase.name().to_owned(), phase)).collect();
        let (scripts, companions) = sorted_scripts(&info.identifier, Some(&member.resources), &phases)?;
        let archive = member.archive()?;
        let authorization = match info.authorization {
            Authorization::None => "none",
            Authorization::Admin => "admin",
            Authorization::Root => "root",
        };
        let paths = archive.map(|archive| laid(archive, &info.identifier, &info.install_location)).transpose()?;
        parts.push(Part {
            identifier: info.identifier.clone(),
            version: info.version.clone(),
            location: info.install_location.clone(),
            paths,
            scripts,
            companions,
            overwrite_permissions: info.overwrite_permissions,
            follow_links: info.follow_links,
            policies: BTreeMap::from([
                (Policy::OverwritePermissions, info.overwrite_permissions.to_string()),
                (Policy::Relocation, if info.relocatable { "yes" } else { "no" }.to_owned()),
                (Policy::ReplacedAsAWhole, "no".to_owned()),
                (Policy::Authorization, authorization.to_owned()),
                (Policy::Restart, info.restart.to_string()),
                (Policy::RootVolumeOnly, info.root_volume_only.to_string()),
            ]),
        });
    }
    let choice = |member: &bundle::Member| Choice {
        id: member.info.identifier.clone(),
        parts: vec![member.info.identifier.clone()],
        required: member.selection == bundle::Selection::Required,
        selected: member.selection != bundle::Selection::Unselected,
    };
    Ok(Offer { parts, choices: bundle.members.iter().map(choice).collect(), is_folder: false })
}

/// The scripts among the files beside them, and the others.
fn sorted_scripts(
    identifier: &str,
    tree: Option<&Tree>,
    phases: &[(String, Phase)],
) -> Result<(Vec<Script>, BTreeMap<String, Digest>), Error> {
    let (mut scripts, mut companions) = (Vec::new(), BTreeMap::new());
    for (path, entry) in tree.into_iter().flat_map(Tree::iter) {
        let Kind::File(contents) = &entry.kind else { continue };
        let name = path.to_string();
        let digest = || contents.open().and_then(Digest::of).map_err(|source| failed(identifier, &name, source));
        let used: Vec<Phase> = phases.iter().filter(|(own, _)| *own == name).map(|(_, phase)| *phase).collect();
        for phase in &used {
            scripts.push(Script { name: name.clone(), when: When(*phase), digest: digest()? });
        }
        let stated = RESOURCES.contains(&name.as_str()) || name.ends_with(".sizes") || name.contains(".lproj/");
        if used.is_empty() && !stated {
            companions.insert(name.clone(), digest()?);
        }
    }
    scripts.sort_by_key(|script| script.when);
    Ok((scripts, companions))
}

fn failed(identifier: &str, path: &str, source: io::Error) -> Error {
    Error::Contents { identifier: identifier.to_owned(), path: path.to_owned(), source }
}

/// Every entry of an archive where it goes.
fn laid(mut archive: Archive<'_>, identifier: &str, location: &str) -> Result<Vec<Laid>, Error> {
    let place = place(identifier, location)?;
    let mut all = Vec::new();
    let broken = |source: cpio::Error| Error::Archive { identifier: identifier.to_owned(), source: source.into() };
    while let Some(mut entry) = archive.next().map_err(broken)? {
        if all.len() == MAX_PATHS {
            return Err(Error::TooMany { identifier: identifier.to_owned() });
        }
        let header = *entry.header();
        let path = below(&place, entry.path()).ok_or_else(|| bad_place(identifier, location))?;
        let node = if entry.is_directory() {
            Node::Directory
        } else if let Some(target) = entry.target() {
            Node::Symlink(target.to_vec())
        } else {
            let digest = Digest::of(&mut entry).map_err(|source| failed(identifier, &path.to_string(), source))?;
            Node::File { size: header.size, digest }
        };
        let attributes = Attributes { mode: header.permissions(), uid: header.uid, gid: header.gid };
        all.push(Laid { path, node, attributes });
    }
    Ok(all)
}

/// Where the root of an archive goes, below the root of the disk.
fn place(identifier: &str, location: &str) -> Result<TreePath, Error> {
    let names = location.split('/').filter(|name| !name.is_empty() && *name != ".");
    TreePath::new(names.collect::<Vec<_>>().join("/")).map_err(|_| bad_place(identifier, location))
}

fn bad_place(identifier: &str, location: &str) -> Error {
    Error::Location { identifier: identifier.to_owned(), location: location.to_owned() }
}

/// A path below another one.
fn below(place: &TreePath, path: &TreePath) -> Option<TreePath> {
    match (place.is_root(), path.is_root()) {
        (true, _) => Some(path.clone()),
        (_, true) => Some(place.clone()),
        _ => TreePath::new([place.as_bytes(), b"/", path.as_bytes()].concat()).ok(),
    }
}

impl Part {
    /// Where an entry of its archive goes, below the root of the disk.
    ///
    /// # Errors
    /// The part's place, or the path in it, can't be one.
    pub fn place(&self, path: &TreePath) -> Result<TreePath, Error> {
        let place = place(&self.identifier, &self.location)?;
        below(&place, path).ok_or_else(|| bad_place(&self.identifier, &self.location))
    }
}

impl Part {
    /// The bytes of all files that it lays down.
    #[must_use]
    pub fn size(&self) -> u64 {
        let sizes = self.paths.iter().flatten().map(|laid| match &laid.node {
            Node::File { size, .. } => *size,
            Node::Directory | Node::Symlink(_) => 0,
        });
        sizes.fold(0, u64::saturating_add)
    }
}

impl Offer {
    /// A folder as it lies on a disk, as if a package of its own had laid it down; `entries` in any order, directories
    /// without their contents.
    #[must_use]
    pub fn of_folder(mut entries: Vec<Laid>) -> Offer {
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        let part = Part {
            identifier: String::new(),
            version: String::new(),
            location: "/".to_owned(),
            paths: Some(entries),
            scripts: Vec::new(),
            companions: BTreeMap::new(),
            overwrite_permissions: true,
            follow_links: true,
            policies: BTreeMap::new(),
        };
        Offer { parts: vec![part], choices: vec![required("")], is_folder: true }
    }
}

impl Attributes {
    /// From `st_mode`, owner and group.
    #[must_use]
    pub fn new(st_mode: u32, uid: u32, gid: u32) -> Attributes {
        Attributes { mode: Mode::from_st_mode(st_mode), uid, gid }
    }
}
