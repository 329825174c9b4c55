//! A Mach-O image as a plain value: what a loader must know of it, checked against the file's own size.
//!
//! Load commands are read by the `object` crate; this module says which of them matter and which bounds hold
//! afterwards, so that a loader need not check again. The architecture is a value: any host can read, damage and check
//! slices for any 64-bit processor of Apple's.

use std::ops::Range;

use object::endian::LittleEndian;
use object::macho;
use object::read::macho::{LoadCommandVariant, MachHeader as _, Nlist as _, Section as _, SymbolTable};

use crate::arch::Arch;
use crate::details::Dylib;
use crate::exports::{self, Export};
use crate::fixups::Fixups;
use crate::form::{self, Form};
use crate::header::{FileType, Header as AnyHeader};
use crate::segments::{Segment, Segments};
use crate::unwind::{Section, Unwinding};

const LE: LittleEndian = LittleEndian;

type Header = macho::MachHeader64<LittleEndian>;

/// The most that the segments of an image may span, bytes: code reaches its data with 32-bit displacements.
const MAX_SPAN: u64 = 1 << 31;

/// Functions to call when the image is ready, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Initialisers {
    /// Unslid addresses of 8-byte pointers: `S_MOD_INIT_FUNC_POINTERS`.
    Pointers(Range<u64>),
    /// Unslid addresses of 4-byte offsets from the start of the image: `S_INIT_FUNC_OFFSETS`.
    Offsets(Range<u64>),
}

/// Thread-local variables: where their descriptors are, and the bytes that every thread gets a copy of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ThreadLocals {
    /// Unslid addresses of descriptors, 24 bytes each: thunk, key, offset.
    pub descriptors: Vec<Range<u64>>,
    /// Unslid addresses of the initial values; the zero-filled ones last.
    pub template: Range<u64>,
}

/// An image.
#[derive(Debug)]
pub struct Image<'data> {
    /// What kind it is: a program, a library or a bundle.
    pub file_type: FileType,
    /// What others link it as.
    pub install_name: Option<String>,
    /// In the file's order, which fixups count by.
    pub segments: Segments,
    /// In the file's order, which ordinals count by, from 1.
    pub libraries: Vec<Dylib>,
    /// What runs first.
    pub initialisers: Vec<Initialisers>,
    /// Its thread-local variables.
    pub thread_locals: ThreadLocals,
    /// Unslid addresses of sections that hold nothing but instructions.
    pub code: Vec<Range<u64>>,
    /// Where `main` is, bytes after the start of the image: `LC_MAIN`.
    pub entry: Option<u64>,
    /// What to change in it once its place is known.
    pub fixups: Fixups<'data>,
    /// How its functions are left while an exception passes them.
    pub unwinding: Unwinding<'data>,
    trie: &'data [u8],
    symbols: SymbolTable<'data, Header>,
}

/// Why a file can't be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// Its bytes contradict each other: what was found, and where.
    #[error("malformed Mach-O file: {0}")]
    Malformed(String),
    /// It is no program, library or bundle for this processor: what it is instead.
    #[error("{0}")]
    Unsuitable(String),
}

fn malformed(what: impl ToString) -> ImageError {
    ImageError::Malformed(what.to_string())
}

/// The part of a file that holds code for an architecture: its offset and bytes.
///
/// # Errors
/// When there is none.
pub fn slice(file: &[u8], arch: Arch) -> Result<(u64, &[u8]), ImageError> {
    let missing = || ImageError::Unsuitable(format!("no {arch} slice"));
    match Form::of(file) {
        Some(Form::Fat) => {
            let entries = form::entries(file, file.len() as u64).map_err(malformed)?;
            let entry = entries.into_iter().find(|entry| entry.processor.cpu == arch.cpu()).ok_or_else(missing)?;
            let range = usize::try_from(entry.offset).ok().zip(usize::try_from(entry.offset + entry.size).ok());
            let bytes = range.and_then(|(start, end)| file.get(start..end)).ok_or_else(missing)?;
            Ok((entry.offset, bytes))
        }
        Some(Form::Thin) if AnyHeader::parse(file).is_none_or(|header| header.is_64_bit && !header.is_big_endian) => {
            Ok((0, file))
        }
        _ => Err(ImageError::Unsuitable("not a 64-bit Mach-O file".to_owned())),
    }
}

