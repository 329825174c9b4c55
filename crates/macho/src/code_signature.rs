//! The parts of a code signature.
//!
//! A signature is a *super blob*: a table of slots and offsets, then the blobs. Every blob starts with a magic number and its
//! length in bytes; all numbers are big-endian. Shapes, slots and magic numbers are those of `CS_SuperBlob`, `CS_BlobIndex` and
//! `CS_CodeDirectory` in xnu's `osfmk/kern/cs_blobs.h`, and were seen in signatures that Apple's tools made.
//!
//! Strict on purpose. The kernel, Gatekeeper and `codesign` take the *first* or the *best* of several blobs, each by rules of
//! its own, so a signature in which they could find different things is not read at all: every slot is there once, every blob
//! has the magic number of its slot, no two share a byte.

use std::collections::BTreeMap;

/// `CSSLOT_…`: what a blob is, by its number in the table.
pub mod slot {
    /// The code directory that the signer signed.
    pub const DIRECTORY: u32 = 0;
    /// What macOS demands of whatever calls itself this code.
    pub const REQUIREMENTS: u32 = 2;
    /// Entitlements, a property list.
    pub const ENTITLEMENTS: u32 = 5;
    /// The same in DER.
    pub const DER_ENTITLEMENTS: u32 = 7;
    /// The signer's SignedData.
    pub const CMS: u32 = 0x10000;
}

/// The magic number of a super blob, `CSMAGIC_EMBEDDED_SIGNATURE`.
const SUPER_BLOB: u32 = 0xfade_0cc0;

/// `CSMAGIC_CODEDIRECTORY`.
const DIRECTORY: u32 = 0xfade_0c02;

/// The code directories and other blobs of a signature.
#[derive(Debug, Clone, Default)]
pub struct CodeSignature<'data> {
    /// The code directories: each lists the hashes of the same pages, with an algorithm of its own. The first is the one in
    /// slot 0, which is what the signer signed; the others are alternates.
    pub directories: Vec<CodeDirectory<'data>>,
    /// The other blobs by slot, whole, without the signer's.
    blobs: Vec<(u32, &'data [u8])>,
    /// The signer's SignedData; an ad-hoc signature has none, or an empty one.
    pub cms: Option<&'data [u8]>,
}

/// A code directory.
#[derive(Debug, Clone)]
pub struct CodeDirectory<'data> {
    /// All of its bytes: what is signed.
    pub bytes: &'data [u8],
    /// `CS_…` flags.
    pub flags: u32,
    /// The team that signed, as the directory says.
    pub team: Option<&'data [u8]>,
    /// How its hashes are made.
    pub hash: HashType,
    /// log2 of the page size in bytes.
    pub page_bits: u8,
    /// How many bytes of the slice are covered.
    pub code_limit: u64,
    /// The name of the code.
    pub identifier: &'data [u8],
    /// The hash of each page.
    pub pages: Vec<&'data [u8]>,
    /// Where these hashes start in the signature, bytes.
    pub pages_at: usize,
    /// The hashes of what is not in the pages, by slot, starting with slot 1.
    pub special: Vec<&'data [u8]>,
}

/// `CS_HASHTYPE_…`: how the hashes of a code directory are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashType {
    /// 20 bytes; no longer good for anything, but seen beside better ones.
    Sha1,
    /// 32 bytes.
    Sha256,
    /// The first 20 bytes of SHA-256.
    Sha256Truncated,
    /// 48 bytes.
    Sha384,
}

impl HashType {
    fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Sha1,
            2 => Self::Sha256,
            3 => Self::Sha256Truncated,
            4 => Self::Sha384,
            _ => return None,
        })
    }

    /// Bytes of a hash.
    pub fn size(self) -> usize {
        match self {
            Self::Sha1 | Self::Sha256Truncated => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }
}

