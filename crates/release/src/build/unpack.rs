//! Unpacking archives of sources and documentation.

use std::io::{BufReader, Read};
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use flatpkg::laydown::{Attributes, Filling, Folder, Options, Seen};
use flatpkg::mode::Mode;
use flatpkg::tree::TreePath;
use fs_err::File;
use tar::EntryType;

use crate::digest::{Fingerprint, Hashing};
use crate::hint::WithHint as _;

/// Unpacks a `.tar.gz`, `.tar.bz2` or `.tar.xz` into a new folder. The archive's single top folder becomes that folder, with
/// modes and modification times. It appears only when all bytes of the archive, read once, are those that `is_right` admits.
///
/// # Errors
/// When the archive is damaged or another one, has no single top folder, or reaches out of it.
pub fn unpack(archive: &Path, into: &Path, is_right: impl Fn(Fingerprint) -> bool) -> Result<()> {
    unpack_at(archive, into, is_right).with_context(|| format!("could not unpack {}", archive.display()))
}

fn unpack_at(archive: &Path, into: &Path, is_right: impl Fn(Fingerprint) -> bool) -> Result<()> {
    fs_err::create_dir_all(into.parent().unwrap_or(into))?;
    let mut bytes = Hashing::new(File::open(archive)?);
    let file = BufReader::with_capacity(1 << 16, &mut bytes);
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    let reader: Box<dyn Read + '_> = match name.rsplit('.').next() {
        Some("gz" | "tgz") => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
        Some("bz2") => Box::new(bzip2::bufread::MultiBzDecoder::new(file)),
        Some("xz") => Box::new(lzma_rust2::XzReader::new(file, true)),
        _ => bail!("its name ends in none of .gz, .tgz, .bz2, .xz"),
    };
    let mut filling = Filling::begin(into, Options::default())?;
    let laid_down = lay_down_all(&mut filling.folder, reader);
    // A changed file often can't be unpacked either; that it was changed is the cause, and what is said.
    if !is_right(bytes.finish()?) {
        return Err(anyhow!("it has the wrong checksum: it was changed after it was fetched"))
            .hint("delete the file; the next run fetches it again");
    }
    laid_down?;
    Ok(filling.finish_only_directory()?)
}

fn lay_down_all(folder: &mut Folder, reader: impl Read) -> Result<()> {
    let mut tar = tar::Archive::new(reader);
    for entry in tar.entries()? {
        let entry = entry?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        lay_down(folder, entry).with_context(|| format!("its entry {name} can't be laid down"))?;
    }
    Ok(())
}

fn lay_down(folder: &mut Folder, mut entry: tar::Entry<'_, impl Read>) -> Result<()> {
    let kind = entry.header().entry_type();
    if kind == EntryType::XGlobalHeader {
        return Ok(());
    }
    let path = path(&entry.path_bytes())?;
    if path.is_root() {
        return Ok(());
    }
    parents(folder, &path)?;
    let attributes = Attributes { mode: Mode::from_st_mode(entry.header().mode()?), ..Attributes::SYSTEM };
    // Times decide what `make` thinks is up to date.
    let modified = i64::try_from(entry.header().mtime()?)?;
    if kind == EntryType::Directory {
        match folder.look(&path)? {
            Some(Seen::Directory) => folder.change(&path, attributes)?,
            _ => folder.directory(&path, Some(attributes))?,
        }
        folder.directory_modified(&path, modified);
        return Ok(());
    }
    // As `tar` has it, what comes later wins.
    if matches!(folder.look(&path)?, Some(Seen::File | Seen::Symlink(_))) {
        folder.remove(&path)?;
    }
    let target = entry.link_name_bytes().map(std::borrow::Cow::into_owned).unwrap_or_default();
    match kind {
        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
            folder.file(&path, entry.size(), &mut entry, attributes, Some(modified))?;
        }
        EntryType::Symlink => folder.symlink(&path, &target, attributes, Some(modified))?,
        EntryType::Link => folder.hard_link(&path, &self::path(&target)?)?,
        other => bail!("it is {other:?}, expected a file, a folder or a link"),
    }
    Ok(())
}

fn path(name: &[u8]) -> Result<TreePath> {
    Ok(TreePath::from_dotted(name.strip_suffix(b"/").unwrap_or(name))?)
}

