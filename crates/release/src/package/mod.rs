//! From a staged root and `installer-assets/` to a product archive.

mod assets;
pub mod folder;
mod format;
mod image;
pub mod name;
mod offer;
mod parts;
pub mod product_file;
mod template;
mod texts;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use flatpkg::component::Component;
use flatpkg::mode::Mode;
use flatpkg::policy::Policy;
use flatpkg::product::{self, Product, ProductPart};
use flatpkg::tree::{Entry, Tree, TreePath};
use flatpkg::xar;
use serde::Serialize;

use crate::context::Context;
use crate::framework::Framework;
use crate::plan::Plan;
use crate::recipe::{LeftOut, Offer, read_toml};
use assets::Permissions;
use texts::Texts;

pub use assets::{ComponentAssets, Ownership, ProductAssets};
pub use format::{Format, decide as decide_format};
pub use template::{Escape, Names};

/// Seconds that a script may take before the Installer gives up on it. Our scripts stop by themselves earlier.
const SCRIPT_TIMEOUT: u32 = 900;

/// A product that is not signed.
#[derive(Debug, Clone)]
pub struct UnsignedPkg {
    /// The file.
    pub path: PathBuf,
    /// What kind of file.
    pub format: Format,
    /// Bytes.
    pub len: u64,
    /// Who owns what it installs.
    pub ownership: Ownership,
    /// What it is made of, in the order in which it is offered.
    pub components: Vec<Installed>,
    /// What python.org's installer has and this one has not.
    pub left_out: Vec<LeftOut>,
}

/// A component of a product that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Installed {
    /// Its name in the archive.
    pub file: String,
    /// Of the receipt and of the choice.
    pub identifier: String,
    /// Of the choice.
    pub title: String,
    /// Where it goes.
    pub location: String,
    /// Paths, the root among them; 0 for scripts alone.
    pub files: u64,
    /// What it takes on the disk, in KiB.
    pub kbytes: u64,
    /// Can't be left out.
    pub required: bool,
    /// Chosen unless the user says otherwise.
    pub selected: bool,
    /// Whether folders that are there already get the payload's owner and mode.
    pub overwrite_permissions: bool,
    /// Names of its scripts.
    pub scripts: Vec<String>,
}

/// The folder of the texts and of `product.toml`.
pub fn assets_dir(cx: &Context) -> PathBuf {
    cx.paths.repo.join("installer-assets")
}

/// What a release offers of `product.toml`.
///
/// # Errors
/// When it is malformed, or has not what the release names.
pub fn product_assets(cx: &Context, offer: &Offer) -> Result<ProductAssets> {
    read_toml::<ProductAssets>(&assets_dir(cx).join("product.toml"))?.offered(offer)
}

/// Packages a staged root as `dist/…-unsigned.pkg`, or `.dmg`. The file appears whole or not at all.
///
/// # Errors
/// When an asset is malformed or uses an unknown name, when a component's part of the root is missing, or when reading
/// or writing fails.
pub fn package(cx: &Context, plan: &Plan, root: &Path, ownership: Ownership, format: Format) -> Result<UnsignedPkg> {
    let name = name::file_name(&plan.product_name(), name::Mark::Unsigned);
    let path = cx.paths.dist.join(name).with_extension(format.ending());
    package_to(cx, plan, root, ownership, format, path)
}