impl CodeDirectory<'_> {
    /// `CS_ADHOC`: nobody signs.
    pub const AD_HOC: u32 = 0x2;
    /// `CS_RUNTIME`: the hardened runtime.
    const RUNTIME: u32 = 0x1_0000;

    /// Whether the code asks for the hardened runtime.
    pub fn is_hardened(&self) -> bool {
        self.flags & Self::RUNTIME != 0
    }

    /// The hash of what a special slot stands for; nothing when there is none, or when it is all zeros: "nothing here".
    pub fn special(&self, slot: u32) -> Option<&[u8]> {
        let index = usize::try_from(slot.checked_sub(1)?).ok()?;
        self.special.get(index).copied().filter(|hash| hash.iter().any(|byte| *byte != 0))
    }
}

impl<'data> CodeSignature<'data> {
    /// Takes a signature apart.
    ///
    /// # Errors
    /// When its bytes contradict each other, or can be understood in more than one way.
    pub fn parse(bytes: &'data [u8]) -> Result<Self, String> {
        let mut signature = Self::default();
        for (slot, (start, bytes)) in blobs(bytes)? {
            match slot {
                slot::DIRECTORY | 0x1000..=0x1004 => {
                    let mut directory =
                        CodeDirectory::parse(bytes).map_err(|error| format!("in its {}, {error}", name(slot)))?;
                    directory.pages_at += start;
                    signature.directories.push(directory);
                }
                slot::CMS => signature.cms = bytes.get(HEADER..),
                _ => signature.blobs.push((slot, bytes)),
            }
        }
        Ok(signature)
    }

    /// The blob of a slot, with its header.
    pub fn blob(&self, slot: u32) -> Option<&'data [u8]> {
        self.blobs.iter().find(|(number, _)| *number == slot).map(|(_, blob)| *blob)
    }

    /// The blob of a slot, without its header.
    pub fn contents(&self, slot: u32) -> Option<&'data [u8]> {
        self.blob(slot)?.get(HEADER..)
    }

    /// The slots of all blobs that a code directory has to have a hash of.
    pub fn slots(&self) -> impl Iterator<Item = u32> {
        self.blobs.iter().map(|(slot, _)| *slot)
    }
}

/// What a blob starts with: magic number and length.
const HEADER: usize = 8;

/// The blobs of a signature by their slots, each with its offset.
fn blobs(bytes: &[u8]) -> Result<BTreeMap<u32, (usize, &[u8])>, String> {
    if word(bytes, 0) != Some(SUPER_BLOB) {
        return Err("it does not start like a code signature".to_owned());
    }
    let whole = blob(bytes, 0).ok_or("it is cut off")?;
    let table = word(whole, 8).and_then(|count| usize::try_from(count).ok()?.checked_mul(8)?.checked_add(12));
    let table = table.and_then(|end| whole.get(12..end)).ok_or("its table of blobs is cut off")?;
    let (mut blobs, mut extents) = (BTreeMap::new(), vec![(0, 12 + table.len())]);
    for entry in table.chunks_exact(8) {
        let (Some(slot), Some(offset)) = (word(entry, 0), word(entry, 4)) else { continue };
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let bytes = blob(whole, start).ok_or_else(|| format!("its {} is cut off", name(slot)))?;
        let magic = word(bytes, 0).unwrap_or_default();
        match magic_of(slot) {
            None => return Err(format!("there is a blob in slot {slot:#x}, which has no known meaning")),
            Some(expected) if expected != magic => {
                return Err(format!("its {} has the magic number {magic:#x} instead of {expected:#x}", name(slot)));
            }
            Some(_) => {}
        }
        if blobs.insert(slot, (start, bytes)).is_some() {
            return Err(format!("its {} is there twice", name(slot)));
        }
        extents.push((start, start + bytes.len()));
    }
    extents.sort_unstable();
    if extents.windows(2).any(|pair| matches!(pair, [(_, end), (start, _)] if start < end)) {
        return Err("two of its blobs share bytes".to_owned());
    }
    if !blobs.contains_key(&slot::DIRECTORY) {
        return Err("there is no code directory in slot 0".to_owned());
    }
    Ok(blobs)
}

/// The magic number that a blob has in its slot: `CSMAGIC_…`.
fn magic_of(slot: u32) -> Option<u32> {
    Some(match slot {
        slot::DIRECTORY | 0x1000..=0x1004 => DIRECTORY,
        slot::REQUIREMENTS => 0xfade_0c01,
        slot::ENTITLEMENTS => 0xfade_7171,
        slot::DER_ENTITLEMENTS => 0xfade_7172,
        // Launch constraints for the code itself, its parent and who is responsible for it; constraints on its libraries.
        8..=11 => 0xfade_8181,
        slot::CMS => 0xfade_0b01,
        _ => return None,
    })
}

