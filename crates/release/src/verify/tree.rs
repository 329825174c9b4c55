//! A staged root as a table: what is where, and where links lead. Links are never followed by the operating system,
//! because `/` means the root, not this machine.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use anyhow::Result;

/// The contents of a staged root.
#[derive(Default)]
pub(super) struct Tree {
    entries: BTreeMap<String, Entry>,
}

/// A file, folder, link or something stranger.
pub(super) struct Entry {
    /// Where it really is.
    pub source: PathBuf,
    /// What it is.
    pub kind: NodeKind,
    /// Its permission bits, with the special ones: `0o7777`.
    pub mode: u32,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NodeKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A link, with its text.
    Link(String),
    /// What an installer has no business laying down: a socket, a pipe, a device.
    Special(&'static str),
}

/// Why a path leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Astray {
    /// It names something that isn't there: its own path, relative to the root.
    Missing(String),
    /// It climbs above the root.
    Outside,
    /// It goes round in circles.
    Loop,
}

/// How many links a path may pass through: what macOS allows.
const LINK_LIMIT: usize = 32;

impl Tree {
    /// One of these entries, by their paths.
    pub(super) fn new(entries: BTreeMap<String, Entry>) -> Self {
        Self { entries }
    }

    /// Lists a folder, without looking into files.
    ///
    /// # Errors
    /// When a folder can't be read.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut entries = BTreeMap::new();
        for entry in walkdir::WalkDir::new(root).min_depth(1) {
            let entry = entry?;
            let metadata = entry.metadata()?;
            let file_type = metadata.file_type();
            let kind = if file_type.is_dir() {
                NodeKind::Folder
            } else if file_type.is_file() {
                NodeKind::File
            } else if file_type.is_symlink() {
                NodeKind::Link(name(fs_err::read_link(entry.path())?.as_os_str().as_bytes()))
            } else if file_type.is_socket() {
                NodeKind::Special("a socket")
            } else if file_type.is_fifo() {
                NodeKind::Special("a named pipe")
            } else {
                NodeKind::Special("a device")
            };
            let path = name(entry.path().strip_prefix(root)?.as_os_str().as_bytes());
            entries.insert(path, Entry { source: entry.into_path(), kind, mode: metadata.mode() & 0o7777 });
        }
        Ok(Self { entries })
    }

    /// Everything, by its path relative to the root.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(path, entry)| (path.as_str(), entry))
    }

    /// The regular files.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries().filter(|(_, entry)| entry.kind == NodeKind::File)
    }

    /// The links and their texts.
    pub(super) fn links(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries().filter_map(|(path, entry)| match &entry.kind {
            NodeKind::Link(text) => Some((path, text.as_str())),
            _ => None,
        })
    }

    /// What is right at a path; a link is itself.
    pub(super) fn get(&self, path: &str) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// The path of what a path leads to when `/` is the root: all links are followed.
    pub(super) fn resolve(&self, path: &str) -> Result<String, Astray> {
        let mut pending: Vec<String> = parts(path);
        let mut done: Vec<String> = Vec::new();
        let mut links = 0;
        while let Some(part) = pending.pop() {
            if part == ".." {
                done.pop().ok_or(Astray::Outside)?;
                continue;
            }
            done.push(part);
            let here = done.join("/");
            match self.get(&here).map(|entry| &entry.kind) {
                None => return Err(Astray::Missing(here)),
                Some(NodeKind::Link(text)) => {
                    links += 1;
                    if links > LINK_LIMIT {
                        return Err(Astray::Loop);
                    }
                    done.pop();
                    if text.starts_with('/') {
                        done.clear();
                    }
                    pending.extend(parts(text));
                }
                Some(NodeKind::File | NodeKind::Special(_)) if !pending.is_empty() => {
                    return Err(Astray::Missing(format!("{here}/")));
                }
                Some(_) => {}
            }
        }
        Ok(done.join("/"))
    }
}

/// A name or path as text. Bytes that are no UTF-8 become the replacement character and their two hexadecimal digits, and so
/// does that character itself: different names stay different.
pub(super) fn name(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let replaced = |text: &mut String, bytes: &[u8]| {
        for byte in bytes {
            // Writing to a string can't fail.
            let _ = write!(text, "{}{byte:02x}", char::REPLACEMENT_CHARACTER);
        }
    };
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                char::REPLACEMENT_CHARACTER => replaced(&mut text, "\u{fffd}".as_bytes()),
                other => text.push(other),
            }
        }
        replaced(&mut text, chunk.invalid());
    }
    text
}

/// The parts of a path, the first one last.
fn parts(path: &str) -> Vec<String> {
    path.split('/').filter(|part| !part.is_empty() && *part != ".").rev().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn different_names_stay_different() {
        assert_eq!(name("Ünïcode/ok".as_bytes()), "Ünïcode/ok");
        let names: [&[u8]; 5] = [b"evil\xfe", b"evil\xff", b"evil\xef\xbf\xbd", b"evil\xef\xbf\xbdfe", b"evil\\xfe"];
        let texts = names.map(name);
        assert_eq!(texts[0], "evil\u{fffd}fe");
        let different: std::collections::BTreeSet<_> = texts.iter().collect();
        assert_eq!(different.len(), names.len());
    }
}
