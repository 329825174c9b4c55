//! Writing bundle packages.

use std::io;
use std::path::{Path, PathBuf};

use super::info::{self, Info, Selection};
use super::{COMPONENTS, PKG_INFO, Phase};
use flatpkg::bom;
use flatpkg::component::{Component, Problem, SCRIPTS};
use flatpkg::cpio;
use flatpkg::distribution::{Background, Choice, Distribution, Page};
use flatpkg::mode::Mode;
use flatpkg::output;
use flatpkg::payload::{self, Compression, Progress};
use flatpkg::plist::{self, Value};
use flatpkg::product::Product;
use flatpkg::shown::shown;
use flatpkg::tree::{EntryKind, Tree};
use flatpkg::xml;

/// Names in `Resources` that are not a component's to give.
const RESERVED: [&str; 3] = ["Description.plist", "package_version", "TokenDefinitions.plist"];

/// Why a bundle package can't be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleWriteError {
    /// It would not be a sound one, or the format has no way to say it. All problems at once.
    #[error("{}", Problem::list(.0))]
    Problems(Vec<Problem>),
    /// An archive can't be written.
    #[error("failed to write the archive of {identifier}", identifier = shown(identifier))]
    Payload {
        /// The component.
        identifier: String,
        /// What is wrong.
        source: payload::PayloadError,
    },
    /// A bill of materials can't be written.
    #[error("failed to write the bill of materials of {identifier}", identifier = shown(identifier))]
    Bom {
        /// The component.
        identifier: String,
        /// What is wrong.
        source: bom::BomError,
    },
    /// A text that a property list can't hold.
    #[error("failed to write {}", path.display())]
    Plist {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: xml::XmlError,
    },
    /// The system refused; its text names the file.
    #[error("failed to write the package")]
    Io(#[from] io::Error),
}

/// The name of a component's bundle: its identifier without the product's before it, as CPython's always were:
/// `PythonFramework-3.3.pkg`. Receipts had this name before 10.6, so two versions that live side by side need two names.
#[must_use]
pub fn file_name(identifier: &str, product: Option<&str>) -> String {
    let inside = product.and_then(|product| identifier.strip_prefix(product)?.strip_prefix('.'));
    format!("{}.pkg", inside.unwrap_or(identifier))
}

