//! The stack of a program's first thread.
//!
//! Apple's linker writes `-stack_size` into `LC_MAIN`; lld doesn't know the option, so it is written afterwards, and
//! the page of the code signature that covers it is hashed again.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use flatpkg::output::Output;
use object::macho;
use object::read::macho::{FatArch as _, MachOFatFile32};

use super::code_signature;

/// Sets the stack size, bytes, in every slice of a program. The file is replaced as a whole or not at all.
///
/// # Errors
/// When the file is no program (no `LC_MAIN`), or signed by someone.
pub fn set_stack_size(program: &Path, bytes: u64) -> Result<()> {
    let mut contents = fs_err::read(program)?;
    set_in(&mut contents, bytes).with_context(|| format!("can't set the stack size of {}", program.display()))?;
    let mut fresh = Output::create(program)?;
    std::io::Write::write_all(fresh.file(), &contents)?;
    fresh.file().set_permissions(fs_err::metadata(program)?.permissions())?;
    Ok(fresh.finish()?)
}

fn set_in(contents: &mut [u8], bytes: u64) -> Result<()> {
    for slice in slices(contents)? {
        let slice = contents.get_mut(slice).context("a slice lies outside the file")?;
        let commands = commands(slice)?;
        let main = commands.iter().find(|command| command.kind == macho::LC_MAIN.0).context("it has no LC_MAIN")?;
        // entry_point_command: cmd, cmdsize, entryoff (8 bytes), stacksize (8 bytes).
        let at = main.at + 16;
        let field = slice.get_mut(at..at + 8).context("LC_MAIN is cut short")?;
        field.copy_from_slice(&bytes.to_le_bytes());
        if let Some(command) = commands.iter().find(|command| command.kind == macho::LC_CODE_SIGNATURE.0) {
            // linkedit_data_command: cmd, cmdsize, dataoff, datasize.
            let (offset, size) = (word(slice, command.at + 8)?, word(slice, command.at + 12)?);
            let signature = offset..offset.checked_add(size).context("the code signature's size is wrong")?;
            code_signature::renew(slice, signature)?;
        }
    }
    Ok(())
}

/// Where the slices of a universal file are; a thin file is its own only slice.
fn slices(contents: &[u8]) -> Result<Vec<Range<usize>>> {
    if !contents.starts_with(&macho::FAT_MAGIC.to_be_bytes()) {
        return Ok(std::iter::once(0..contents.len()).collect());
    }
    let fat = MachOFatFile32::parse(contents).context("the universal header is wrong")?;
    fat.arches()
        .iter()
        .map(|arch| {
            let (start, len) = arch.file_range();
            let (start, len) = (usize::try_from(start)?, usize::try_from(len)?);
            Ok(start..start.checked_add(len).context("a slice's size is wrong")?)
        })
        .collect()
}

/// A load command.
struct Command {
    kind: u32,
    /// Its offset in the slice.
    at: usize,
}

/// The size of `mach_header_64`, bytes.
const HEADER: usize = 32;

/// The load commands of a 64-bit slice, little-endian, as both architectures are.
fn commands(slice: &[u8]) -> Result<Vec<Command>> {
    ensure!(slice.starts_with(&macho::MH_MAGIC_64.to_le_bytes()), "it is no 64-bit Mach-O file");
    let count = word(slice, 16)?;
    let mut commands = Vec::new();
    let mut at = HEADER;
    for _ in 0..count {
        let (kind, size) = (word(slice, at)?, word(slice, at + 4)?);
        if size < 8 {
            bail!("the load command at offset {at} has a size of {size} bytes");
        }
        commands.push(Command { kind: u32::try_from(kind)?, at });
        at = at.checked_add(size).context("the load commands are too long")?;
    }
    Ok(commands)
}

fn word(slice: &[u8], at: usize) -> Result<usize> {
    let bytes = at.checked_add(4).and_then(|end| slice.get(at..end)).context("the file is cut short")?;
    Ok(usize::try_from(u32::from_le_bytes(bytes.try_into()?))?)
}

#[cfg(test)]
mod tests;
