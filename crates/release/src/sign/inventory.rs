//! What there is to sign below a folder: Mach-O files by their bytes, bundles by their `Info.plist`.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use flatpkg::plist;
use macho::form::{self, Form};
use macho::header::{FileType, Header};
use walkdir::WalkDir;

/// What a file with code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// `MH_EXECUTE`.
    Program,
    /// `MH_DYLIB`, `MH_BUNDLE`.
    Library,
    /// `MH_OBJECT`.
    Object,
    /// `ar`: a static library.
    Archive,
    /// A kind of Mach-O file that we never make, by its number.
    Other(u32),
}

/// What a bundle says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// `CFBundleIdentifier`.
    pub identifier: String,
    /// The main program's path below the root.
    pub program: String,
}

/// Everything below a root, by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Regular files with code.
    pub code: BTreeMap<String, Code>,
    /// Applications (`X.app`) and versions of frameworks (`X.framework/Versions/V`).
    pub bundles: BTreeMap<String, Bundle>,
}

impl Inventory {
    /// Looks at every regular file; follows no link.
    ///
    /// # Errors
    /// When something can't be read, or a bundle doesn't say what it is.
    pub fn take(root: &Path) -> Result<Self> {
        let mut found = Self::default();
        for entry in WalkDir::new(root).sort_by_file_name() {
            let entry = entry?;
            if !entry.file_type().is_file() {
                continue;
            }
            let path = entry.path().strip_prefix(root)?.to_str().context("a path is not UTF-8")?.to_owned();
            if let Some(code) = kind(entry.path())? {
                found.code.insert(path.clone(), code);
            }
            if let Some(dir) = bundle_dir(&path) {
                let bundle = bundle(entry.path(), dir).with_context(|| format!("{path} is damaged or incomplete"))?;
                found.bundles.insert(dir.to_owned(), bundle);
            }
        }
        Ok(found)
    }
}

/// The bundle that a file describes.
fn bundle_dir(path: &str) -> Option<&str> {
    if let Some(dir) = path.strip_suffix("/Contents/Info.plist") {
        return dir.ends_with(".app").then_some(dir);
    }
    let dir = path.strip_suffix("/Resources/Info.plist")?;
    let (versions, _) = dir.rsplit_once('/')?;
    versions.ends_with(".framework/Versions").then_some(dir)
}

fn bundle(info: &Path, dir: &str) -> Result<Bundle> {
    let info = plist::read(&fs_err::read(info)?)?.into_dictionary().context("it is no dictionary")?;
    let text = |key: &str| {
        let value = info.get(key).and_then(plist::Value::as_string).filter(|text| !text.is_empty());
        value.with_context(|| format!("it has no {key}")).map(str::to_owned)
    };
    let (identifier, program) = (text("CFBundleIdentifier")?, text("CFBundleExecutable")?);
    let folder = if dir.ends_with(".app") { "Contents/MacOS/" } else { "" };
    Ok(Bundle { identifier, program: format!("{dir}/{folder}{program}") })
}

/// What kind of code a file is. Of a universal one, the first slice with code says it.
fn kind(path: &Path) -> Result<Option<Code>> {
    let mut start = Vec::new();
    fs_err::File::open(path)?.take(32).read_to_end(&mut start)?;
    if !form::may_be_fat(&start) {
        return Ok(of_slice(&start));
    }
    let bytes = fs_err::read(path)?;
    if Form::of_file(&bytes) != Some(Form::Fat) {
        return Ok(None);
    }
    let entries =
        form::entries(&bytes, bytes.len() as u64).with_context(|| format!("{} can't be read", path.display()))?;
    let slices = entries.iter().filter_map(|entry| bytes.get(usize::try_from(entry.offset).ok()?..));
    Ok(slices.filter_map(of_slice).next())
}

fn of_slice(start: &[u8]) -> Option<Code> {
    if macho::is_archive(start) {
        return Some(Code::Archive);
    }
    Some(match Header::parse(start)?.file_type {
        FileType::Object => Code::Object,
        FileType::Executable => Code::Program,
        FileType::Dylib | FileType::Bundle => Code::Library,
        FileType::Other(number) => Code::Other(number),
    })
}