/// Writes a component as a bundle package: the directory `out`, which must not exist. It appears whole or not at all.
///
/// # Errors
/// [`BundleWriteError::Problems`] before anything is written; else when reading or writing fails.
pub fn write_component(
    component: &Component<'_>,
    out: &Path,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(), BundleWriteError> {
    let problems: Vec<Problem> = component.problems(None).into_iter().chain(limits(component)).collect();
    check(problems)?;
    whole(out, |dir| {
        let title = component.identifier.clone();
        let described = Described { title, text: String::new(), required: false, root_volume_only: false };
        package(component, &described, dir, progress)
    })
}

/// Writes a product as a metapackage: the directory `out`, which must not exist. It appears whole or not at all.
///
/// `progress` is called with what is done of all components together.
///
/// # Errors
/// [`BundleWriteError::Problems`] before anything is written; else when reading or writing fails.
pub fn write(product: &Product<'_>, out: &Path, progress: &(dyn Fn(Progress) + Sync)) -> Result<(), BundleWriteError> {
    let mut problems = product.problems();
    problems.extend(product.components.iter().flat_map(|part| limits(&part.component)));
    let distribution = product.completed_distribution();
    let listed = listed(product, &distribution, &mut problems);
    check(problems)?;
    whole(out, |dir| {
        let id = distribution.product.as_ref().and_then(|product| product.id.as_deref());
        let root_volume_only = distribution.options.iter().any(|options| options.root_volume_only == Some(true));
        let mut packages = Vec::new();
        let mut overall = product.overall(progress);
        for (component, choice) in listed {
            let file = file_name(&component.identifier, id);
            let (selection, required) = selection(choice);
            let described = Described {
                title: choice.title.clone().unwrap_or_else(|| component.identifier.clone()),
                text: choice.description.clone().unwrap_or_default(),
                required,
                root_volume_only,
            };
            let place = dir.join(COMPONENTS).join(&file);
            fs_err::create_dir_all(&place)?;
            package(component, &described, &place, &|done| overall.show(done))?;
            overall.next(component);
            packages.push((file, selection));
        }
        metapackage(product, &distribution, &packages, dir)
    })
}

fn check(problems: Vec<Problem>) -> Result<(), BundleWriteError> {
    if problems.is_empty() { Ok(()) } else { Err(BundleWriteError::Problems(problems)) }
}

/// What a component may say in a flat package and not here.
fn limits(component: &Component<'_>) -> Vec<Problem> {
    let place = format!("component {:?}", component.identifier);
    let mut problems = Vec::new();
    let mut problem = |got: String, expected: &str| problems.push(Problem::new(&place, got, expected));
    if component.compression != Compression::Gzip {
        problem("compression pbzx".to_owned(), "gzip: the old format knows nothing else");
    }
    for listed in &component.bundles {
        let path = listed.bundle.path.as_deref().unwrap_or_default();
        problem(format!("bundle {path:?} is listed"), "none: the old format has no such list");
    }
    let names = component.scripts.into_iter().flat_map(|tree| tree.iter()).map(|(path, _)| path.to_string());
    for name in names.filter(|name| RESERVED.contains(&name.as_str()) || name.ends_with(".lproj")) {
        problem(format!("{name} lies beside its scripts"), "another name: the old format uses it");
    }
    if let Some(Err(error)) = component.payload.map(cpio::check) {
        problem(error.to_string(), "smaller files");
    }
    problems
}

/// The components in the order in which they are offered, which is that of installation, each with its choice.
fn listed<'a, 'b>(
    product: &'b Product<'a>,
    distribution: &'b Distribution,
    problems: &mut Vec<Problem>,
) -> Vec<(&'b Component<'a>, &'b Choice)> {
    let outline = distribution.choices_outline.as_ref().map(|outline| outline.choices()).unwrap_or_default();
    let mut listed: Vec<(&Component<'_>, &Choice)> = Vec::new();
    for choice in outline.iter().filter_map(|id| distribution.choices.iter().find(|choice| choice.id == *id)) {
        let place = format!("choice {:?}", choice.id);
        if choice.pkg_refs.len() > 1 {
            let expected = "one: the old format offers each component by itself";
            problems.push(Problem::new(&place, format!("{} components", choice.pkg_refs.len()), expected));
        }
        for text in [&choice.selected, &choice.enabled, &choice.start_selected, &choice.start_enabled] {
            if let Some(text) = text.as_deref().filter(|text| !["true", "false"].contains(text)) {
                let expected = "true or false: the old format runs no JavaScript";
                problems.push(Problem::new(&place, format!("the expression {text:?}"), expected));
            }
        }
        for reference in &choice.pkg_refs {
            let part = product.components.iter().find(|part| part.component.identifier == reference.id);
            listed.extend(part.map(|part| (&part.component, choice)));
        }
    }
    for (at, (component, _)) in listed.iter().enumerate() {
        if listed.iter().take(at).any(|(other, _)| other.identifier == component.identifier) {
            let place = format!("component {:?}", component.identifier);
            problems.push(Problem::new(place, "two choices install it", "one: the old format lists it once"));
        }
    }
    listed
}

/// Whether a choice is made for the user, and whether the user can't change it.
fn selection(choice: &Choice) -> (Selection, bool) {
    let is = |text: &Option<String>, word: &str| text.as_deref() == Some(word);
    let fixed = [&choice.enabled, &choice.start_enabled, &choice.visible, &choice.start_visible];
    let selected = !is(&choice.selected, "false") && !is(&choice.start_selected, "false");
    match (selected, fixed.into_iter().any(|text| is(text, "false"))) {
        (true, true) => (Selection::Required, true),
        (true, false) => (Selection::Selected, false),
        (false, _) => (Selection::Unselected, false),
    }
}

/// What a product says of a component.
struct Described {
    title: String,
    text: String,
    required: bool,
    root_volume_only: bool,
}

fn package(
    component: &Component<'_>,
    described: &Described,
    dir: &Path,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(), BundleWriteError> {
    let identifier = || component.identifier.clone();
    let contents = dir.join("Contents");
    let resources = contents.join("Resources");
    fs_err::create_dir_all(&resources)?;
    if let Some(tree) = component.payload {
        let mut archive = fs_err::File::create(contents.join("Archive.pax.gz"))?;
        let facts = payload::write(tree, Compression::Gzip, &mut archive, progress)
            .map_err(|source| BundleWriteError::Payload { identifier: identifier(), source })?;
        let bom =
            bom::write(tree, &facts).map_err(|source| BundleWriteError::Bom { identifier: identifier(), source })?;
        fs_err::write(contents.join("Archive.bom"), bom)?;
    }
    if let Some(scripts) = component.scripts {
        copy(scripts, &resources, script_name)?;
    }
    let kbytes = component.payload.map(|tree| i64::try_from(tree.totals().install_kbytes).unwrap_or(i64::MAX));
    let info = Info {
        name: described.title.clone(),
        install_location: component.install_location.clone(),
        required: described.required,
        root_volume_only: described.root_volume_only,
        overwrite_permissions: component.overwrite_permissions,
        restart: component.postinstall_action,
        installed_kbytes: kbytes,
        ..Info::new(&component.identifier, &component.version)
    };
    let text = info::description(&described.title, &described.text, &component.version);
    documents(&contents, &info.to_plist(), &text, info.numbers)
}

fn metapackage(
    product: &Product<'_>,
    distribution: &Distribution,
    packages: &[(String, Selection)],
    dir: &Path,
) -> Result<(), BundleWriteError> {
    let contents = dir.join("Contents");
    let resources = contents.join("Resources");
    fs_err::create_dir_all(&resources)?;
    if let Some(tree) = product.resources {
        let names = page_names(distribution);
        let name = |path: &str| {
            let (folder, file) = path.rsplit_once('/').map_or((None, path), |(folder, file)| (Some(folder), file));
            let known = names.iter().find(|(own, _)| own == file).map(|(_, name)| name.as_str());
            let name = known.unwrap_or(file);
            folder.map_or_else(|| name.to_owned(), |folder| format!("{folder}/{name}"))
        };
        copy(tree, &resources, name)?;
    }
    let title = distribution.title.clone().unwrap_or_default();
    let own = distribution.product.as_ref();
    let first = product.components.first().map(|part| part.component.version.as_str()).unwrap_or_default();
    let version = own.and_then(|product| product.version.as_deref()).unwrap_or(first);
    let identifier = own.and_then(|product| product.id.as_deref()).unwrap_or(&title);
    let info = Info { name: title.clone(), ..Info::new(identifier, version) };
    let picture = distribution.background.as_ref();
    let scaling = picture.and_then(|picture| picture.scaling.as_deref()).unwrap_or("proportional");
    let alignment = picture.and_then(|picture| picture.alignment.as_deref()).unwrap_or("left");
    let plist = info.to_metapackage_plist(packages, (scaling, alignment));
    documents(&contents, &plist, &info::description(&title, "", version), info.numbers)
}

/// The names that the old Installer looks for, by the names that the product has: it knows pages by nothing else.
fn page_names(distribution: &Distribution) -> Vec<(String, String)> {
    let pages: [(&str, &[Page]); 4] = [
        ("Welcome", &distribution.welcome),
        ("ReadMe", &distribution.readme),
        ("License", &distribution.license),
        ("Conclusion", &distribution.conclusion),
    ];
    let named = |name: &str, file: &str| {
        let ending = file.rsplit_once('.').map(|(_, ending)| format!(".{ending}")).unwrap_or_default();
        (file.to_owned(), format!("{name}{ending}"))
    };
    let background = distribution.background.as_ref().map(|Background { file, .. }| named("background", file));
    let pages = pages.into_iter().flat_map(|(name, pages)| pages.iter().map(move |page| named(name, &page.file)));
    pages.chain(background).collect()
}

/// `preinstall` and `postinstall` of a flat package run on every installation: these are the phases that do.
fn script_name(path: &str) -> String {
    let [before, after] = SCRIPTS;
    let phase = [(before, Phase::Preflight), (after, Phase::Postflight)].into_iter().find(|(name, _)| *name == path);
    phase.map_or_else(|| path.to_owned(), |(_, phase)| phase.name().to_owned())
}

/// The documents that every package has.
fn documents(contents: &Path, info: &Value, description: &Value, numbers: (i64, i64)) -> Result<(), BundleWriteError> {
    let write = |path: PathBuf, value: &Value| {
        let xml = plist::write(value).map_err(|source| BundleWriteError::Plist { path: path.clone(), source })?;
        Ok::<_, BundleWriteError>(fs_err::write(path, xml)?)
    };
    fs_err::write(contents.join("PkgInfo"), PKG_INFO)?;
    write(contents.join("Info.plist"), info)?;
    write(contents.join("Resources/Description.plist"), description)?;
    let (major, minor) = numbers;
    Ok(fs_err::write(contents.join("Resources/package_version"), format!("major: {major}\nminor: {minor}\n"))?)
}

/// Writes the files of a small tree, under other names where `rename` says so.
fn copy(tree: &Tree, dir: &Path, rename: impl Fn(&str) -> String) -> Result<(), BundleWriteError> {
    for (path, entry) in tree.iter().filter(|(path, _)| !path.is_root()) {
        let place = dir.join(rename(&path.to_string()));
        match &entry.kind {
            EntryKind::Directory => fs_err::create_dir(&place)?,
            EntryKind::Symlink(target) => {
                use std::os::unix::ffi::OsStrExt as _;
                fs_err::os::unix::fs::symlink(std::ffi::OsStr::from_bytes(target), &place)?;
            }
            EntryKind::File(contents) => {
                let mut file = fs_err::File::create(&place)?;
                io::copy(&mut contents.open()?, &mut file)?;
                let mode = if entry.mode.is_executable() { Mode::EXECUTABLE } else { Mode::PLAIN };
                file.set_permissions(permissions(mode))?;
            }
        }
    }
    Ok(())
}

fn permissions(mode: Mode) -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::Permissions::from_mode(mode.bits().into())
}

/// Fills a directory under another name and gives it its own when everything is in it.
fn whole(out: &Path, fill: impl FnOnce(&Path) -> Result<(), BundleWriteError>) -> Result<(), BundleWriteError> {
    if out.symlink_metadata().is_ok() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{} is there already", out.display())).into());
    }
    let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let filling =
        tempfile::Builder::new().prefix(".flatpkg-").permissions(permissions(Mode::EXECUTABLE)).tempdir_in(parent)?;
    fill(filling.path())?;
    output::replace(filling.path(), out)?;
    let _ = filling.keep();
    Ok(())
}
