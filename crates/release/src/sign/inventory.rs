//! What there is to sign below a folder: Mach-O files by their bytes, bundles by their `Info.plist`.

use std::collections::BTreeMap;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use anyhow::{Context as _, Result};
use flatpkg::plist;
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
                let bundle = bundle(entry.path(), dir).with_context(|| format!("{path} is not sound"))?;
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

/// What kind of code a file is, by its first bytes (`<mach-o/fat.h>`, `<mach-o/loader.h>`, `<ar.h>`).
fn kind(path: &Path) -> Result<Option<Code>> {
    let mut file = fs_err::File::open(path)?;
    let mut head = Vec::new();
    file.by_ref().take(4096).read_to_end(&mut head)?;
    let wide = match word(&head, 0) {
        Some(0xCAFE_BABE) => false,
        Some(0xCAFE_BABF) => true,
        _ => return Ok(thin(&head)),
    };
    // Java's class files begin alike, but nothing in them leads to code.
    let Some(count) = word(&head, 4) else { return Ok(None) };
    let size = if wide { 32 } else { 20 };
    file.seek(SeekFrom::Start(8))?;
    let mut table = Vec::new();
    file.by_ref().take(u64::from(count) * size as u64).read_to_end(&mut table)?;
    for entry in table.chunks_exact(size) {
        let offset = if wide { long(entry, 8) } else { word(entry, 8).map(u64::from) };
        let Some(offset) = offset.filter(|offset| i64::try_from(*offset).is_ok()) else { continue };
        file.seek(SeekFrom::Start(offset))?;
        let mut slice = Vec::new();
        file.by_ref().take(32).read_to_end(&mut slice)?;
        if let Some(code) = thin(&slice) {
            return Ok(Some(code));
        }
    }
    Ok(None)
}

fn thin(head: &[u8]) -> Option<Code> {
    if head.starts_with(b"!<arch>\n") {
        return Some(Code::Archive);
    }
    let filetype = match word(head, 0)? {
        0xFEED_FACE | 0xFEED_FACF => word(head, 12)?,
        0xCEFA_EDFE | 0xCFFA_EDFE => word(head, 12)?.swap_bytes(),
        _ => return None,
    };
    Some(match filetype {
        1 => Code::Object,
        2 => Code::Program,
        6 | 8 => Code::Library,
        other => Code::Other(other),
    })
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|word| u32::from_be_bytes(*word))
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|long| u64::from_be_bytes(*long))
}
