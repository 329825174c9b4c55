//! Archives in a payload: the service opens them, and archives in them. What is in one is looked at like the payload itself,
//! bundles and their seals included.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Seek as _, SeekFrom};
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use macho::Form;

use super::expectations::CodeExpectations;
use super::issue::{Issue, Reason};
use super::lint::Lint;
use super::seal::LARGEST_TOGETHER;
use super::{binary, layout, seal};
use crate::verify::tree::{self, Entry, NodeKind, Tree};

/// How deep archives may be nested.
const DEPTH: usize = 4;

/// The most bytes that are taken out of one file of an archive.
const LARGEST: u64 = 1 << 28;

/// How most zip archives start.
const ZIP: &[u8] = b"PK\x03\x04";

/// Bytes of the header of a tar archive.
const TAR_HEADER: u64 = 512;

/// Bytes of the end of a zip archive: 22, and a comment of at most 65,535.
const ZIP_END: usize = 22 + 0xffff;

/// Looks at the file `source`: code, an archive with code, or something else. Code and archives of more than
/// [`LARGEST_TOGETHER`] bytes are issues, for a small package may state files of any size.
///
/// # Errors
/// It can't be read.
pub(super) fn look(path: &str, source: &Path, tree: &Tree, expect: &CodeExpectations<'_>) -> Result<Lint> {
    let mut file = fs_err::File::open(source)?;
    let size = file.metadata()?.len();
    if size <= LARGEST_TOGETHER {
        let limits = Limits { depth: DEPTH, left: &Cell::new(LARGEST_TOGETHER) };
        return Ok(look_into(path, &fs_err::read(source)?, tree, expect, &limits));
    }
    let (mut start, mut end) = (Vec::new(), Vec::new());
    file.by_ref().take(TAR_HEADER).read_to_end(&mut start)?;
    file.seek(SeekFrom::Start(size.saturating_sub(ZIP_END as u64)))?;
    file.read_to_end(&mut end)?;
    let is_archive = start.starts_with(ZIP) || zip_end(&end).is_some() || is_tar(&start);
    // A table of slices leads to what was not read; no other file that starts like one is that large.
    let reason = if macho::form::may_be_fat(&start) || Form::of(&start).is_some() {
        Reason::Invalid
    } else if is_archive || decompressor(&start).is_some() {
        Reason::Archive
    } else {
        return Ok(Lint::default());
    };
    let what = format!("it has more than {LARGEST_TOGETHER} bytes, and is not looked at");
    Ok(Lint { issues: vec![Issue::new(reason, path, None, what)], ..Lint::default() })
}

/// What may still be unpacked.
struct Limits<'a> {
    depth: usize,
    left: &'a Cell<u64>,
}

fn look_into(path: &str, bytes: &[u8], tree: &Tree, expect: &CodeExpectations<'_>, limits: &Limits<'_>) -> Lint {
    if macho::is_macho(bytes) {
        return binary::check(path, bytes, tree, expect);
    }
    if macho::is_archive(bytes) {
        return Lint { objects: vec![path.to_owned()], ..Lint::default() };
    }
    let unpack: fn(&[u8], &mut Unpacked<'_>) -> Result<()> = if is_zip(bytes) {
        unzip
    } else if is_tar(bytes) {
        untar
    } else if let Some(inner) = decompressor(bytes) {
        return decompressed(path, inner, tree, expect, limits);
    } else {
        return Lint::default();
    };
    let trouble = |error: anyhow::Error| Issue::new(Reason::Archive, path, None, format!("{error:#}"));
    let Some(depth) = limits.depth.checked_sub(1) else {
        let issues = vec![Issue::new(Reason::Archive, path, None, "archives in archives in archives")];
        return Lint { issues, ..Lint::default() };
    };
    let limits = Limits { depth, ..*limits };
    let looked = tempfile::tempdir().map_err(anyhow::Error::from).and_then(|dir| {
        let mut unpacked =
            Unpacked { path, dir: dir.path(), left: limits.left, entries: BTreeMap::new(), issues: Vec::new() };
        // What came out before an error is looked at as well.
        let outcome = unpack(bytes, &mut unpacked);
        let mut issues = unpacked.issues;
        issues.extend(outcome.err().map(trouble));
        let inner = Tree::new(unpacked.entries);
        let mut parts = vec![bundles(&inner, expect), Lint { issues, ..Lint::default() }];
        for (path, file) in inner.files() {
            parts.push(look_into(path, &fs_err::read(&file.source)?, &inner, expect, &limits));
        }
        Ok(parts)
    });
    match looked {
        Ok(parts) => Lint::gather(parts),
        Err(error) => Lint { issues: vec![trouble(error)], ..Lint::default() },
    }
}

/// What was taken out of an archive.
struct Unpacked<'a> {
    /// The archive's.
    path: &'a str,
    /// Where files go, under names that mean nothing.
    dir: &'a Path,
    left: &'a Cell<u64>,
    entries: BTreeMap<String, Entry>,
    issues: Vec<Issue>,
}