/// What findings call a slot.
pub fn name(slot: u32) -> String {
    match slot {
        slot::DIRECTORY => "code directory".into(),
        1 => "Info.plist".into(),
        slot::REQUIREMENTS => "requirements".into(),
        3 => "_CodeSignature/CodeResources".into(),
        slot::ENTITLEMENTS => "entitlements".into(),
        slot::DER_ENTITLEMENTS => "DER entitlements".into(),
        8..=11 => format!("launch constraints in slot {slot}"),
        0x1000..=0x1004 => format!("alternate code directory in slot {slot:#x}"),
        slot::CMS => "SignedData".into(),
        other => format!("slot {other:#x}"),
    }
}

impl<'data> CodeDirectory<'data> {
    /// Reads one from a whole blob.
    fn parse(bytes: &'data [u8]) -> Result<Self, String> {
        let cut_off = || "something is cut off".to_owned();
        let field = |at| word(bytes, at).ok_or_else(cut_off);
        let version = field(8)?;
        // Security's `codedirectory.h`: the earliest version, and the last one that is compatible.
        if !(0x2_0001..=0x2_f000).contains(&version) {
            return Err(format!("the version is {version:#x}"));
        }
        let [hash_size, hash_type, _platform, page_bits] = field(36)?.to_be_bytes();
        let hash = HashType::from_number(hash_type).ok_or_else(|| format!("the hash type is {hash_type}"))?;
        if usize::from(hash_size) != hash.size() {
            return Err(format!("the hashes of type {hash_type} have {hash_size} bytes"));
        }
        if version >= 0x2_0100 && field(44)? != 0 {
            return Err("there is a scatter vector, which is not looked at".to_owned());
        }
        let team = if version >= 0x2_0200 { Some(field(48)?).filter(|offset| *offset != 0) } else { None };
        let mut code_limit = u64::from(field(32)?);
        if version >= 0x2_0300 {
            let limit = u64::from(field(56)?) << 32 | u64::from(field(60)?);
            // It counts when it isn't 0 (`codeLimit64`).
            code_limit = if limit == 0 { code_limit } else { limit };
        }
        let (special, pages) = (field(24)?, field(28)?);
        let size = hash.size();
        let first_page = usize::try_from(field(16)?).map_err(|_| cut_off())?;
        let length = |count: u32| usize::try_from(count).ok()?.checked_mul(size);
        let before = length(special).and_then(|length| first_page.checked_sub(length)).ok_or_else(cut_off)?;
        let after = length(pages).and_then(|length| first_page.checked_add(length)).ok_or_else(cut_off)?;
        let hashes = |from, to| Some(bytes.get(from..to)?.chunks_exact(size).collect::<Vec<_>>());
        // Slot 1 is right before the first page's hash.
        let mut special = hashes(before, first_page).ok_or_else(cut_off)?;
        special.reverse();
        Ok(Self {
            bytes,
            flags: field(12)?,
            team: team.map(|offset| text(bytes, offset).ok_or_else(cut_off)).transpose()?,
            hash,
            page_bits,
            code_limit,
            identifier: text(bytes, field(20)?).ok_or_else(cut_off)?,
            pages: hashes(first_page, after).ok_or_else(cut_off)?,
            pages_at: first_page,
            special,
        })
    }
}

/// A blob, by its own length, if it is there as a whole.
fn blob(bytes: &[u8], start: usize) -> Option<&[u8]> {
    let length = usize::try_from(word(bytes, start.checked_add(4)?)?).ok()?;
    bytes.get(start..start.checked_add(length)?).filter(|blob| blob.len() >= HEADER)
}

/// A text up to its NUL.
fn text(bytes: &[u8], offset: u32) -> Option<&[u8]> {
    let rest = bytes.get(usize::try_from(offset).ok()?..)?;
    rest.get(..rest.iter().position(|byte| *byte == 0)?)
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|word| u32::from_be_bytes(*word))
}
