//! Packages of either format, read into what they offer.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io;

use super::offer::{Choice, Laid, Node, Offer, Part, Policy, Script, When};
use super::stated::{self, Stated};
use super::{Attributes, Digest};
use flatpkg::cpio;
use flatpkg::distribution::{self, Distribution, References};
use flatpkg::package::{self, Component, Package};
use flatpkg::package_info::{Bundles, PackageInfo};
use flatpkg::payload::{self, Decoded};
use flatpkg::shown::shown;
use flatpkg::tree::{Kind, Tree, TreePath};
use flatpkg::xar;
use flatpkg::xml::{self, Element};
use oldpkg::bundle::{self, Authorization, Bundle, Phase};

/// The most paths of one part. A Python has 8,000; a small hostile archive can hold very many.
const MAX_PATHS: usize = 4 << 20;

/// The most bytes of scripts and what they use.
const MAX_SCRIPTS: u64 = 256 << 20;

/// Bytes of pages and pictures that are read at most, for each byte of the package, and beyond that.
const MAX_RESOURCES: (u64, u64) = (64, 64 << 20);

/// Characters of a place that are shown.
const SHOWN: usize = 100;

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
    /// Pages and pictures that are much larger than the package.
    #[error("Resources hold {bytes} bytes, more than {limit}, which is read of a package of this size")]
    Resources {
        /// As the table of contents has them.
        bytes: u64,
        /// What is read.
        limit: u64,
    },
    /// A place that can't be a path.
    #[error("{identifier} can't be installed at {location:?}: no path is that long, or it leads up", identifier = shown(identifier))]
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
    pub fn archive(&self, part: &Part) -> Result<Option<Archive<'_>>, Error> {
        match self {
            Installable::Flat(package) => match package.component_at(part.index) {
                Some(component) => flat_archive(component, &part.identifier),
                None => Ok(None),
            },
            Installable::Bundle(bundle) => {
                Ok(bundle.members.get(part.index).map(bundle::Member::archive).transpose()?.flatten())
            }
        }
    }

    /// The scripts of a part with the files beside them.
    ///
    /// # Errors
    /// They can't be read.
    pub fn scripts(&self, part: &Part) -> Result<Option<Tree>, Error> {
        match self {
            Installable::Flat(package) => match package.component_at(part.index) {
                Some(component) => scripts(component, &part.identifier),
                None => Ok(None),
            },
            Installable::Bundle(bundle) => Ok(bundle.members.get(part.index).map(|member| member.resources.clone())),
        }
    }
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
    let Some(distribution) = package.distribution()? else {
        let mut ids = Ids::default();
        let components = package.components().enumerate();
        let parts = components.map(|(index, component)| flat_part(component, index, &Overrides::default(), &mut ids));
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        let choices = parts.iter().map(|part| required(&part.id)).collect();
        return Ok(Offer { parts, choices, stated: Some(resources(package)?), is_folder: false });
    };
    let references = package.resolved(&distribution)?;
    let root_volume_only = root_volume_only(&distribution);
    let mut overrides = overrides(&distribution, &references);
    let offered = offered(&distribution, &references);
    let (mut parts, mut ids, mut names) = (Vec::new(), Ids::default(), HashMap::new());
    for index in offered.iter().flat_map(|(_, components)| components) {
        let Some(component) = package.component_at(*index).filter(|_| !names.contains_key(index)) else { continue };
        let own = Overrides { root_volume_only, ..overrides.remove(index).unwrap_or_default() };
        let part = flat_part(component, *index, &own, &mut ids)?;
        names.insert(*index, part.id.clone());
        parts.push(part);
    }
    let document = document("Distribution", &package.distribution_xml()?.unwrap_or_default())?;
    let named = |id: &str| {
        let name = references.component(id).and_then(|index| names.get(&index));
        name.cloned().unwrap_or_else(|| id.to_owned())
    };
    let mut stated = stated::of_distribution(&document, &named);
    stated.extend(resources(package)?);
    let mut of_choices = stated::of_choices(&document);
    let choice = |(choice, components): &(&distribution::Choice, Vec<usize>)| {
        let parts = components.iter().filter_map(|index| names.get(index).cloned()).collect();
        self::choice(choice, parts, of_choices.remove(&choice.id).unwrap_or_default())
    };
    Ok(Offer { parts, choices: offered.iter().map(choice).collect(), stated: Some(stated), is_folder: false })
}

fn document(member: &str, xml: &[u8]) -> Result<Element, Error> {
    let read = xml::text(xml).and_then(xml::parse);
    Ok(read.map_err(|source| package::Error::Xml { member: member.to_owned(), source })?)
}

