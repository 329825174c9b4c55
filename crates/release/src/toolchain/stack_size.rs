//! The stack of a program's first thread.
//!
//! Apple's linker writes `-stack_size` into `LC_MAIN`; lld doesn't know the option, so it is written afterwards, and
//! the page of the code signature that covers it is hashed again.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context as _, Result};
use flatpkg::output::Output;
use macho::form::{self, Form};
use macho::header::Header;

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

/// The command that says where a program begins, and with how large a stack: `LC_MAIN` of `<mach-o/loader.h>`.
const LC_MAIN: u32 = 0x8000_0028;
/// The command that says where the code signature is.
const LC_CODE_SIGNATURE: u32 = 0x1d;

fn set_in(contents: &mut [u8], bytes: u64) -> Result<()> {
    for slice in slices(contents)? {
        let slice = contents.get_mut(slice).context("a slice lies outside the file")?;
        let header = Header::parse(slice).filter(|header| header.is_64_bit && !header.is_big_endian);
        let commands = header.context("it is no 64-bit Mach-O file")?.commands(slice)?;
        let main = commands.iter().find(|command| command.kind == LC_MAIN).context("it has no LC_MAIN")?;
        // entry_point_command: cmd, cmdsize, entryoff (8 bytes), stacksize (8 bytes).
        main.word(20).context("LC_MAIN is cut short")?;
        let field = main.offset + 16;
        let signature = commands.iter().find(|command| command.kind == LC_CODE_SIGNATURE);
        // linkedit_data_command: cmd, cmdsize, dataoff, datasize.
        let signature = signature.map(|command| anyhow::Ok((command.word(8)?, command.word(12)?))).transpose()?;
        slice.get_mut(field..field + 8).context("LC_MAIN is cut short")?.copy_from_slice(&bytes.to_le_bytes());
        if let Some((offset, size)) = signature {
            let (offset, size) = (usize::try_from(offset)?, usize::try_from(size)?);
            let signature = offset..offset.checked_add(size).context("the code signature's size is wrong")?;
            code_signature::renew(slice, signature)?;
        }
    }
    Ok(())
}

/// Where the slices of a universal file are; a thin file is its own only slice.
fn slices(contents: &[u8]) -> Result<Vec<Range<usize>>> {
    if Form::of(contents) != Some(Form::Fat) {
        return Ok(std::iter::once(0..contents.len()).collect());
    }
    let entries = form::entries(contents, contents.len() as u64)?;
    let range = |entry: form::FatEntry| Ok(usize::try_from(entry.offset)?..usize::try_from(entry.offset + entry.size)?);
    entries.into_iter().map(range).collect()
}

#[cfg(test)]
mod tests;
