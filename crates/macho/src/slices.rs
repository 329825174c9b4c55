//! The slices of a Mach-O file, each with what could be read of it: for audits, which want to know all that is wrong.
//!
//! A file is *thin* (one slice) or *fat*: a big-endian table of slices, each a complete Mach-O file with offsets of
//! its own.

use crate::arch::Arch;
use crate::details::Details;
use crate::form::{self, FatEntry, Form};
use crate::header::Header;
use crate::outline::Outline;
use crate::processor::Processor;
use crate::read;

/// A part of a file for one kind of processor.
#[derive(Debug)]
pub struct Slice<'data> {
    /// Where it starts in the file, bytes.
    pub offset: u64,
    /// Its bytes.
    pub bytes: &'data [u8],
    /// What was read from it; an error when nothing could be.
    pub details: Result<Details, Unreadable>,
    /// What can be read of any slice, whatever it is for.
    pub outline: Result<Outline, String>,
    /// The signature, when there is one.
    pub signature: Option<&'data [u8]>,
}

/// Why a slice was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// It is for a processor that macOS has left behind, or for a variant of one: its name.
    Foreign(String),
    /// It is a static library: a table of object files, which are not looked at one by one.
    Archive(Arch),
    /// Its bytes contradict each other.
    Malformed(String),
}

/// The slices of a Mach-O file.
///
/// # Errors
/// When the table of a fat file can't be read. What is wrong inside a slice is its own error.
pub fn slices(bytes: &[u8]) -> Result<Vec<Slice<'_>>, String> {
    if Form::of_file(bytes) != Some(Form::Fat) {
        return Ok(vec![slice(0, bytes)]);
    }
    let entries = form::entries(bytes, bytes.len() as u64).map_err(|error| error.to_string())?;
    Ok(entries.into_iter().filter_map(|entry| Some(cut(entry, data(bytes, entry)?))).collect())
}

/// The bytes of a slice. Those of an entry of the file's own table are there.
fn data(file: &[u8], entry: FatEntry) -> Option<&[u8]> {
    let start = usize::try_from(entry.offset).ok()?;
    file.get(start..start.checked_add(usize::try_from(entry.size).ok()?)?)
}

fn cut(entry: FatEntry, bytes: &[u8]) -> Slice<'_> {
    let FatEntry { processor: said, offset, .. } = entry;
    if form::is_archive(bytes) {
        let details = Err(today(said).map_or_else(Unreadable::Foreign, Unreadable::Archive));
        return Slice { offset, bytes, details, outline: Err("a static library".to_owned()), signature: None };
    }
    let mut slice = slice(offset, bytes);
    if let Ok(outline) = &slice.outline
        && outline.processor.to_string() != said.to_string()
    {
        let text = format!("a slice for {} that the fat table calls {said}", outline.processor);
        slice.details = Err(Unreadable::Malformed(text.clone()));
        slice.outline = Err(text);
    }
    slice
}

fn slice(offset: u64, bytes: &[u8]) -> Slice<'_> {
    let outline = Outline::parse(bytes);
    let signature = outline.as_ref().ok().and_then(|outline| outline.signature).and_then(|(start, size)| {
        let start = usize::try_from(start).ok()?;
        bytes.get(start..start.checked_add(usize::try_from(size).ok()?)?)
    });
    Slice { offset, bytes, details: details(bytes), outline, signature }
}

/// The architecture, if it is one of today's; the name of any other processor.
fn today(processor: Processor) -> Result<Arch, String> {
    Arch::of(processor).filter(|arch| matches!(arch, Arch::X86_64 | Arch::Arm64)).ok_or_else(|| processor.to_string())
}

fn details(bytes: &[u8]) -> Result<Details, Unreadable> {
    let malformed = |error: &str| Unreadable::Malformed(error.to_owned());
    let foreign = |name: &str| Err(Unreadable::Foreign(name.to_owned()));
    // The first four bytes name the processors that macOS has left behind.
    match bytes.first_chunk().map(|magic| u32::from_be_bytes(*magic)) {
        Some(0xcffa_edfe) => {}
        Some(0xcefa_edfe) => return foreign("i386"),
        Some(0xfeed_face) => return foreign("ppc"),
        Some(0xfeed_facf) => return foreign("ppc64"),
        _ => return Err(malformed("a slice without a Mach-O magic number")),
    }
    let header = Header::parse(bytes).ok_or_else(|| malformed("Invalid Mach-O header size or alignment"))?;
    let arch = today(header.processor).map_err(Unreadable::Foreign)?;
    read::details(bytes, arch).map_err(|error| malformed(&error.to_string()))
}