/// Every page, picture and text that the Installer shows, and its plug-ins: their digests by path.
fn resources(package: &Package) -> Result<Stated, Error> {
    let archive = package.archive();
    let shown = |file: &&xar::File| ["Resources/", "Plugins/"].iter().any(|folder| file.path.starts_with(folder));
    let files = || archive.toc().files.iter().filter(shown).filter_map(|file| Some((file, file.data.as_ref()?)));
    let bytes = files().fold(0, |sum: u64, (_, data)| sum.saturating_add(data.size));
    let limit = archive.file_len().saturating_mul(MAX_RESOURCES.0).saturating_add(MAX_RESOURCES.1);
    if bytes > limit {
        return Err(Error::Resources { bytes, limit });
    }
    let mut digests = Stated::new();
    for (file, data) in files() {
        let member = archive.member(file).map_err(package::Error::from)?;
        let digest = Digest::of(member).map_err(|source| failed("the product", &file.path, source))?;
        digests.insert(file.path.clone(), format!("{} bytes {digest}", data.size));
    }
    Ok(digests)
}

/// What a Distribution says of a component in the component's stead.
#[derive(Default)]
struct Overrides {
    authorization: Option<String>,
    on_conclusion: Option<String>,
    root_volume_only: Option<bool>,
}

fn overrides(distribution: &Distribution, references: &References) -> HashMap<usize, Overrides> {
    let mut all: HashMap<usize, Overrides> = HashMap::new();
    let inside = distribution.choices.iter().flat_map(|choice| &choice.pkg_refs);
    for reference in distribution.pkg_refs.iter().chain(inside) {
        let Some(index) = references.component(&reference.id) else { continue };
        let own = all.entry(index).or_default();
        if reference.auth.is_some() {
            own.authorization.clone_from(&reference.auth);
        }
        // Several elements may speak of one component: what is asked for counts, not that another one asks for nothing.
        if reference.on_conclusion.is_some() && own.on_conclusion.as_deref().is_none_or(|stated| stated == "none") {
            own.on_conclusion.clone_from(&reference.on_conclusion);
        }
    }
    all
}

/// The choices of the outline in its order, with the places of the components.
fn offered<'a>(distribution: &'a Distribution, references: &References) -> Vec<(&'a distribution::Choice, Vec<usize>)> {
    let mut known: HashMap<&str, &distribution::Choice> =
        distribution.choices.iter().rev().map(|choice| (choice.id.as_str(), choice)).collect();
    let outline = distribution.choices_outline.as_ref().map(|outline| outline.choices()).unwrap_or_default();
    // A choice with two lines is met at the first one.
    let listed = outline.iter().filter_map(|id| known.remove(id));
    let with_components = listed.map(|choice| {
        let components = choice.pkg_refs.iter().filter_map(|reference| references.component(&reference.id));
        let mut unique = BTreeSet::new();
        (choice, components.filter(|index| unique.insert(*index)).collect())
    });
    with_components.collect()
}

fn choice(choice: &distribution::Choice, parts: Vec<String>, stated: Stated) -> Choice {
    let is = |text: &Option<String>, word: &str| text.as_deref().is_some_and(|text| text.trim() == word);
    let fixed = [&choice.enabled, &choice.start_enabled, &choice.visible, &choice.start_visible];
    let selected = !is(&choice.selected, "false") && !is(&choice.start_selected, "false");
    Choice {
        id: choice.id.clone(),
        parts,
        required: selected && fixed.into_iter().any(|text| is(text, "false")),
        selected,
        stated,
    }
}

/// What the parts of one package are called.
#[derive(Default)]
struct Ids(HashSet<String>);

impl Ids {
    /// The identifier, or with the place in the package where that is taken.
    fn give(&mut self, identifier: &str, place: &str) -> String {
        let mut id = identifier.to_owned();
        while !self.0.insert(id.clone()) {
            id = format!("{id} ({place})");
        }
        id
    }
}

fn flat_part(component: Component<'_>, index: usize, overrides: &Overrides, ids: &mut Ids) -> Result<Part, Error> {
    let info = component.package_info()?;
    let identifier = info.identifier.clone();
    let location = info.install_location.clone().unwrap_or_else(|| "/".to_owned());
    let archive = flat_archive(component, &identifier)?;
    let tree = scripts(component, &identifier)?;
    let policies = flat_policies(&info, overrides);
    let stated = stated::of_component(&document(&component.member("PackageInfo"), &component.package_info_xml()?)?);
    let named = info.scripts.clone().unwrap_or_default();
    let phases = [(&named.preinstall, Phase::Preflight), (&named.postinstall, Phase::Postflight)];
    let phases: Vec<(String, Phase)> = phases
        .iter()
        .flat_map(|(scripts, phase)| {
            scripts.iter().map(move |script| (script.file.trim_start_matches("./").to_owned(), *phase))
        })
        .collect();
    let (scripts, companions) = sorted_scripts(&identifier, tree.as_ref(), &phases)?;
    Ok(Part {
        id: ids.give(&identifier, component.directory()),
        index,
        paths: archive.map(|archive| laid(archive, &identifier, &location)).transpose()?,
        version: info.version.clone(),
        scripts,
        companions,
        overwrite_permissions: info.overwrite_permissions.unwrap_or_default(),
        follow_links: info.follow_symlinks.unwrap_or(true),
        policies,
        stated: Some(stated),
        identifier,
        location,
    })
}