impl<'data> Image<'data> {
    /// Reads a slice for an architecture.
    ///
    /// # Errors
    /// When it is for another processor, or its bytes contradict each other.
    pub fn parse(slice: &'data [u8], arch: Arch) -> Result<Self, ImageError> {
        let header = Header::parse(slice, 0).map_err(malformed)?;
        if header.cputype(LE).0 != arch.cpu().0 {
            return Err(ImageError::Unsuitable(format!("not for {arch}")));
        }
        let number = header.filetype(LE).0;
        let file_type = FileType::from_number(number);
        if !matches!(file_type, FileType::Executable | FileType::Dylib | FileType::Bundle) {
            let what = format!("neither program, library nor bundle, but file type {number}");
            return Err(ImageError::Unsuitable(what));
        }
        let mut image = Image {
            file_type,
            install_name: None,
            segments: Segments::new(arch.page_size()),
            libraries: Vec::new(),
            initialisers: Vec::new(),
            thread_locals: ThreadLocals::default(),
            code: Vec::new(),
            entry: None,
            fixups: Fixups::default(),
            unwinding: Unwinding::default(),
            trie: &[],
            symbols: SymbolTable::default(),
        };
        image.load_commands(header, slice).map_err(malformed)?;
        // Words of other processors mean something else.
        if arch != Arch::X86_64 {
            image.unwinding = Unwinding::default();
        }
        image.check().map_err(malformed)?;
        image.fixups(header, slice).map_err(malformed)?;
        Ok(image)
    }

