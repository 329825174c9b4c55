//! `package --product PRODUCT.toml`: any product, described in a file. `xtask/examples/hello/product.toml` explains every key.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use flatpkg::OsVersion;
use flatpkg::component::Component;
use flatpkg::distribution::{
    AllowedOsVersions, Background, Choice, Customize, Distribution, Line, Options, OsRange, Outline, Page, PkgRef,
    Product as ProductId, VolumeCheck,
};
use flatpkg::payload::Compression;
use flatpkg::product::{self, Product, ProductPart};
use flatpkg::tree::Tree;
use flatpkg::xar;
use serde::Deserialize;

use super::folder::{self, Junk};
use crate::context::Context;
use crate::recipe::read_toml;

/// The product.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ProductFile {
    title: String,
    identifier: String,
    version: String,
    min_os_version: Option<OsVersion>,
    #[serde(default = "all_architectures")]
    host_architectures: Vec<String>,
    customize: Option<Customize>,
    #[serde(default)]
    root_volume_only: bool,
    resources: Option<PathBuf>,
    welcome: Option<String>,
    readme: Option<String>,
    license: Option<String>,
    conclusion: Option<String>,
    background: Option<String>,
    background_dark: Option<String>,
    component: Vec<ComponentFile>,
}

/// A component, and the choice that offers it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ComponentFile {
    file: String,
    identifier: String,
    version: Option<String>,
    title: String,
    #[serde(default)]
    description: String,
    root: Option<PathBuf>,
    scripts: Option<PathBuf>,
    #[serde(default = "root_directory")]
    location: String,
    ownership: Option<PathBuf>,
    #[serde(default)]
    compression: PayloadCompression,
    #[serde(default)]
    required: bool,
    #[serde(default = "yes")]
    selected: bool,
}

/// How a payload is compressed: `gzip` for every macOS, `pbzx` for 10.10 and later.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum PayloadCompression {
    /// What every macOS reads.
    #[default]
    Gzip,
    /// Smaller, slower to make; needs a minimum of macOS 10.10.
    Pbzx,
}

impl From<PayloadCompression> for Compression {
    fn from(compression: PayloadCompression) -> Self {
        match compression {
            PayloadCompression::Gzip => Self::Gzip,
            PayloadCompression::Pbzx => Self::Pbzx,
        }
    }
}

fn all_architectures() -> Vec<String> {
    vec!["arm64".to_owned(), "x86_64".to_owned()]
}

fn root_directory() -> String {
    "/".to_owned()
}

fn yes() -> bool {
    true
}

/// Packages the product that `file` describes; folders in it are relative to its own. `out` appears whole or not at all.
///
/// # Errors
/// A malformed file; a folder that can't be packaged; everything that would make the product unsound; reading or writing.
pub fn write(cx: &Context, file: &Path, out: &Path, mtime: u32, junk: Junk) -> Result<()> {
    let described: ProductFile = read_toml(file)?;
    let dir = file.parent().unwrap_or(Path::new(""));
    let folder = |path: &Path, ownership: Option<&Path>| {
        folder::tree(cx, &dir.join(path), ownership.map(|file| dir.join(file)).as_deref(), mtime, junk)
    };
    let plain = |path: &PathBuf| folder(path, None);
    let trees = described.component.iter().map(|component| {
        let payload = component.root.as_deref().map(|root| folder(root, component.ownership.as_deref())).transpose()?;
        Ok((payload, component.scripts.as_ref().map(plain).transpose()?))
    });
    let trees = trees.collect::<Result<Vec<(Option<Tree>, Option<Tree>)>>>()?;
    let resources = described.resources.as_ref().map(plain).transpose()?;
    let components = described.component.iter().zip(&trees).map(|(component, (payload, scripts))| ProductPart {
        file_name: component.file.clone(),
        component: Component {
            install_location: component.location.clone(),
            payload: payload.as_ref(),
            scripts: scripts.as_ref(),
            compression: component.compression.into(),
            ..Component::new(&component.identifier, component.version.as_ref().unwrap_or(&described.version))
        },
    });
    let product = Product {
        components: components.collect(),
        distribution: distribution(&described),
        resources: resources.as_ref(),
    };
    let files = cx.ui.files("package");
    product::write(&product, out, xar::Options::new(mtime), &|done| files.show(done))
        .with_context(|| format!("failed to write {}", out.display()))?;
    Ok(())
}

fn distribution(described: &ProductFile) -> Distribution {
    let page = |file: &Option<String>| {
        file.iter().map(|file| Page { file: file.clone(), mime_type: mime_type(file), uti: None }).collect()
    };
    let picture = |file: &Option<String>| {
        let mime_type = file.as_deref().and_then(mime_type);
        file.clone().map(|file| Background { file, mime_type, ..Background::default() })
    };
    let line = |component: &ComponentFile| Line { choice: component.identifier.clone(), lines: Vec::new() };
    let ranges = |min| AllowedOsVersions { ranges: vec![OsRange { min, before: None }] };
    Distribution {
        product: Some(ProductId { id: Some(described.identifier.clone()), version: Some(described.version.clone()) }),
        options: vec![Options {
            customize: Some(described.customize.unwrap_or(Customize::Allow)),
            require_scripts: Some(false),
            host_architectures: Some(described.host_architectures.join(",")),
            root_volume_only: described.root_volume_only.then_some(true),
            ..Options::default()
        }],
        volume_check: described
            .min_os_version
            .map(|min| VolumeCheck { script: None, allowed_os_versions: Some(ranges(min)) }),
        background: picture(&described.background),
        background_dark: picture(&described.background_dark),
        welcome: page(&described.welcome),
        readme: page(&described.readme),
        license: page(&described.license),
        conclusion: page(&described.conclusion),
        choices_outline: Some(Outline { lines: described.component.iter().map(line).collect() }),
        choices: described.component.iter().map(choice).collect(),
        ..Distribution::new(&described.title)
    }
}

fn choice(component: &ComponentFile) -> Choice {
    Choice {
        id: component.identifier.clone(),
        title: Some(component.title.clone()),
        description: (!component.description.is_empty()).then(|| component.description.clone()),
        enabled: component.required.then(|| "false".to_owned()),
        selected: component.required.then(|| "true".to_owned()),
        start_selected: (!component.required).then(|| component.selected.to_string()),
        pkg_refs: vec![PkgRef::to(&component.identifier)],
        ..Choice::default()
    }
}

/// What the Installer calls the kind of a page or picture, by its ending; without one it looks for itself.
fn mime_type(file: &str) -> Option<String> {
    let kind = match Path::new(file).extension()?.to_str()? {
        "rtf" => "text/rtf",
        "txt" => "text/plain",
        "html" => "text/html",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        _ => return None,
    };
    Some(kind.to_owned())
}
