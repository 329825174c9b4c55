//! What a loader must write into an image: pointers that move with it, and addresses of what it imports.
//!
//! Linkers state them in one of two ways: `LC_DYLD_INFO` has byte code for three machines (rebase, bind, lazy bind;
//! and weak bind for C++ definitions that may occur many times); `LC_DYLD_CHAINED_FIXUPS` threads a chain through
//! the data itself. The `object` crate decodes both. Here they become one list, every entry of which is known to lie
//! in a writable segment.

use object::endian::LittleEndian;
use object::macho;
use object::read::macho::{Bind as ObjectBind, Fixup, RebaseOperation};

use crate::segments::Segments;

const LE: LittleEndian = LittleEndian;

/// A pointer that moves with the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebase {
    /// Its unslid address.
    pub at: u64,
    /// The unslid address it leads to; `None`: the one that is there.
    pub target: Option<u64>,
}

/// A pointer to something imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bind {
    /// Its unslid address.
    pub at: u64,
    /// Index of what is imported.
    pub import: usize,
    /// Added to the import's address.
    pub addend: i64,
}

/// Where an import is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// In the library with this index.
    Library(usize),
    /// In the image itself.
    Itself,
    /// In the program.
    Program,
    /// In everything that is loaded.
    Flat,
    /// In everything that is loaded; the first wins, and no answer leaves the image's own.
    Coalesced,
}

/// A symbol that an image wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Import<'data> {
    /// With its leading underscore.
    pub name: &'data [u8],
    /// Where from.
    pub origin: Origin,
    /// It may be missing; its address is 0 then.
    pub weak: bool,
}

/// All that is to be written into an image.
#[derive(Debug, Default)]
pub struct Fixups<'data> {
    /// First these,
    pub rebases: Vec<Rebase>,
    /// then these.
    pub binds: Vec<Bind>,
    /// What the binds speak of.
    pub imports: Vec<Import<'data>>,
}

impl<'data> Fixups<'data> {
    /// Runs the byte code of `LC_DYLD_INFO`.
    ///
    /// # Errors
    /// When it is cut off, or writes where it may not.
    pub(crate) fn add_opcodes(
        &mut self,
        segments: &Segments,
        libraries: usize,
        info: &macho::DyldInfoCommand<LittleEndian>,
        slice: &'data [u8],
    ) -> Result<(), String> {
        let said = |error: object::Error| error.to_string();
        let budget = slice.len();
        // A list that was cut off would leave pointers unslid without a word: byte code that does anything must say
        // that it is done. What follows that is padding.
        let mut done = true;
        for operation in info.rebase_operations(LE, slice).map_err(said)? {
            done = operation.map_err(said)?.1 == RebaseOperation::Done;
            if done {
                break;
            }
        }
        if !done {
            return Err("the list of rebases is cut off".into());
        }
        for rebase in info.rebases(LE, slice, 8).map_err(said)? {
            let rebase = rebase.map_err(said)?;
            if rebase.kind != macho::REBASE_TYPE_POINTER {
                return Err(format!("a rebase of type {}", rebase.kind.0));
            }
            let at = place(segments, rebase.segment_index.into(), rebase.segment_offset)?;
            self.rebases.push(Rebase { at, target: None });
            within(self.rebases.len(), budget)?;
        }
        for bind in info.binds(LE, slice, 8).map_err(said)? {
            self.add_bind(segments, libraries, bind.map_err(said)?, budget)?;
        }
        for bind in info.lazy_binds(LE, slice, 8).map_err(said)? {
            self.add_bind(segments, libraries, bind.map_err(said)?, budget)?;
        }
        for bind in info.weak_binds(LE, slice, 8).map_err(said)? {
            self.add_bind(segments, libraries, bind.map_err(said)?, budget)?;
        }
        Ok(())
    }

    fn add_bind(
        &mut self,
        segments: &Segments,
        libraries: usize,
        bind: ObjectBind<'data>,
        budget: usize,
    ) -> Result<(), String> {
        if bind.kind != macho::BIND_TYPE_POINTER {
            return Err(format!("a bind of type {}", bind.kind.0));
        }
        let weak = bind.flags.contains(macho::BIND_SYMBOL_FLAGS_WEAK_IMPORT);
        let import = Import { name: bind.symbol, origin: origin(libraries, bind.dylib)?, weak };
        if self.imports.last() != Some(&import) {
            self.imports.push(import);
        }
        let at = place(segments, bind.segment_index.into(), bind.segment_offset)?;
        self.binds.push(Bind { at, import: self.imports.len() - 1, addend: bind.addend });
        within(self.binds.len(), budget)
    }