/// Archives need not name the folders that their entries are in.
fn parents(folder: &mut Folder, path: &TreePath) -> Result<()> {
    let Some(parent) = path.parent().and_then(|parent| TreePath::new(parent).ok()) else { return Ok(()) };
    if folder.look(&parent).is_ok_and(|seen| seen == Some(Seen::Directory)) {
        return Ok(());
    }
    let mut at = TreePath::ROOT;
    for name in parent.components() {
        at = at.join(name)?;
        if folder.look(&at)?.is_none() {
            folder.directory(&at, Some(Attributes::SYSTEM))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    /// Entries: kind, name, target.
    fn archive(at: &Path, entries: &[(EntryType, &str, &str)]) {
        let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(
            fs_err::File::create(at).unwrap(),
            flate2::Compression::fast(),
        ));
        for (kind, name, target) in entries {
            let mut header = tar::Header::new_old();
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
            header.set_entry_type(*kind);
            header.set_mode(0o6755);
            header.set_mtime(1_000_000_000);
            header.set_size(if *kind == EntryType::Regular { 1 } else { 0 });
            header.set_cksum();
            let contents = if *kind == EntryType::Regular { &b"x"[..] } else { b"" };
            tar.append(&header, contents).unwrap();
        }
        tar.into_inner().unwrap().finish().unwrap();
    }

    use EntryType::{Directory, Link, Regular, Symlink};

    #[test]
    fn a_source_keeps_modes_times_and_links_but_no_special_bits() {
        let dir = tempfile::tempdir().unwrap();
        let (file, into) = (dir.path().join("a.tgz"), dir.path().join("work/a"));
        let entries = [
            (Directory, "a-1/", ""),
            (Regular, "a-1/deep/configure", ""),
            (Symlink, "a-1/link", "deep/configure"),
            (Link, "a-1/same", "a-1/deep/configure"),
            (Regular, "a-1/link", ""),
        ];
        archive(&file, &entries);
        let right = Fingerprint::of_file(&file).unwrap();
        unpack(&file, &into, |found| found == right).unwrap();
        let there = into.join("deep/configure").metadata().unwrap();
        assert_eq!(there.permissions().mode() & 0o7777, 0o755);
        assert_eq!(std::os::unix::fs::MetadataExt::mtime(&there), 1_000_000_000);
        assert!(into.join("same").is_file() && into.join("link").symlink_metadata().unwrap().is_file());
        assert_eq!(fs_err::read_dir(dir.path().join("work")).unwrap().count(), 1);
    }

    #[test]
    fn another_file_is_never_unpacked() {
        let dir = tempfile::tempdir().unwrap();
        let (file, into) = (dir.path().join("a.tgz"), dir.path().join("a"));
        archive(&file, &[(Regular, "a-1/x", "")]);
        let pinned = Fingerprint::of_file(&file).unwrap();
        let right = fs_err::read(&file).unwrap();
        // What no decoder reads counts, too; and what none can read is called changed, not damaged.
        let longer = [right.as_slice(), b"\0"].concat();
        let mut flipped = right.clone();
        flipped[right.len() / 2] ^= 0xff;
        for bytes in [longer, flipped, right[..20].to_vec()] {
            fs_err::write(&file, bytes).unwrap();
            let error = crate::hint::render(&unpack(&file, &into, |found| found == pinned).unwrap_err());
            assert!(error.contains("wrong checksum") && error.contains("hint: delete the file"), "{error}");
            assert_eq!(fs_err::read_dir(dir.path()).unwrap().count(), 1, "nothing is left of the attempt");
        }
    }

    #[test]
    fn nothing_gets_out_of_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let outside = dir.path().join("outside");
        fs_err::create_dir(&outside).unwrap();
        fs_err::write(outside.join("mine"), "mine").unwrap();
        let target = outside.to_str().unwrap();
        let mine = format!("{target}/mine");
        let cases: [&[(EntryType, &str, &str)]; 7] = [
            &[(Regular, "../evil", "")],
            &[(Regular, "/evil", "")],
            &[(Symlink, "a/link", target), (Regular, "a/link/evil", "")],
            &[(Symlink, "a/link", target), (Directory, "a/link/evil", "")],
            &[(Link, "a/mine", &mine)],
            &[(Link, "a/mine", "../outside/mine")],
            &[(EntryType::Fifo, "a/fifo", "")],
        ];
        for entries in cases {
            let (file, into) = (dir.path().join("a.tgz"), dir.path().join("a"));
            archive(&file, entries);
            unpack(&file, &into, |_| true).unwrap_err();
            assert_eq!(fs_err::read_dir(&outside).unwrap().count(), 1, "{entries:?}");
            assert_eq!(fs_err::read_dir(dir.path()).unwrap().count(), 2, "{entries:?}");
        }
    }
}
