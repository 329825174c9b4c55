//! A path record as bytes.

use zerocopy::byteorder::big_endian::U32;
use zerocopy::{FromBytes, IntoBytes};

use super::format::{RECORD_TAIL, RecordHeader, SliceRecord, architecture, kind};
use super::record::{Node, Record};
use macho::CpuType;
use macho::form::MAX_SLICES;

use crate::facts::{FileFacts, MachO, SliceFacts};
use crate::mode::Mode;
use crate::tree::{MAX_PATH, TreePath};

/// Appends a record.
pub(super) fn encode(record: &Record, out: &mut Vec<u8>) {
    let (kind, architecture, type_bits) = match &record.node {
        Node::Directory => (kind::DIRECTORY, architecture::PLAIN, 0o040000),
        Node::File(facts) => (
            kind::FILE,
            match facts.macho.as_deref() {
                None => architecture::PLAIN,
                Some(MachO::Thin(_)) => architecture::PLAIN | architecture::THIN,
                Some(MachO::Fat(_)) => architecture::PLAIN | architecture::FAT,
            },
            0o100000,
        ),
        Node::Symlink { .. } => (kind::SYMLINK, architecture::PLAIN, 0o120000),
        Node::Device { .. } => (kind::DEVICE, architecture::PLAIN, 0o060000),
        Node::Placeholder { kind, type_bits } => (*kind, architecture::PLACEHOLDER, *type_bits),
    };
    let header = RecordHeader {
        kind,
        one: 1,
        architecture: architecture.into(),
        mode: (type_bits | record.mode.bits()).into(),
        uid: record.uid.into(),
        gid: record.gid.into(),
        mtime: record.mtime.into(),
        // The rest of a size above 4 GiB is in Size64.
        size: (record.size as u32).into(),
        also_one: 1,
    };
    out.extend_from_slice(header.as_bytes());
    match &record.node {
        Node::Directory | Node::Placeholder { .. } => {}
        Node::File(facts) => {
            out.extend(facts.cksum.to_be_bytes());
            if let Some(macho) = &facts.macho {
                out.push(1);
                out.extend((macho.slices().len() as u32).to_be_bytes());
                for slice in macho.slices() {
                    let SliceFacts { cpu, subtype, size, cksum } = *slice;
                    let words = SliceRecord {
                        cpu: cpu.0.into(),
                        subtype: subtype.into(),
                        size: size.into(),
                        cksum: cksum.into(),
                    };
                    out.extend_from_slice(words.as_bytes());
                }
            }
        }
        Node::Symlink { target, cksum } => {
            out.extend(cksum.to_be_bytes());
            out.extend((target.len() as u32 + 1).to_be_bytes());
            out.extend_from_slice(target);
            out.push(0);
        }
        Node::Device { rdev } => out.extend(rdev.to_be_bytes()),
    }
    out.extend(RECORD_TAIL);
}

/// What follows the fields of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tail {
    /// Fewer than the eight bytes of today.
    Short,
    /// Eight bytes.
    Today,
    /// More, such as a digest.
    Long,
}

/// The longest tail: the eight bytes, and twice the longest digest.
const MAX_TAIL: usize = 8 + 2 * 64;

/// A record read from its block, and how it ends.
pub(super) fn decode(block: &[u8], path: TreePath) -> Result<(Record, Tail), &'static str> {
    let (header, mut rest) = RecordHeader::ref_from_prefix(block).map_err(|_| "path record (it is too short)")?;
    let st_mode = header.mode.get();
    let (node, type_bits) = match (header.kind, header.architecture.get()) {
        (kind @ 1..=4, architecture::PLACEHOLDER) => {
            (Node::Placeholder { kind, type_bits: st_mode & 0o170000 }, st_mode & 0o170000)
        }
        (kind::DIRECTORY, _) => (Node::Directory, 0o040000),
        (kind::FILE, architecture) => {
            let cksum = word(&mut rest)?;
            let macho = macho(architecture, &mut rest)?.map(Box::new);
            (Node::File(FileFacts { cksum, macho }), 0o100000)
        }
        (kind::SYMLINK, _) => {
            let cksum = word(&mut rest)?;
            (Node::Symlink { target: target(&mut rest)?, cksum }, 0o120000)
        }
        (kind::DEVICE, _) => (Node::Device { rdev: word(&mut rest)? }, st_mode & 0o170000),
        _ => return Err("path record of a known kind"),
    };
    if st_mode & 0o170000 != type_bits {
        return Err("path record with the file type of its kind");
    }
    let record = Record {
        path,
        node,
        mode: Mode::from_st_mode(st_mode.into()),
        uid: header.uid.get(),
        gid: header.gid.get(),
        mtime: header.mtime.get(),
        size: header.size.get().into(),
    };
    match rest.len() {
        0..=7 => Ok((record, Tail::Short)),
        8 => Ok((record, Tail::Today)),
        9..=MAX_TAIL => Ok((record, Tail::Long)),
        _ => Err("path record (it is too long)"),
    }
}

fn macho(word_of_record: u16, rest: &mut &[u8]) -> Result<Option<MachO>, &'static str> {
    let (thin, fat) = (word_of_record & architecture::THIN != 0, word_of_record & architecture::FAT != 0);
    if !thin && !fat {
        return Ok(None);
    }
    const BAD: &str = "path record with the slices of its Mach-O file";
    let (one, after) = rest.split_first().ok_or(BAD)?;
    *rest = after;
    let count = word(rest)?;
    if *one != 1 || count == 0 || count > MAX_SLICES {
        return Err(BAD);
    }
    let (slices, after) = <[SliceRecord]>::ref_from_prefix_with_elems(rest, count as usize).map_err(|_| BAD)?;
    *rest = after;
    let slices: Vec<SliceFacts> = slices
        .iter()
        .map(|slice| SliceFacts {
            cpu: CpuType(slice.cpu.get()),
            subtype: slice.subtype.get(),
            size: slice.size.get(),
            cksum: slice.cksum.get(),
        })
        .collect();
    match (fat, slices.as_slice()) {
        (false, [slice]) => Ok(Some(MachO::Thin(*slice))),
        (false, _) => Err(BAD),
        (true, _) => Ok(Some(MachO::Fat(slices))),
    }
}

fn target(rest: &mut &[u8]) -> Result<Vec<u8>, &'static str> {
    const BAD: &str = "path record with a link target that ends with its only NUL";
    let length = word(rest)? as usize;
    if length > MAX_PATH + 1 {
        return Err(BAD);
    }
    let (target, after) = rest.split_at_checked(length).ok_or(BAD)?;
    *rest = after;
    match target.split_last() {
        Some((0, target)) if !target.contains(&0) => Ok(target.to_vec()),
        _ => Err(BAD),
    }
}

fn word(rest: &mut &[u8]) -> Result<u32, &'static str> {
    let (word, after) = U32::ref_from_prefix(rest).map_err(|_| "path record (it is too short)")?;
    *rest = after;
    Ok(word.get())
}
