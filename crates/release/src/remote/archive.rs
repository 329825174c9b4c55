//! A product as an archive: tar with zstd, the same bytes for the same product wherever it was made. Both ways it is a stream: of what
//! it has, one file at a time is in memory.

use std::io::{BufReader, Read, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use flatpkg::laydown::{Attributes, Filling, Folder, Options};
use flatpkg::mode::Mode;
use flatpkg::tree::TreePath;
use tar::{Builder, EntryType, Header};
use walkdir::WalkDir;
use zstd::{Decoder, Encoder};

use super::portable::{self, Travelling};

/// The time of every entry, seconds since 1970: 1980, which every format can say. Only what a step makes itself compares
/// times, so another step's need not be told apart.
const TIME: u64 = 315_532_800;

/// How hard it is packed: once, for many who take it. LLVM's 406 MB become 129 MB at level 3, 119 at 6, 114 at 9, for 5, 13 and 26
/// seconds of a core.
const LEVEL: i32 = 6;

/// Packs a product, entries in the order of their paths; gives the bytes of all files in it.
///
/// # Errors
/// When it can't be read, the archive can't be written, or a file of it can't leave this machine.
pub fn pack(root: &Path, cache: &Path, archive: impl Write) -> Result<u64> {
    let mut packing = Encoder::new(archive, LEVEL)?;
    packing.include_checksum(true)?;
    let mut tar = Builder::new(packing);
    let mut unpacked = 0;
    for entry in WalkDir::new(root).min_depth(1).sort_by_file_name() {
        let entry = entry?;
        let path = entry.path().strip_prefix(root)?;
        let kind = entry.file_type();
        let mut header = Header::new_gnu();
        header.set_mtime(TIME);
        header.set_mode(0o755);
        header.set_size(0);
        if kind.is_dir() {
            header.set_entry_type(EntryType::Directory);
            tar.append_data(&mut header, path, &b""[..])?;
        } else if kind.is_symlink() {
            header.set_entry_type(EntryType::Symlink);
            let target = portable::target_leaving(&fs_err::read_link(entry.path())?, cache);
            tar.append_link(&mut header, path, std::ffi::OsStr::from_bytes(&target))?;
        } else if kind.is_file() {
            let contents = fs_err::read(entry.path())?;
            let contents = match portable::leaving(path, &contents, cache) {
                Travelling::As(contents) => contents,
                Travelling::LeftOut => continue,
                Travelling::Bound => return Err(anyhow!("{} has the folder of this cache in it", path.display())),
            };
            header.set_mode(entry.metadata()?.permissions().mode() & 0o7777);
            header.set_size(contents.len() as u64);
            unpacked += contents.len() as u64;
            tar.append_data(&mut header, path, &*contents)?;
        } else {
            bail!("{} is neither a file, a folder nor a link", path.display());
        }
    }
    tar.into_inner()?.finish()?.flush()?;
    Ok(unpacked)
}

/// Unpacks an archive into a new folder, which appears whole or not at all.
///
/// # Errors
/// When it is damaged, has what no archive of ours has, or has more than `options` allow.
pub fn unpack(archive: &Path, into: &Path, cache: &Path, options: Options) -> Result<()> {
    let limit = options.max_size;
    let file = BufReader::with_capacity(1 << 17, fs_err::File::open(archive)?);
    let unpacking = Decoder::with_buffer(file)?;
    let mut filling = Filling::begin(into, options)?;
    let mut tar = tar::Archive::new(unpacking);
    for entry in tar.entries()? {
        let entry = entry?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        lay_down(&mut filling.folder, entry, cache, limit)
            .with_context(|| format!("its entry {name} can't be laid down"))?;
    }
    // Only its end says whether all came as it was packed; a block of zeros comes before it.
    let mut end = Vec::new();
    tar.into_inner().take(1 << 10).read_to_end(&mut end)?;
    ensure!(end.len() == 512 && end.iter().all(|byte| *byte == 0), "it goes on after its end");
    Ok(filling.finish()?)
}

fn lay_down(folder: &mut Folder, mut entry: tar::Entry<'_, impl Read>, cache: &Path, limit: u64) -> Result<()> {
    let name = entry.path_bytes();
    let path = TreePath::new(name.strip_suffix(b"/").unwrap_or(&name).to_vec())?;
    let attributes = Attributes { mode: Mode::from_st_mode(entry.header().mode()?), ..Attributes::SYSTEM };
    let time = i64::try_from(TIME)?;
    match entry.header().entry_type() {
        EntryType::Directory => Ok(folder.directory(&path, Some(attributes))?),
        EntryType::Symlink => {
            let target = entry.link_name_bytes().unwrap_or_default();
            Ok(folder.symlink(&path, &portable::target_arriving(&target, cache), attributes, Some(time))?)
        }
        EntryType::Regular => {
            folder.expect(entry.size())?;
            let mut contents = Vec::new();
            entry.by_ref().take(limit).read_to_end(&mut contents)?;
            let contents = portable::arriving(contents, cache);
            folder.file(&path, contents.len() as u64, &mut contents.as_slice(), attributes, Some(time))?;
            Ok(())
        }
        other => bail!("it is {other:?}, expected a file, a folder or a link"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(cache: &Path) -> std::path::PathBuf {
        let root = cache.join("steps/a-1");
        let long = "a/".repeat(60) + "name";
        fs_err::create_dir_all(root.join(&long).parent().unwrap()).unwrap();
        fs_err::create_dir_all(root.join("empty")).unwrap();
        fs_err::write(root.join(&long), "deep").unwrap();
        fs_err::write(root.join("bin"), b"\0\x01").unwrap();
        fs_err::set_permissions(root.join("bin"), std::fs::Permissions::from_mode(0o755)).unwrap();
        fs_err::write(root.join("text"), format!("in {}\n", root.display())).unwrap();
        std::os::unix::fs::symlink(cache.join("steps/b-2/x"), root.join("link")).unwrap();
        std::os::unix::fs::symlink("/".to_owned() + &"t/".repeat(80), root.join("long-link")).unwrap();
        root
    }

    fn packed(root: &Path, cache: &Path) -> Vec<u8> {
        let mut bytes = Vec::new();
        pack(root, cache, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn a_product_arrives_as_if_it_were_made_there() {
        let dir = tempfile::tempdir().unwrap();
        let (one, other) = (dir.path().join("one"), dir.path().join("the/other"));
        let (made, made_there) = (product(&one), product(&other));
        let packed = packed(&made, &one);
        assert_eq!(packed, self::packed(&made_there, &other), "the same wherever it was made");
        let archive = dir.path().join("archive");
        fs_err::write(&archive, &packed).unwrap();
        let arrived = other.join("arrived");
        unpack(&archive, &arrived, &other, Options::default()).unwrap();
        let manifest = |root: &Path| crate::manifest::manifest(root).unwrap().to_string();
        assert_eq!(manifest(&arrived), manifest(&made_there));
        for (max_size, whole) in [(10 * 4096, false), (Options::default().max_size, true)] {
            let at = dir.path().join("limited");
            let options = Options { max_size, ..Options::default() };
            assert_eq!(unpack(&archive, &at, &other, options).is_ok(), whole);
            assert_eq!(at.exists(), whole, "nothing half-written");
        }
    }

    #[test]
    fn damaged_archives_are_errors_and_leave_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let cache = dir.path().join("cache");
        let bytes = packed(&product(&cache), &cache);
        let archive = dir.path().join("archive");
        for len in [0, 3, bytes.len() / 2, bytes.len() - 1] {
            fs_err::write(&archive, &bytes[..len]).unwrap();
            let at = cache.join("at");
            assert!(unpack(&archive, &at, &cache, Options::default()).is_err() && !at.exists(), "{len}");
        }
        let mut changed = bytes;
        // Its checksum.
        *changed.last_mut().unwrap() ^= 1;
        fs_err::write(&archive, changed).unwrap();
        assert!(unpack(&archive, &cache.join("at"), &cache, Options::default()).is_err());
    }

    #[test]
    fn entries_that_no_archive_of_ours_has_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let archive = dir.path().join("archive");
        let outside = dir.path().join("outside");
        for (kind, name) in [
            (EntryType::Regular, "../outside"),
            (EntryType::Regular, "link/outside"),
            (EntryType::Fifo, "fifo"),
            (EntryType::Link, "hard"),
            (EntryType::Regular, "twice"),
        ] {
            let mut tar = Builder::new(Vec::new());
            let mut add = |kind, name: &str, target: &str| {
                let mut header = Header::new_old();
                header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
                header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
                header.set_entry_type(kind);
                header.set_mode(0o644);
                header.set_mtime(0);
                header.set_size(0);
                header.set_cksum();
                tar.append(&header, &b""[..]).unwrap();
            };
            add(EntryType::Symlink, "link", "..");
            add(EntryType::Regular, "twice", "");
            add(kind, name, "link");
            let bytes = zstd::encode_all(tar.into_inner().unwrap().as_slice(), 1).unwrap();
            fs_err::write(&archive, bytes).unwrap();
            let at = dir.path().join("at");
            assert!(unpack(&archive, &at, dir.path(), Options::default()).is_err(), "{name}");
            assert!(!at.exists() && !outside.exists(), "{name}");
        }
    }
}