/// The same with another name, or in another folder.
///
/// # Errors
/// As [`package`].
pub fn package_to(
    cx: &Context,
    plan: &Plan,
    root: &Path,
    ownership: Ownership,
    format: Format,
    path: PathBuf,
) -> Result<UnsignedPkg> {
    format.check(plan)?;
    let assets_dir = assets_dir(cx);
    let assets = product_assets(cx, &plan.offer)?;
    let permissions = assets.permissions(ownership);
    let rules = assets_dir.join(&permissions.ownership);
    let policy = Policy::from_toml(&fs_err::read_to_string(&rules)?)
        .with_context(|| format!("{} is malformed", rules.display()))?
        .with_mtime(plan.source_date);
    let names = names(plan, &assets, permissions);
    let staged = Tree::from_dir(root, &policy)?;

    let mut parts = parts::divide(&staged, &assets.component, &Texts::new(&assets_dir, &names))?;
    parts.check_links()?;
    // What the plan left out, it gives the better reason for.
    let unknown = |item: &&LeftOut| plan.left_out.iter().all(|known| known.name != item.name);
    let left_out = plan.left_out.iter().chain(parts.left_out.iter().filter(unknown)).cloned();
    let left_out: Vec<LeftOut> = left_out.collect();
    let names = names.with("left-out", left_out_text(&left_out, &assets.lacking));
    let texts = Texts::new(&assets_dir, &names);
    parts.add(&texts, &policy)?;
    let resources = resources(&texts, root, plan)?;
    let offered: Vec<&ComponentAssets> = parts.offered.iter().map(|place| place.component).collect();
    let scripts = offered.iter().map(|component| texts.scripts(&component.scripts)).collect::<Result<Vec<_>>>()?;
    let components =
        parts.offered.iter().zip(&offered).zip(&scripts).map(|((place, component), scripts)| ProductPart {
            file_name: component.file.clone(),
            component: Component {
                payload: place.payload.as_ref().map(|payload| &payload.tree),
                scripts: scripts.as_ref(),
                install_location: texts.plain(&component.location),
                overwrite_permissions: component.overwrite_permissions,
                script_timeout: scripts.is_some().then_some(SCRIPT_TIMEOUT),
                ..Component::new(&texts.plain(&component.identifier), &plan.python.receipt())
            },
        });
    let components = components.collect();
    let distribution = offer::distribution(&assets, &offered, &texts, plan);
    let product = Product { components, distribution, resources: Some(&resources) };
    let installed = offered.iter().zip(&product.components).map(|(component, part)| installed(component, part, &texts));
    let installed: Vec<Installed> = installed.collect();
    texts.finish()?;

    fs_err::create_dir_all(path.parent().unwrap_or(&cx.paths.dist))?;
    let files = cx.ui.files("package");
    let show = |done| files.show(done);
    match format {
        Format::Flat => product::write(&product, &path, xar::Options::new(plan.source_date), &show)
            .map(|_| ())
            .map_err(anyhow::Error::from),
        Format::Mpkg => {
            let title = format!("{} {}", assets.title, plan.python);
            image::write(&product, &title, plan.source_date, &path, &show)
        }
    }
    .with_context(|| format!("failed to write {}", path.display()))?;
    drop(files);
    let len = fs_err::metadata(&path)?.len();
    Ok(UnsignedPkg { path, format, len, ownership, components: installed, left_out })
}

/// What texts may name; `left-out` comes later.
fn names(plan: &Plan, assets: &ProductAssets, permissions: &Permissions) -> Names {
    let libraries: Vec<String> =
        plan.libraries.iter().map(|library| format!("{} {}", library.name, library.version)).collect();
    let minimum = plan.archs.values().min().map(ToString::to_string).unwrap_or_default();
    // compileall works on several cores since Python 3.5, and refuses to be told so before.
    let jobs = if (plan.python.major, plan.python.minor) < (3, 5) { "" } else { "-j0" };
    let names = Names::new([
        ("version", plan.python.to_string()),
        ("short", plan.python.short()),
        ("minimum", minimum),
        ("libraries", libraries.join(", ")),
        ("framework", Framework::Python.prefix(plan.python)),
        ("umask", permissions.umask.clone()),
        ("jobs", jobs.to_owned()),
    ]);
    let names = names.with_spare("free-threaded", Framework::PythonT.prefix(plan.python));
    assets.scripts.iter().fold(names, |names, (name, value)| names.with(name, value.as_str()))
}

/// What the user of a Mac is told of it: why something is left out is for those who build.
fn left_out_text(left_out: &[LeftOut], lacking: &BTreeMap<String, String>) -> String {
    let sentence = |item: &LeftOut| match lacking.get(&item.name) {
        Some(sentence) => sentence.clone(),
        None => format!("This build has no {}.", item.name),
    };
    let sentences: Vec<String> = left_out.iter().map(sentence).filter(|sentence| !sentence.is_empty()).collect();
    if sentences.is_empty() { "Nothing of python.org's installer is left out.".to_owned() } else { sentences.join(" ") }
}

fn installed(component: &ComponentAssets, part: &ProductPart<'_>, texts: &Texts<'_>) -> Installed {
    let totals = part.component.totals();
    Installed {
        file: component.file.clone(),
        identifier: part.component.identifier.clone(),
        title: texts.plain(&component.title),
        location: part.component.install_location.clone(),
        files: totals.number_of_files,
        kbytes: totals.install_kbytes,
        required: component.required,
        selected: component.required || component.selected,
        overwrite_permissions: component.overwrite_permissions,
        scripts: component.scripts.keys().cloned().collect(),
    }
}

/// The pages and pictures, and Python's own licence.
fn resources(texts: &Texts<'_>, root: &Path, plan: &Plan) -> Result<Tree> {
    let mut tree = texts.resources()?;
    let short = plan.python.short();
    let prefix = Framework::Python.prefix(plan.python);
    let license =
        root.join(prefix.trim_start_matches('/')).join(format!("share/doc/python{short}/licenses/python.txt"));
    tree.insert(TreePath::new("License.txt")?, Entry::file(fs_err::read(license)?, Mode::PLAIN))?;
    Ok(tree)
}

#[cfg(test)]
pub(crate) mod tests;
