//! From a staged root and `installer-assets/` to a product archive.

mod assets;
pub mod folder;
pub mod product_file;
mod template;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use flatpkg::component::Component;
use flatpkg::distribution::{
    AllowedOsVersions, Choice, Customize, Distribution, Domains, Line, Options, OsRange, Outline, Page, PkgRef,
    Product as ProductId, VolumeCheck,
};
use flatpkg::os_version::OsVersion;
use flatpkg::policy::Policy;
use flatpkg::product::{self, Part, Product};
use flatpkg::tree::{Entry, Tree, TreePath};
use flatpkg::{mode::Mode, xar};

use crate::context::Context;
use crate::hint::WithHint as _;
use crate::plan::Plan;
use crate::recipe::{Library, read_toml};
use assets::{ComponentAssets, ProductAssets};
use template::{Escape, Names};

/// A product archive that is not signed.
#[derive(Debug, Clone)]
pub struct UnsignedPkg {
    /// The file.
    pub path: PathBuf,
    /// Bytes.
    pub len: u64,
    /// Title, number of files and installed KiB of each component.
    pub components: Vec<(String, u64, u64)>,
}

/// Packages a staged root. The file appears whole or not at all.
///
/// # Errors
/// When an asset is malformed or uses an unknown name, when a component's part of the root is missing, or when reading
/// or writing fails.
pub fn package(cx: &Context, plan: &Plan, libraries: &[Library], root: &Path) -> Result<UnsignedPkg> {
    let assets_dir = cx.paths.repo.join("installer-assets");
    let assets: ProductAssets = read_toml(&assets_dir.join("product.toml"))?;
    let names = names(plan, libraries);
    let ownership = assets_dir.join("ownership.toml");
    let policy = Policy::from_toml(&fs_err::read_to_string(&ownership)?)
        .with_context(|| format!("{} is malformed", ownership.display()))?
        .with_mtime(plan.source_date);
    let tree = Tree::from_dir(root, &policy)?;
    let trees = assets.component.iter().map(|component| part_of(&tree, component)).collect::<Result<Vec<_>>>()?;
    let resources = resources(&assets_dir, root, plan, &names)?;
    let mut parts = Vec::new();
    for (component, tree) in assets.component.iter().zip(&trees) {
        let identifier = names.fill(&component.identifier, Escape::Plain, "product.toml")?;
        parts.push(Part {
            file_name: component.file.clone(),
            component: Component {
                payload: Some(tree),
                install_location: component.location.clone(),
                ..Component::new(&identifier, &plan.python.to_string())
            },
        });
    }
    let distribution = distribution(&assets, &names, plan)?;
    let product = Product { components: parts, distribution, resources: Some(&resources) };
    fs_err::create_dir_all(&cx.paths.dist)?;
    let path = cx.paths.dist.join(format!("{}-unsigned.pkg", plan.product_name()));
    let files = cx.ui.files("package");
    let written = product::write(&product, &path, xar::Options::new(plan.source_date), &|done| files.show(done));
    drop(files);
    let summary = written.with_context(|| format!("failed to write {}", path.display()))?;
    let components = assets.component.iter().zip(&product.components).map(|(assets, part)| {
        let totals = part.component.totals();
        (assets.title.clone(), totals.number_of_files, totals.install_kbytes)
    });
    Ok(UnsignedPkg { path, len: summary.len, components: components.collect() })
}

/// What texts may name.
fn names(plan: &Plan, libraries: &[Library]) -> Names {
    let left_out: Vec<String> = plan.left_out.iter().map(|item| format!("{} ({})", item.name, item.why)).collect();
    let left_out = match left_out.len() {
        0 => "Nothing of python.org's installer is left out.".to_owned(),
        _ => format!("This build was made without: {}.", left_out.join("; ")),
    };
    let libraries: Vec<String> =
        libraries.iter().map(|library| format!("{} {}", library.name, library.version)).collect();
    let minimum = plan.archs.values().min().map(ToString::to_string).unwrap_or_default();
    Names::new([
        ("version", plan.python.to_string()),
        ("short", plan.python.short()),
        ("minimum", minimum),
        ("left-out", left_out),
        ("libraries", libraries.join(", ")),
    ])
}

