//! What there is to know about any slice, whatever processor it is for: enough to see whether it is signed.
//!
//! A slice is a Mach-O header and load commands, in the byte order and width that its magic number says (`<mach-o/loader.h>`).
//! [`Image`](super::Image) has much more, of slices that we build.

use super::Kind;
use crate::verify::os_version::OsVersion;

const LC_CODE_SIGNATURE: u32 = 0x1d;
const LC_VERSION_MIN_MACOSX: u32 = 0x24;
const LC_BUILD_VERSION: u32 = 0x32;

/// The header of a slice, and three of its load commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::verify) struct Outline {
    /// What processor it is for, as Apple's tools call it: `arm64e`.
    pub arch: String,
    /// What it is.
    pub kind: Kind,
    /// The SDK it was built with; nothing when it doesn't say.
    pub sdk: Option<OsVersion>,
    /// Offset and size of the code signature, bytes from the start of the slice.
    pub signature: Option<(u64, u64)>,
}

impl Outline {
    /// Reads a slice.
    ///
    /// # Errors
    /// It has no magic number of Mach-O, its load commands contradict each other, or it is signed twice.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let number = bytes.first_chunk().map(|magic| u32::from_be_bytes(*magic));
        let (swapped, start): (bool, usize) = match number {
            Some(0xfeed_face) => (false, 28),
            Some(0xfeed_facf) => (false, 32),
            Some(0xcefa_edfe) => (true, 28),
            Some(0xcffa_edfe) => (true, 32),
            _ => return Err("a slice without a Mach-O magic number".to_owned()),
        };
        let cut_off = || "its load commands are cut off".to_owned();
        let word = |bytes: &[u8], at: usize| {
            let word = u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?);
            Some(if swapped { word.swap_bytes() } else { word })
        };
        let field = |at| word(bytes, at).ok_or_else(cut_off);
        let mut outline =
            Self { arch: arch(field(4)?, field(8)?), kind: Kind::from_number(field(12)?), sdk: None, signature: None };
        let (count, size) = (field(16)?, usize::try_from(field(20)?).map_err(|_| cut_off())?);
        let end = start.checked_add(size).ok_or_else(cut_off)?;
        let mut rest = bytes.get(start..end).ok_or_else(cut_off)?;
        for _ in 0..count {
            let (kind, size) = (word(rest, 0).ok_or_else(cut_off)?, word(rest, 4).ok_or_else(cut_off)?);
            let size = usize::try_from(size).ok().filter(|size| *size >= 8).ok_or_else(cut_off)?;
            let (command, after) = rest.split_at_checked(size).ok_or_else(cut_off)?;
            let field = |at| word(command, at).ok_or_else(cut_off);
            match kind {
                LC_CODE_SIGNATURE if outline.signature.is_some() => return Err("it is signed twice".to_owned()),
                LC_CODE_SIGNATURE => outline.signature = Some((field(8)?.into(), field(12)?.into())),
                LC_VERSION_MIN_MACOSX => outline.sdk = Some(version(field(12)?)),
                LC_BUILD_VERSION => outline.sdk = Some(version(field(16)?)),
                _ => {}
            }
            rest = after;
        }
        Ok(outline)
    }
}

/// The name of a processor, by `cputype` and `cpusubtype` (`<mach/machine.h>`).
pub(in crate::verify) fn arch(cpu: u32, subtype: u32) -> String {
    // The highest byte of the subtype holds capabilities.
    match (cpu, subtype & 0x00ff_ffff) {
        (0x0100_0007, 3) => "x86_64".into(),
        (0x0100_0007, 8) => "x86_64h".into(),
        (0x0100_000c, 0) => "arm64".into(),
        (0x0100_000c, 1) => "arm64v8".into(),
        (0x0100_000c, 2) => "arm64e".into(),
        (0x0200_000c, _) => "arm64_32".into(),
        (7, _) => "i386".into(),
        (18, _) => "ppc".into(),
        (0x0100_0012, _) => "ppc64".into(),
        (cpu, subtype) => format!("processor {cpu:#x}.{subtype}"),
    }
}

/// `xxxx.yy.zz`, in nibbles.
fn version(number: u32) -> OsVersion {
    OsVersion { major: (number >> 16) as u16, minor: (number >> 8 & 0xff) as u16, patch: (number & 0xff) as u16 }
}
