//! Flat packages: components and the choices of a Distribution.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use flatpkg::distribution::{self, Distribution, References};
use flatpkg::package::{self, Component, Package};
use flatpkg::package_info::{Bundles, PackageInfo};
use flatpkg::payload;
use flatpkg::tree::Tree;
use flatpkg::xar;
use flatpkg::xml::{self, Element};
use oldpkg::bundle::Phase;

use super::reading::{Archive, Ids, OfferError, failed, laid, required, sorted_scripts};
use crate::Digest;
use crate::offer::{Choice, Offer, OfferPart, Policy};
use crate::stated::{self, Stated};

/// The most bytes of scripts and what they use.
const MAX_SCRIPTS: u64 = 256 << 20;

/// Bytes of pages and pictures that are read at most, for each byte of the package, and beyond that.
const MAX_RESOURCES: (u64, u64) = (64, 64 << 20);

pub(super) fn archive<'a>(component: Component<'a>, identifier: &str) -> Result<Option<Archive<'a>>, OfferError> {
    let Some(payload) = component.payload()? else { return Ok(None) };
    let archive = payload::read(payload);
    archive.map(Some).map_err(|source| OfferError::Archive { identifier: identifier.to_owned(), source })
}

pub(super) fn scripts(component: Component<'_>, identifier: &str) -> Result<Option<Tree>, OfferError> {
    let Some(part) = component.scripts()? else { return Ok(None) };
    let tree = payload::load(part, MAX_SCRIPTS);
    tree.map(Some).map_err(|source| OfferError::Archive { identifier: identifier.to_owned(), source })
}

pub(super) fn offer(package: &Package) -> Result<Offer, OfferError> {
    let Some(distribution) = package.distribution()? else {
        let mut ids = Ids::default();
        let components = package.components().enumerate();
        let parts = components.map(|(index, component)| part(component, index, &Overrides::default(), &mut ids));
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
        let part = part(component, *index, &own, &mut ids)?;
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

fn document(member: &str, xml: &[u8]) -> Result<Element, OfferError> {
    let read = xml::text(xml).and_then(xml::parse);
    Ok(read.map_err(|source| package::PackageError::Xml { member: member.to_owned(), source })?)
}

/// Every page, picture and text that the Installer shows, and its plug-ins: their digests by path.
fn resources(package: &Package) -> Result<Stated, OfferError> {
    let archive = package.archive();
    let shown = |file: &&xar::File| ["Resources/", "Plugins/"].iter().any(|folder| file.path.starts_with(folder));
    let files = || archive.toc().files.iter().filter(shown).filter_map(|file| Some((file, file.data.as_ref()?)));
    let bytes = files().fold(0, |sum: u64, (_, data)| sum.saturating_add(data.size));
    let limit = archive.file_len().saturating_mul(MAX_RESOURCES.0).saturating_add(MAX_RESOURCES.1);
    if bytes > limit {
        return Err(OfferError::Resources { bytes, limit });
    }
    let mut digests = Stated::new();
    for (file, data) in files() {
        let member = archive.member(file).map_err(package::PackageError::from)?;
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

fn part(component: Component<'_>, index: usize, overrides: &Overrides, ids: &mut Ids) -> Result<OfferPart, OfferError> {
    let info = component.package_info()?;
    let identifier = info.identifier.clone();
    let location = info.install_location.clone().unwrap_or_else(|| "/".to_owned());
    let contents = archive(component, &identifier)?;
    let tree = scripts(component, &identifier)?;
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
    Ok(OfferPart {
        id: ids.give(&identifier, component.directory()),
        index,
        paths: contents.map(|archive| laid(archive, &identifier, &location)).transpose()?,
        version: info.version.clone(),
        scripts,
        companions,
        overwrite_permissions: info.overwrite_permissions.unwrap_or_default(),
        follow_links: info.follow_symlinks.unwrap_or(true),
        policies: policies(&info, overrides),
        stated: Some(stated),
        identifier,
        location,
    })
}

fn root_volume_only(distribution: &Distribution) -> Option<bool> {
    let stated = distribution.options.iter().find_map(|options| options.root_volume_only);
    let domains = distribution.domains.as_ref();
    let system_only =
        domains.map(|domains| !domains.anywhere.unwrap_or(false) && !domains.current_user_home.unwrap_or(false));
    stated.or(system_only)
}

fn policies(info: &PackageInfo, overrides: &Overrides) -> BTreeMap<Policy, String> {
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