    /// Follows the chains of `LC_DYLD_CHAINED_FIXUPS`.
    ///
    /// # Errors
    /// When they lead astray.
    pub(crate) fn add_chains(
        &mut self,
        segments: &Segments,
        libraries: usize,
        command: &macho::LinkeditDataCommand<LittleEndian>,
        slice: &'data [u8],
    ) -> Result<(), String> {
        let said = |error: object::Error| error.to_string();
        let chains = command.chained_fixups(LE, slice).map_err(said)?;
        let first = self.imports.len();
        let mut addends = Vec::new();
        for import in chains.imports(LE).map_err(said)? {
            let import = import.map_err(said)?;
            let origin = origin(libraries, import.dylib)?;
            self.imports.push(Import { name: import.name, origin, weak: import.weak_import });
            addends.push(import.addend);
            within(addends.len(), slice.len())?;
        }
        let base = segments.span().start;
        for chain in chains.segments(LE).map_err(said)? {
            let chain = chain.map_err(said)?;
            let index = chain.index() as usize;
            let segment = segments.get(index).ok_or("a chain in a segment that isn't there")?;
            // The bounds were checked when the segment was read.
            let range = segment.file.start as usize..segment.file.end as usize;
            let data = slice.get(range).ok_or("a chain past the end of the slice")?;
            for fixup in chain.fixups(LE, base, data) {
                let (offset, fixup) = fixup.map_err(said)?;
                let at = place(segments, index, offset)?;
                match fixup {
                    Fixup::Rebase(rebase) if rebase.auth.is_none() => {
                        // The high byte of a pointer lies outside the 36 bits of the offset; it is used by tagged
                        // pointers, which programs of this kind don't have.
                        self.rebases.push(Rebase { at, target: Some(base.wrapping_add(rebase.target_offset)) });
                    }
                    Fixup::Bind(bind) if bind.auth.is_none() => {
                        let ordinal = bind.ordinal as usize;
                        let addend = *addends.get(ordinal).ok_or("a bind to an import that isn't there")?;
                        let addend = addend.wrapping_add(bind.addend.into());
                        self.binds.push(Bind { at, import: first + ordinal, addend });
                    }
                    other => return Err(format!("a fixup that neither x86_64 nor arm64 has: {other:?}")),
                }
                within(self.rebases.len() + self.binds.len(), slice.len())?;
            }
        }
        Ok(())
    }
}

/// Every fixup fills 8 bytes of a segment, which come from the file or, rarely, are zero-filled: more of them than
/// the file has bytes are an attack on our memory.
fn within(count: usize, budget: usize) -> Result<(), String> {
    if count <= budget { Ok(()) } else { Err("more fixups than the file has bytes".into()) }
}

/// The unslid address of a fixup.
fn place(segments: &Segments, segment: usize, offset: u64) -> Result<u64, String> {
    let segment = segments.get(segment).ok_or("a fixup in a segment that isn't there")?;
    let at = segment.memory.start.wrapping_add(offset);
    if !segment.holds(&(at..at.saturating_add(8))) || segment.protection & 2 == 0 {
        return Err(format!("a fixup at {at:#x}, outside what may be written of {}", segment.name));
    }
    Ok(at)
}

fn origin(libraries: usize, dylib: macho::BindDylib) -> Result<Origin, String> {
    Ok(match dylib {
        macho::BIND_SPECIAL_DYLIB_SELF => Origin::Itself,
        macho::BIND_SPECIAL_DYLIB_MAIN_EXECUTABLE => Origin::Program,
        macho::BIND_SPECIAL_DYLIB_FLAT_LOOKUP => Origin::Flat,
        macho::BIND_SPECIAL_DYLIB_WEAK_LOOKUP => Origin::Coalesced,
        other => {
            let index = usize::try_from(other.0).ok().and_then(|ordinal| ordinal.checked_sub(1));
            let index = index.filter(|&index| index < libraries);
            Origin::Library(index.ok_or_else(|| format!("an import from library {} of {}", other.0, libraries))?)
        }
    })
}
