//! A package's signature as a small file, to put onto the same package when somebody else has made it again: the same bytes.
//!
//! A signed package is a header and table of contents, the signatures, the members' bytes, and perhaps a ticket. The members
//! are those of the unsigned package, in an order of their own; so the file keeps everything but them.

use std::io::{Read as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flatpkg::xar::{Archive, File};
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::hint::WithHint as _;
use crate::output::write_whole;

/// Changes when the meaning of a key does.
const FORMAT: u32 = 1;

/// The most of a package that is not members, bytes.
const LIMIT: u64 = 64 << 20;

/// The file's contents.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Detached {
    format: u32,
    /// Of the signed package.
    sha256: Sha256,
    size: u64,
    /// In the order of their bytes; what lies between them is `gaps`, one more than there are members.
    members: Vec<Place>,
    gaps: Vec<String>,
}

/// A member's bytes, by what they are.
#[derive(Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Place {
    path: String,
    /// Of its bytes as they are kept: `sha1:5eb6…`.
    archived: String,
    size: u64,
}

/// Takes the signature of a package off; gives back the file's size in bytes.
///
/// # Errors
/// When the package can't be read or isn't signed, or the file not be written.
pub fn detach(package: &Path, file: &Path) -> Result<usize> {
    let archive = Archive::open(package)?;
    if archive.signatures().is_empty() {
        return Err(anyhow!("{} is not signed", package.display())).hint("`cargo xtask sign` signs it");
    }
    let mut members: Vec<(u64, Place)> = Vec::new();
    for (path, member) in members_of(&archive) {
        let Some(data) = &member.data else { continue };
        let place = place(&path, data);
        members.push((archive.heap_offset().checked_add(data.offset).context("a member lies nowhere")?, place));
    }
    members.sort_by_key(|(offset, _)| *offset);
    let mut bytes = fs_err::File::open(package)?;
    let mut gaps = Vec::new();
    let (mut position, mut kept) = (0, 0_u64);
    let end = (archive.file_len(), 0);
    for (offset, size) in members.iter().map(|(offset, place)| (*offset, place.size)).chain([end]) {
        let gap = offset.checked_sub(position).context("members lie over each other")?;
        kept += gap;
        if kept > LIMIT {
            bail!("{} has more than {LIMIT} bytes that are no members", package.display());
        }
        gaps.push(STANDARD.encode(section(&mut bytes, position, gap)?));
        position = offset + size;
    }
    let members = members.into_iter().map(|(_, place)| place).collect();
    let detached =
        Detached { format: FORMAT, sha256: Sha256::of_file(package)?, size: archive.file_len(), members, gaps };
    let text = format!("{}\n", serde_json::to_string_pretty(&detached)?);
    write_whole(&std::path::absolute(file)?, text.as_bytes(), 0o644)?;
    Ok(text.len())
}

/// Puts a signature onto an unsigned package.
///
/// # Errors
/// When it is not this package's: then nothing is written.
pub fn attach(package: &Path, file: &Path, output: &Path) -> Result<()> {
    let text = fs_err::read_to_string(file)?;
    let malformed = || format!("{} is not a signature that was taken off", file.display());
    let detached: Detached = serde_json::from_str(&text).with_context(malformed)?;
    if detached.format != FORMAT || detached.gaps.len() != detached.members.len() + 1 {
        bail!("{}", malformed());
    }
    let archive = Archive::open(package)?;
    let mut source = fs_err::File::open(package)?;
    let output = std::path::absolute(output)?;
    flatpkg::output::place(&output)?;
    let dir = output.parent().context("the output has no folder")?;
    let mut made = tempfile::NamedTempFile::new_in(dir)?;
    for (number, gap) in detached.gaps.iter().enumerate() {
        made.write_all(&STANDARD.decode(gap).with_context(malformed)?)?;
        let Some(wanted) = detached.members.get(number) else { continue };
        let found = members_of(&archive).find_map(|(path, member)| {
            let data = member.data.as_ref().filter(|data| place(&path, data) == *wanted)?;
            Some(data.offset)
        });
        let Some(offset) = found.and_then(|offset| archive.heap_offset().checked_add(offset)) else {
            let error =
                anyhow!("{} is not the package that was signed: its {} differs", package.display(), wanted.path);
            return Err(error)
                .hint("it must be built from the same sources by the same tool; `cargo xtask inspect` shows both");
        };
        copy(&mut source, offset, wanted.size, &mut made)?;
    }
    made.flush()?;
    let is = Sha256::of_file(made.path())?;
    if is != detached.sha256 {
        bail!(
            "{} and the signature do not make the package that was signed: SHA-256 is {is}, expected {}",
            package.display(),
            detached.sha256
        );
    }
    crate::sign::publish(made.path(), &output)
}

fn members_of(archive: &Archive) -> impl Iterator<Item = (String, &File)> {
    archive.toc().files.iter().map(|file| (file.path.clone(), file))
}

fn place(path: &str, data: &flatpkg::xar::Data) -> Place {
    let archived = data.archived.as_ref().map(|sum| format!("{}:{}", sum.style.name(), sum.hex)).unwrap_or_default();
    Place { path: path.to_owned(), archived, size: data.length }
}

fn section(file: &mut fs_err::File, offset: u64, length: u64) -> Result<Vec<u8>> {
    use std::io::{Seek as _, SeekFrom};
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != length {
        bail!("{} ends too early", file.path().display());
    }
    Ok(bytes)
}

fn copy(from: &mut fs_err::File, offset: u64, length: u64, to: &mut impl std::io::Write) -> Result<()> {
    use std::io::{Seek as _, SeekFrom};
    from.seek(SeekFrom::Start(offset))?;
    if std::io::copy(&mut from.take(length), to)? != length {
        bail!("{} ends too early", from.path().display());
    }
    Ok(())
}