    fn load_commands(&mut self, header: &Header, slice: &'data [u8]) -> object::Result<()> {
        let mut commands = header.load_commands(LE, slice, 0)?;
        while let Some(command) = commands.next()? {
            match command.variant()? {
                LoadCommandVariant::Segment64(segment, sections) => self.segment(segment, sections, slice)?,
                LoadCommandVariant::IdDylib(dylib) => {
                    self.install_name = Some(text(command.string(LE, dylib.dylib.name)?));
                }
                LoadCommandVariant::Dylib(dylib) => self.libraries.push(Dylib {
                    path: text(command.string(LE, dylib.dylib.name)?),
                    weak: command.cmd() == macho::LC_LOAD_WEAK_DYLIB,
                    reexported: command.cmd() == macho::LC_REEXPORT_DYLIB,
                }),
                LoadCommandVariant::EntryPoint(main) => self.entry = Some(main.entryoff.get(LE)),
                LoadCommandVariant::Symtab(symtab) => self.symbols = symtab.symbols::<Header, _>(LE, slice)?,
                LoadCommandVariant::DyldInfo(info) => self.trie = info.export_data(LE, slice)?,
                LoadCommandVariant::LinkeditData(data) if command.cmd() == macho::LC_DYLD_EXPORTS_TRIE => {
                    self.trie = data.data(LE, slice)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn segment(
        &mut self,
        segment: &macho::SegmentCommand64<LittleEndian>,
        sections: &'data [u8],
        slice: &'data [u8],
    ) -> object::Result<()> {
        use object::read::macho::Segment as _;
        let name = text(segment.name());
        let (start, size) = (segment.vmaddr.get(LE), segment.vmsize.get(LE));
        let (offset, filled) = (segment.fileoff.get(LE), segment.filesize.get(LE));
        let protection = segment.initprot.get(LE).0 & 7;
        let reserved = protection == 0 && filled == 0;
        let end = if reserved { start } else { start.saturating_add(size) };
        self.segments.push(Segment {
            name,
            memory: start..end,
            file: offset..offset.saturating_add(filled),
            protection,
        });
        for section in segment.sections(LE, sections)? {
            let (start, size) = (section.addr(LE), section.size(LE));
            let range = start..start.saturating_add(size);
            let flags = section.flags(LE);
            if flags.0 & macho::S_ATTR_PURE_INSTRUCTIONS.0 != 0 {
                self.code.push(range.clone());
            }
            let locals = &mut self.thread_locals;
            // One that reaches past the end of the slice says nothing.
            let contents = section.data(LE, slice, section.offset(LE).into()).unwrap_or_default();
            match (segment.name(), section.name()) {
                (b"__TEXT", b"__unwind_info") => self.unwinding.info = contents,
                (b"__TEXT", b"__eh_frame") => self.unwinding.frames = Section { bytes: contents, address: start },
                _ => {}
            }
            match flags.typ() {
                macho::S_MOD_INIT_FUNC_POINTERS => self.initialisers.push(Initialisers::Pointers(range)),
                macho::S_INIT_FUNC_OFFSETS => self.initialisers.push(Initialisers::Offsets(range)),
                macho::S_THREAD_LOCAL_VARIABLES => locals.descriptors.push(range),
                macho::S_THREAD_LOCAL_REGULAR | macho::S_THREAD_LOCAL_ZEROFILL => {
                    let template = &mut locals.template;
                    *template = if template.is_empty() {
                        range
                    } else {
                        template.start.min(range.start)..template.end.max(range.end)
                    };
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Checks what the running half relies on.
    fn check(&self) -> Result<(), String> {
        let page = self.segments.page();
        for segment in self.segments.iter() {
            let (memory, file) = (&segment.memory, &segment.file);
            let room = memory.end - memory.start;
            // No sum of a page below overflows after this.
            if memory.end.checked_next_multiple_of(page).is_none() {
                return Err(format!("segment {} reaches past the last address", segment.name));
            }
            if file.end == u64::MAX || file.end - file.start > room.next_multiple_of(page) {
                return Err(format!("segment {} is larger in the file than in memory", segment.name));
            }
            if memory.start % page != 0 {
                return Err(format!("segment {} doesn't start on a page", segment.name));
            }
        }
        let mut used: Vec<&Segment> = self.segments.mapped().collect();
        used.sort_by_key(|segment| segment.memory.start);
        for pair in used.windows(2) {
            if let [low, high] = pair
                && low.memory.end.next_multiple_of(page) > high.memory.start
            {
                return Err(format!("segments {} and {} overlap", low.name, high.name));
            }
        }
        let span = self.segments.span();
        if span.is_empty() || span.end - span.start > MAX_SPAN {
            return Err(format!("its segments span {} bytes", span.end.saturating_sub(span.start)));
        }
        let inside = |what: &str, range: &Range<u64>, access: u32| {
            let holds = |segment: &Segment| segment.holds(range) && segment.protection & access == access;
            if range.is_empty() || self.segments.iter().any(holds) {
                Ok(())
            } else {
                Err(format!("{what} at {:#x}..{:#x} in no segment that has them", range.start, range.end))
            }
        };
        for initialisers in &self.initialisers {
            let (Initialisers::Pointers(range) | Initialisers::Offsets(range)) = initialisers;
            inside("initialisers", range, 1)?;
        }
        for range in &self.thread_locals.descriptors {
            inside("thread-local variables", range, 3)?;
        }
        for range in &self.code {
            inside("code", range, 5)?;
        }
        inside("thread-local initial values", &self.thread_locals.template, 1)?;
        if let Some(entry) = self.entry {
            let start = span.start.saturating_add(entry);
            inside("the entry point", &(start..start.saturating_add(1)), 4)?;
        }
        Ok(())
    }

    fn fixups(&mut self, header: &Header, slice: &'data [u8]) -> Result<(), String> {
        let said = |error: object::Error| error.to_string();
        let mut fixups = Fixups::default();
        let (segments, libraries) = (&self.segments, self.libraries.len());
        for segment in self.segments.iter() {
            let (start, end) = (usize::try_from(segment.file.start), usize::try_from(segment.file.end));
            let (Ok(start), Ok(end)) = (start, end) else { return Err("a segment past the end".into()) };
            if slice.get(start..end).is_none() {
                return Err(format!("segment {} reaches past the end of the slice", segment.name));
            }
        }
        let mut commands = header.load_commands(LE, slice, 0).map_err(said)?;
        while let Some(command) = commands.next().map_err(said)? {
            match command.variant().map_err(said)? {
                LoadCommandVariant::DyldInfo(info) => fixups.add_opcodes(segments, libraries, info, slice)?,
                LoadCommandVariant::LinkeditData(data) if command.cmd() == macho::LC_DYLD_CHAINED_FIXUPS => {
                    fixups.add_chains(segments, libraries, data, slice)?;
                }
                _ => {}
            }
        }
        self.fixups = fixups;
        Ok(())
    }

    /// Looks one of its own exports up.
    ///
    /// # Errors
    /// When the export trie is malformed.
    pub fn export(&self, name: &[u8]) -> Result<Option<Export<'data>>, String> {
        exports::find(self.trie, name)
    }

    /// The last defined symbol at or before an unslid address: its name and address.
    pub fn symbol_before(&self, address: u64) -> Option<(&'data [u8], u64)> {
        let defined = |symbol: &&macho::Nlist64<LittleEndian>| {
            !symbol.is_stab() && symbol.is_definition() && symbol.n_value(LE) <= address
        };
        let symbol = self.symbols.iter().filter(defined).max_by_key(|symbol| symbol.n_value(LE))?;
        Some((symbol.name(LE, self.symbols.strings()).ok()?, symbol.n_value(LE)))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
