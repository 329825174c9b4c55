//! The 76 octal digits before each entry.

use super::{CpioError, MAX_NUMBER};
use crate::mode::Mode;
use crate::tree::EntryKind;

/// Length of a header in bytes.
pub(super) const LENGTH: usize = 76;

/// `070707` in ASCII.
const MAGIC: &[u8; 6] = b"070707";

/// The numbers of an entry. Each is limited by its count of octal digits: 6 digits or 262,143, but for `mtime` and
/// `size` 11 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Header {
    /// Device number. Apple: 0. Ours: how often `ino` has run over.
    pub dev: u32,
    /// Number of the file on its device. Apple: the entry's place in the archive, from 0.
    pub ino: u32,
    /// `st_mode`: file type and permissions.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Links: 1 for files and links, 2 + entries for directories.
    pub nlink: u32,
    /// Device number of a device. Apple: 0.
    pub rdev: u32,
    /// Last change, seconds since 1970.
    pub mtime: u64,
    /// Length of the name with its NUL, bytes.
    pub name_size: u32,
    /// Length of the contents, bytes.
    pub size: u64,
}

impl Header {
    /// The permission bits of `mode`.
    pub fn permissions(&self) -> Mode {
        Mode::from_st_mode(self.mode)
    }

    /// The file type bits of `mode`, `0o170000`.
    pub fn type_bits(&self) -> u32 {
        self.mode & 0o170000
    }

    /// A header for `entry` at place `index` of an archive.
    pub(super) fn of(entry: &crate::tree::Entry, index: u64, children: u32, name_size: u32) -> Header {
        let per_device = u64::from(MAX_NUMBER) + 1;
        let nlink = if entry.kind == EntryKind::Directory { children.saturating_add(2).min(MAX_NUMBER) } else { 1 };
        Header {
            dev: (index / per_device) as u32,
            ino: (index % per_device) as u32,
            mode: u32::from(entry.kind.type_bits() | entry.mode.bits()),
            uid: entry.uid,
            gid: entry.gid,
            nlink,
            rdev: 0,
            mtime: u64::from(entry.mtime),
            name_size,
            size: entry.kind.size(),
        }
    }

    /// The octal digits, or `None` if a number needs more of them than there are.
    pub(super) fn encode(&self) -> Option<[u8; LENGTH]> {
        let six = [self.dev, self.ino, self.mode, self.uid, self.gid, self.nlink, self.rdev, self.name_size];
        if six.iter().any(|&number| number > MAX_NUMBER) {
            return None;
        }
        let Header { dev, ino, mode, uid, gid, nlink, rdev, mtime, name_size, size } = self;
        let text = format!(
            "070707{dev:06o}{ino:06o}{mode:06o}{uid:06o}{gid:06o}{nlink:06o}{rdev:06o}{mtime:011o}{name_size:06o}{size:011o}"
        );
        text.as_bytes().try_into().ok()
    }

    /// Reads the digits of a header that starts at byte `offset` of the archive.
    pub(super) fn decode(bytes: &[u8; LENGTH], offset: u64) -> Result<Header, CpioError> {
        let mut rest = &bytes[..];
        let magic = take(&mut rest, MAGIC.len());
        if magic != MAGIC {
            return Err(CpioError::Magic { offset, got: magic.escape_ascii().to_string() });
        }
        let mut octal = |field: &'static str, digits: usize| -> Result<u64, CpioError> {
            let digits = take(&mut rest, digits);
            digits
                .iter()
                .try_fold(0u64, |number, digit| match digit {
                    b'0'..=b'7' => Some(number << 3 | u64::from(digit - b'0')),
                    _ => None,
                })
                .ok_or_else(|| CpioError::Octal { offset, field, got: digits.escape_ascii().to_string() })
        };
        Ok(Header {
            dev: octal("dev", 6)? as u32,
            ino: octal("ino", 6)? as u32,
            mode: octal("mode", 6)? as u32,
            uid: octal("uid", 6)? as u32,
            gid: octal("gid", 6)? as u32,
            nlink: octal("nlink", 6)? as u32,
            rdev: octal("rdev", 6)? as u32,
            mtime: octal("mtime", 11)?,
            name_size: octal("namesize", 6)? as u32,
            size: octal("filesize", 11)?,
        })
    }
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, left) = rest.split_at_checked(count).unwrap_or((rest, &[]));
    *rest = left;
    taken
}