fn required(id: &str) -> Choice {
    Choice { id: id.to_owned(), parts: vec![id.to_owned()], required: true, selected: true, stated: Stated::new() }
}

fn root_volume_only(distribution: &Distribution) -> Option<bool> {
    let stated = distribution.options.iter().find_map(|options| options.root_volume_only);
    let domains = distribution.domains.as_ref();
    let system_only =
        domains.map(|domains| !domains.anywhere.unwrap_or(false) && !domains.current_user_home.unwrap_or(false));
    stated.or(system_only)
}

fn flat_policies(info: &PackageInfo, overrides: &Overrides) -> BTreeMap<Policy, String> {
    let ids = |bundles: &Option<Bundles>| -> Vec<String> {
        let bundles = bundles.iter().flat_map(|bundles| &bundles.bundles);
        bundles.filter_map(|bundle| bundle.id.clone().or_else(|| bundle.path.clone())).collect()
    };
    let list = |names: Vec<String>| if names.is_empty() { "no".to_owned() } else { names.join(", ") };
    let relocated = if info.relocatable == Some(true) { vec!["yes".to_owned()] } else { ids(&info.relocate) };
    let whole = [ids(&info.upgrade_bundle), ids(&info.atomic_update_bundle)].concat();
    let authorization = overrides.authorization.as_ref().or(info.auth.as_ref());
    let mut policies = BTreeMap::from([
        (Policy::OverwritePermissions, info.overwrite_permissions.unwrap_or_default().to_string()),
        (Policy::Relocation, list(relocated)),
        (Policy::ReplacedAsAWhole, list(whole)),
        (Policy::Authorization, authorization.map_or_else(|| "none".to_owned(), |stated| stated.to_lowercase())),
        (Policy::Restart, restart(info, overrides)),
    ]);
    policies.extend(overrides.root_volume_only.map(|only| (Policy::RootVolumeOnly, only.to_string())));
    policies
}

/// What is asked for afterwards, by the Distribution and by the component.
fn restart(info: &PackageInfo, overrides: &Overrides) -> String {
    let own = info.postinstall_action.unwrap_or_default().to_string();
    let stated = match overrides.on_conclusion.as_deref() {
        None => return own,
        Some("RequireRestart") => "restart",
        Some("RecommendRestart") => "restart, if the user likes",
        Some("RequireLogout") => "logout",
        Some("RequireShutdown") => "shutdown",
        Some(other) => other,
    };
    if stated == own { own } else { format!("{stated}; the PackageInfo says {own}") }
}

fn old(bundle: &Bundle) -> Result<Offer, Error> {
    let (mut parts, mut ids) = (Vec::new(), Ids::default());
    for (index, member) in bundle.members.iter().enumerate() {
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
            id: ids.give(&info.identifier, &member.file_name),
            index,
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
            stated: None,
        });
    }
    let choice = |(member, part): (&bundle::Member, &Part)| Choice {
        id: part.id.clone(),
        parts: vec![part.id.clone()],
        required: member.selection == bundle::Selection::Required,
        selected: member.selection != bundle::Selection::Unselected,
        stated: Stated::new(),
    };
    let choices = bundle.members.iter().zip(&parts).map(choice).collect();
    Ok(Offer { parts, choices, stated: None, is_folder: false })
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
    let shown: String = location.chars().take(SHOWN).collect();
    let location = if shown.len() < location.len() { format!("{shown}…") } else { shown };
    Error::Location { identifier: identifier.to_owned(), location }
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
            id: String::new(),
            index: 0,
            identifier: String::new(),
            version: String::new(),
            location: "/".to_owned(),
            paths: Some(entries),
            scripts: Vec::new(),
            companions: BTreeMap::new(),
            overwrite_permissions: true,
            follow_links: true,
            policies: BTreeMap::new(),
            stated: None,
        };
        Offer { parts: vec![part], choices: vec![required("")], stated: None, is_folder: true }
    }
}