impl Unpacked<'_> {
    fn file(&mut self, name: &[u8], contents: &mut dyn Read) -> Result<()> {
        let source = self.dir.join(self.entries.len().to_string());
        let limit = LARGEST.min(self.left.get());
        let mut file = fs_err::File::create(&source)?;
        let copied = io::copy(&mut contents.take(limit + 1), &mut file);
        let length = file.metadata()?.len();
        self.left.set(self.left.get().saturating_sub(length));
        self.add(name, source, NodeKind::File);
        copied.with_context(|| tree::name(name))?;
        if length > limit {
            bail!("{} has more than {limit} bytes", tree::name(name));
        }
        Ok(())
    }

    fn add(&mut self, name: &[u8], source: std::path::PathBuf, kind: NodeKind) {
        let name = tree::name(name);
        let name = name.trim_start_matches("./").trim_end_matches('/');
        let path = format!("{}/{name}", self.path);
        if kind == NodeKind::File && self.entries.contains_key(&path) {
            let detail = "it is there twice, and who unpacks it takes one of them";
            self.issues.push(Issue::new(Reason::AmbiguousArchive, &path, None, detail));
            self.entries.insert(format!("{path} (again, {})", self.entries.len()), Entry { source, kind, mode: 0o644 });
            return;
        }
        self.entries.insert(path, Entry { source, kind, mode: 0o644 });
    }
}

/// Looks at the bundles of a tree: their links and their seals.
pub(super) fn bundles(tree: &Tree, expect: &CodeExpectations<'_>) -> Lint {
    Lint { issues: [layout::check(tree), seal::check(tree, expect)].concat(), ..Lint::default() }
}

fn is_tar(start: &[u8]) -> bool {
    start.get(257..262) == Some(b"ustar")
}

/// Whether it is a zip archive with something in it, behind a program or not. Wheels, eggs, jars and zipapps are.
fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(ZIP) || (zip_end(bytes).is_some() && zip::ZipArchive::new(Cursor::new(bytes)).is_ok())
}

/// The record at the end of a zip archive.
fn zip_end(bytes: &[u8]) -> Option<&[u8]> {
    let tail = bytes.get(bytes.len().saturating_sub(ZIP_END)..)?;
    tail.get(memchr::memmem::rfind(tail, b"PK\x05\x06")?..)
}

fn unzip(bytes: &[u8], unpacked: &mut Unpacked<'_>) -> Result<()> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
    // The reader takes the last of several files with one name; the record at the end counts all of them.
    let counted = zip_end(bytes).and_then(|end| end.get(10..12)?.first_chunk()).map(|count| u16::from_le_bytes(*count));
    if let Some(counted) = counted
        && counted != u16::MAX
        && usize::from(counted) != archive.len()
    {
        let detail = format!("it counts {counted} files and has {} by name", archive.len());
        unpacked.issues.push(Issue::new(Reason::AmbiguousArchive, unpacked.path, None, detail));
    }
    for index in 0..archive.len() {
        let mut file = archive.by_index(index)?;
        let name = file.name_raw().to_vec();
        if file.is_dir() {
            unpacked.add(&name, std::path::PathBuf::new(), NodeKind::Folder);
        } else {
            unpacked.file(&name, &mut file)?;
        }
    }
    Ok(())
}

fn untar(bytes: &[u8], unpacked: &mut Unpacked<'_>) -> Result<()> {
    let mut archive = tar::Archive::new(bytes);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path_bytes().into_owned();
        let kind = entry.header().entry_type();
        if kind.is_dir() {
            unpacked.add(&name, std::path::PathBuf::new(), NodeKind::Folder);
        } else if kind.is_symlink() {
            let target = entry.link_name_bytes().unwrap_or_default().into_owned();
            unpacked.add(&name, std::path::PathBuf::new(), NodeKind::Link(tree::name(&target)));
        } else {
            unpacked.file(&name, &mut entry)?;
        }
    }
    Ok(())
}

/// Reads a compressed file, by its first bytes.
fn decompressor(bytes: &[u8]) -> Option<Box<dyn Read + '_>> {
    Some(match bytes {
        [0x1f, 0x8b, 8, ..] => Box::new(flate2::read::MultiGzDecoder::new(bytes)),
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => Box::new(bzip2::read::MultiBzDecoder::new(bytes)),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Box::new(lzma_rust2::XzReader::new(bytes, true)),
        _ => return None,
    })
}

/// What a compressed file has up to its end, or up to where it is damaged.
fn decompressed(
    path: &str,
    inner: Box<dyn Read + '_>,
    tree: &Tree,
    expect: &CodeExpectations<'_>,
    limits: &Limits<'_>,
) -> Lint {
    let Some(depth) = limits.depth.checked_sub(1) else {
        let issues = vec![Issue::new(Reason::Archive, path, None, "archives in archives in archives")];
        return Lint { issues, ..Lint::default() };
    };
    let limit = LARGEST.min(limits.left.get());
    let mut contents = Vec::new();
    // Test data are damaged on purpose, and nobody can run what doesn't come out.
    let _ = inner.take(limit + 1).read_to_end(&mut contents);
    let length = contents.len() as u64;
    limits.left.set(limits.left.get().saturating_sub(length));
    let mut lint = look_into(path, &contents, tree, expect, &Limits { depth, ..*limits });
    if length > limit {
        lint.issues.push(Issue::new(
            Reason::Archive,
            path,
            None,
            format!("more than {limit} bytes are compressed in it"),
        ));
    }
    lint
}
