//! The parts of a code signature.

use object::endian::BigEndian;
use object::macho;

/// The code directories and other blobs of a signature.
#[derive(Default)]
pub(in crate::verify) struct CodeSignature<'data> {
    /// The code directories: each lists the hashes of the same pages, with an algorithm of its own.
    pub directories: Vec<CodeDirectory<'data>>,
    /// The other blobs by slot, whole: requirements are 2, entitlements 5 and 7.
    pub blobs: Vec<(u32, &'data [u8])>,
    /// The signer's SignedData; an ad-hoc signature has none, or an empty one.
    pub cms: Option<&'data [u8]>,
    /// The entitlements: a property list.
    pub entitlements: Option<&'data [u8]>,
}

/// A code directory.
pub(in crate::verify) struct CodeDirectory<'data> {
    /// All of its bytes: what is signed.
    pub bytes: &'data [u8],
    /// `CS_…` flags.
    pub flags: u32,
    /// The team that signed, as the directory says.
    pub team: Option<String>,
    /// How its hashes are made: 2 is SHA-256, 1 is SHA-1.
    pub hash_type: u8,
    /// log2 of the page size in bytes.
    pub page_bits: u8,
    /// How many bytes of the slice are covered.
    pub code_limit: u64,
    /// The name of the code.
    pub identifier: String,
    /// The hash of each page.
    pub pages: Vec<&'data [u8]>,
    /// The hashes of what is not in the pages, by slot, starting with slot 1.
    pub special: Vec<&'data [u8]>,
}

impl CodeDirectory<'_> {
    /// Whether the code asks for the hardened runtime.
    pub fn is_hardened(&self) -> bool {
        self.flags & macho::CS_RUNTIME.0 != 0
    }
}

/// Takes a signature apart.
///
/// # Errors
/// When its bytes contradict each other.
pub(in crate::verify) fn code_signature(bytes: &[u8]) -> Result<CodeSignature<'_>, String> {
    take_apart(bytes).map_err(|error| error.to_string())
}

fn take_apart(bytes: &[u8]) -> object::Result<CodeSignature<'_>> {
    let mut signature = CodeSignature::default();
    for blob in object::read::macho::CodeSignature::parse(bytes)?.blobs() {
        let blob = blob?;
        let Some(directory) = blob.code_directory()? else {
            match blob.slot() {
                macho::CSSLOT_SIGNATURESLOT => signature.cms = Some(blob.contents()),
                macho::CSSLOT_ENTITLEMENTS => signature.entitlements = Some(blob.contents()),
                _ => {}
            }
            signature.blobs.push((blob.slot().0, blob.data()));
            continue;
        };
        let header = directory.header();
        // Every hash has a byte of its own in the blob, so a count beyond its size soon ends in an error; only hashes
        // of no bytes would fit any count.
        let limit = if header.hash_size == 0 { 0 } else { u32::MAX };
        let pages = (0..header.n_code_slots.get(BigEndian).min(limit)).map(|page| directory.code_hash(page));
        let special = (1..=header.n_special_slots.get(BigEndian).min(limit))
            .map(|slot| directory.special_hash(macho::CsSlot(slot)));
        signature.directories.push(CodeDirectory {
            bytes: blob.data(),
            flags: header.flags.get(BigEndian).0,
            team: directory.team_id()?.map(|team| String::from_utf8_lossy(team).into_owned()),
            hash_type: header.hash_type.0,
            page_bits: header.page_size,
            code_limit: directory.code_limit(),
            identifier: String::from_utf8_lossy(directory.ident()?).into_owned(),
            pages: pages.collect::<object::Result<_>>()?,
            special: special.collect::<object::Result<_>>()?,
        });
    }
    Ok(signature)
}