/// A component's part of the staged tree.
fn part_of(tree: &Tree, component: &ComponentAssets) -> Result<Tree> {
    let path = TreePath::new(component.root.as_str())?;
    match tree.subtree(&path) {
        Some(part) => Ok(part),
        None => Err(anyhow::anyhow!(
            "the staged root has no folder {}, which {} is made of",
            component.root,
            component.file
        ))
        .hint("installer-assets/product.toml names what goes into each component"),
    }
}

/// The pages, filled in, and Python's own licence.
fn resources(assets: &Path, root: &Path, plan: &Plan, names: &Names) -> Result<Tree> {
    let mode = Mode::PLAIN;
    let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
    let dir = assets.join("resources");
    let mut files: Vec<PathBuf> = fs_err::read_dir(&dir)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.sort();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = match file.extension().and_then(|extension| extension.to_str()) {
            Some("rtf") => names.fill(&fs_err::read_to_string(&file)?, Escape::Rtf, &name)?.into_bytes(),
            Some("png") => fs_err::read(&file)?,
            _ => bail!("{} is neither .rtf nor .png", file.display()),
        };
        tree.insert(TreePath::new(name)?, Entry::file(bytes, mode))?;
    }
    let short = plan.python.short();
    let license = root.join(format!(
        "Library/Frameworks/Python.framework/Versions/{short}/share/doc/python{short}/licenses/python.txt"
    ));
    tree.insert(TreePath::new("License.txt")?, Entry::file(fs_err::read(license)?, mode))?;
    Ok(tree)
}

fn distribution(assets: &ProductAssets, names: &Names, plan: &Plan) -> Result<Distribution> {
    let page = |file: &str| {
        let kind = if file.ends_with(".rtf") { "text/rtf" } else { "text/plain" };
        vec![Page { file: file.to_owned(), mime_type: Some(kind.to_owned()), uti: None }]
    };
    let fill = |text: &str| names.fill(text, Escape::Plain, "product.toml");
    let mut distribution = Distribution::new(&assets.title);
    let version = plan.python.to_string();
    distribution.product = Some(ProductId { id: Some(fill(&assets.identifier)?), version: Some(version) });
    let archs: Vec<&str> = plan.archs.keys().map(|arch| arch.name()).collect();
    distribution.options = vec![Options {
        customize: Some(Customize::Allow),
        require_scripts: Some(false),
        host_architectures: Some(archs.join(",")),
        root_volume_only: Some(assets.root_volume_only),
        ..Options::default()
    }];
    distribution.domains =
        Some(Domains { anywhere: Some(false), current_user_home: Some(false), local_system: Some(true) });
    if let Some(minimum) = plan.archs.values().min() {
        let min = OsVersion::new(minimum.major, minimum.minor);
        let ranges = vec![OsRange { min, before: None }];
        let allowed_os_versions = Some(AllowedOsVersions { ranges });
        distribution.volume_check = Some(VolumeCheck { script: None, allowed_os_versions });
    }
    distribution.welcome = page(&assets.welcome);
    distribution.readme = page(&assets.readme);
    distribution.license = page(&assets.license);
    distribution.conclusion = page(&assets.conclusion);
    let mut lines = Vec::new();
    for component in &assets.component {
        let id = fill(&component.identifier)?;
        lines.push(Line { choice: id.clone(), lines: vec![] });
        distribution.choices.push(Choice {
            id: id.clone(),
            title: Some(fill(&component.title)?),
            description: Some(fill(&component.description)?),
            enabled: component.required.then(|| "false".to_owned()),
            selected: component.required.then(|| "true".to_owned()),
            start_selected: (!component.required).then(|| "true".to_owned()),
            pkg_refs: vec![PkgRef::to(&id)],
            ..Choice::default()
        });
    }
    distribution.choices_outline = Some(Outline { lines });
    Ok(distribution)
}

#[cfg(test)]
mod tests;
