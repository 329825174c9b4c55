//! What there is to know about any slice, whatever processor it is for: enough to see whether it is signed.
//!
//! A slice is a Mach-O header and load commands, in the byte order and width that its magic number says (`<mach-o/loader.h>`).
//! [`Details`](crate::Details) has much more, of slices for processors that programs are built for today.

use crate::form::Form;
use crate::header::{CutOff, FileType, Header};
use crate::os_version::OsVersion;
use crate::processor::Processor;

const LC_CODE_SIGNATURE: u32 = 0x1d;
const LC_VERSION_MIN_MACOSX: u32 = 0x24;
const LC_BUILD_VERSION: u32 = 0x32;

/// The header of a slice, and three of its load commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// What processor it is for.
    pub processor: Processor,
    /// What it is.
    pub file_type: FileType,
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
    pub fn parse(slice: &[u8]) -> Result<Self, String> {
        if Form::of(slice) != Some(Form::Thin) {
            return Err("a slice without a Mach-O magic number".to_owned());
        }
        let header = Header::parse(slice).ok_or_else(|| CutOff.to_string())?;
        let said = |error: CutOff| error.to_string();
        let Header { processor, file_type, .. } = header;
        let mut outline = Self { processor, file_type, sdk: None, signature: None };
        for command in header.commands(slice).map_err(said)? {
            let word = |at| command.word(at).map_err(said);
            match command.kind {
                LC_CODE_SIGNATURE if outline.signature.is_some() => return Err("it is signed twice".to_owned()),
                LC_CODE_SIGNATURE => outline.signature = Some((word(8)?.into(), word(12)?.into())),
                LC_VERSION_MIN_MACOSX => outline.sdk = Some(OsVersion::from_packed(word(12)?)),
                LC_BUILD_VERSION => outline.sdk = Some(OsVersion::from_packed(word(16)?)),
                _ => {}
            }
        }
        Ok(outline)
    }
}
