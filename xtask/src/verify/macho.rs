//! Mach-O files as plain values. The only file that knows the reader underneath.
//!
//! A file is *thin* (one slice) or *fat*: a big-endian table of slices, each a complete Mach-O file with offsets of
//! its own. What the checks need of a slice is copied into an [`Image`], so that the bytes can be dropped.

use object::endian::{BigEndian, LittleEndian};
use object::macho;
use object::read::macho::{FatArch, LoadCommandVariant, MachHeader as _, MachOFatFile32, MachOFatFile64, Nlist as _};
use object::read::macho::{MachOFile64, Section as _, Segment as _};
use object::read::{ImportFlags, NameOrOrdinal, Object as _};

use super::os_version::OsVersion;
use crate::arch::Arch;

/// Whether a file's first bytes are those of a Mach-O file, thin or fat, of any byte order.
///
/// A fat file's magic number is also that of compiled Java; that has a version of 45 or more where a fat file counts
/// its slices.
pub(super) fn is_macho(bytes: &[u8]) -> bool {
    let Some((magic, rest)) = bytes.split_first_chunk() else { return false };
    match u32::from_be_bytes(*magic) {
        0xfeed_face | 0xfeed_facf | 0xcefa_edfe | 0xcffa_edfe | macho::FAT_MAGIC_64 => true,
        macho::FAT_MAGIC => rest.first_chunk().is_some_and(|count| u32::from_be_bytes(*count) < 45),
        _ => false,
    }
}

/// A part of a file for one kind of processor.
pub(super) struct Slice<'data> {
    /// Where it starts in the file, bytes.
    pub offset: u64,
    /// Its bytes.
    pub bytes: &'data [u8],
    /// What was read from it; an error when nothing could be.
    pub image: Result<Image, Unreadable>,
    /// The signature, when there is one.
    pub signature: Option<&'data [u8]>,
}

/// Why a slice was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// It is for a processor that we don't build for.
    Foreign(String),
    /// Its bytes contradict each other.
    Malformed(String),
}

/// What kind of Mach-O file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A program.
    Executable,
    /// A library that others are linked with.
    Dylib,
    /// Code that is loaded at run time: extension modules.
    Bundle,
    /// Compiled, not linked.
    Object,
    /// Something we never make.
    Other(u32),
}

/// How a slice states the oldest macOS it runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Minimum {
    /// macOS, in either way: `LC_VERSION_MIN_MACOSX`, or `LC_BUILD_VERSION` for platform 1.
    MacOs(OsVersion),
    /// Another system, by its number in `LC_BUILD_VERSION`.
    Platform(u32),
}

/// A library that a slice is linked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dylib {
    /// Its install name.
    pub path: String,
    /// Its exports are exported again.
    pub reexported: bool,
    /// It may be missing.
    pub weak: bool,
}

/// Where an imported symbol is looked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    /// In one library: two-level namespace.
    Dylib(String),
    /// In all that is loaded: what `-undefined dynamic_lookup` makes.
    Flat,
    /// In all that is loaded, this slice included: C++ definitions that may occur many times.
    WeakDefinition,
    /// In the program.
    Executable,
}

/// A symbol that a slice needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Import {
    /// Its name in Mach-O, with the leading underscore.
    pub symbol: String,
    /// Where it is looked for.
    pub from: Binding,
    /// It may be missing.
    pub weak: bool,
}

/// A slice that could be read.
#[derive(Debug, Clone)]
pub(super) struct Image {
    /// What it is for.
    pub arch: Arch,
    /// What it is.
    pub kind: Kind,
    /// The oldest macOS it runs on; two of them when it says so twice.
    pub minimums: Vec<Minimum>,
    /// `LC_ID_DYLIB`.
    pub install_name: Option<String>,
    /// The libraries it is linked with, in order.
    pub dylibs: Vec<Dylib>,
    /// `LC_RPATH`.
    pub rpaths: Vec<String>,
    /// Bytes between the end of the load commands and the first section.
    pub header_room: Option<u64>,
    /// The stack size in `LC_MAIN`, bytes; 0 leaves it to the system.
    pub stack_size: Option<u64>,
    /// Offset and size of the code signature, bytes from the start of the slice.
    pub signature: Option<(u64, u64)>,
    /// Paths in a debugger's map: `N_SO`, `N_OSO`, `N_SOL`.
    pub debug_paths: Vec<String>,
    /// What it needs.
    pub imports: Vec<Import>,
    /// What it offers, unsorted.
    pub exports: Vec<String>,
}

type Header = macho::MachHeader64<LittleEndian>;
type Thin<'data> = MachOFile64<'data, LittleEndian>;

/// The slices of a Mach-O file.
///
/// # Errors
/// When the table of a fat file can't be read. What is wrong inside a slice is its own error.
pub(super) fn slices(bytes: &[u8]) -> Result<Vec<Slice<'_>>, String> {
    let fat = |error: object::Error| format!("a fat file whose table can't be read: {error}");
    match bytes.first_chunk().map(|magic| u32::from_be_bytes(*magic)) {
        Some(macho::FAT_MAGIC) => cut(bytes, MachOFatFile32::parse(bytes).map_err(fat)?.arches()),
        Some(macho::FAT_MAGIC_64) => cut(bytes, MachOFatFile64::parse(bytes).map_err(fat)?.arches()),
        _ => Ok(vec![slice(0, bytes)]),
    }
}

fn cut<'data, F: FatArch>(file: &'data [u8], table: &[F]) -> Result<Vec<Slice<'data>>, String> {
    let mut slices = Vec::with_capacity(table.len());
    for entry in table {
        let (offset, size) = entry.file_range();
        let bytes =
            entry.data(file).map_err(|_| format!("a slice of {size} bytes at {offset}, past the file's end"))?;
        let mut slice = slice(offset, bytes);
        let said = processor(entry.cputype(), entry.cpusubtype());
        match &slice.image {
            Ok(image) if Ok(image.arch) != said => {
                let said = said.map_or_else(|name| name, |arch| arch.to_string());
                let text = format!("a slice for {} that the fat table calls {said}", image.arch);
                slice.image = Err(Unreadable::Malformed(text));
            }
            _ => {}
        }
        slices.push(slice);
    }
    Ok(slices)
}

/// The architecture, or the name of one that we don't build for.
fn processor(cpu: macho::CpuType, subtype: macho::CpuSubtype) -> Result<Arch, String> {
    // The highest byte of the subtype holds capabilities.
    Err(match (cpu, subtype.0 & 0x00ff_ffff) {
        (macho::CPU_TYPE_X86_64, 3) => return Ok(Arch::X86_64),
        (macho::CPU_TYPE_ARM64, 0) => return Ok(Arch::Arm64),
        (macho::CPU_TYPE_X86_64, 8) => "x86_64h".into(),
        (macho::CPU_TYPE_ARM64, 2) => "arm64e".into(),
        (macho::CPU_TYPE_X86, _) => "i386".into(),
        (macho::CPU_TYPE_POWERPC, _) => "ppc".into(),
        (macho::CPU_TYPE_POWERPC64, _) => "ppc64".into(),
        (cpu, subtype) => format!("processor {:#x}.{subtype}", cpu.0),
    })
}

fn slice(offset: u64, bytes: &[u8]) -> Slice<'_> {
    let image = image(bytes);
    let signature = image.as_ref().ok().and_then(|image| image.signature).and_then(|(start, size)| {
        let start = usize::try_from(start).ok()?;
        bytes.get(start..start.checked_add(usize::try_from(size).ok()?)?)
    });
    Slice { offset, bytes, image, signature }
}

fn image(bytes: &[u8]) -> Result<Image, Unreadable> {
    match bytes.first_chunk().map(|magic| u32::from_le_bytes(*magic)) {
        Some(macho::MH_MAGIC_64) => read(bytes).map_err(|error| Unreadable::Malformed(error.to_string()))?,
        Some(macho::MH_MAGIC) => Err("i386".into()),
        Some(macho::MH_CIGAM) => Err("ppc".into()),
        Some(macho::MH_CIGAM_64) => Err("ppc64".into()),
        _ => return Err(Unreadable::Malformed("a slice without a Mach-O magic number".into())),
    }
    .map_err(Unreadable::Foreign)
}

const LE: LittleEndian = LittleEndian;

/// The outer error is about malformed bytes, the inner one names a foreign processor.
fn read(bytes: &[u8]) -> object::Result<Result<Image, String>> {
    let file = Thin::parse(bytes)?;
    let header = file.macho_header();
    let arch = match processor(header.cputype(LE), header.cpusubtype(LE)) {
        Ok(arch) => arch,
        Err(name) => return Ok(Err(name)),
    };
    let kind = match header.filetype(LE) {
        macho::MH_EXECUTE => Kind::Executable,
        macho::MH_DYLIB => Kind::Dylib,
        macho::MH_BUNDLE => Kind::Bundle,
        macho::MH_OBJECT => Kind::Object,
        other => Kind::Other(other.0),
    };
    let mut image = Image {
        arch,
        kind,
        minimums: Vec::new(),
        install_name: None,
        dylibs: Vec::new(),
        rpaths: Vec::new(),
        header_room: None,
        stack_size: None,
        signature: None,
        debug_paths: debug_paths(&file),
        imports: Vec::new(),
        exports: Vec::new(),
    };
    load_commands(&file, &mut image)?;
    image.header_room = header_room(&file);
    if kind != Kind::Object {
        imports(&file, &mut image.imports)?;
        exports(&file, &mut image.exports)?;
    }
    Ok(Ok(image))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn load_commands(file: &Thin<'_>, image: &mut Image) -> object::Result<()> {
    let mut commands = file.macho_load_commands()?;
    while let Some(command) = commands.next()? {
        match command.variant()? {
            LoadCommandVariant::IdDylib(dylib) => {
                image.install_name = Some(text(command.string(LE, dylib.dylib.name)?));
            }
            LoadCommandVariant::Dylib(dylib) => image.dylibs.push(Dylib {
                path: text(command.string(LE, dylib.dylib.name)?),
                reexported: command.cmd() == macho::LC_REEXPORT_DYLIB,
                weak: command.cmd() == macho::LC_LOAD_WEAK_DYLIB,
            }),
            LoadCommandVariant::Rpath(rpath) => image.rpaths.push(text(command.string(LE, rpath.path)?)),
            LoadCommandVariant::VersionMin(minimum) if command.cmd() == macho::LC_VERSION_MIN_MACOSX => {
                image.minimums.push(Minimum::MacOs(version(minimum.version.get(LE))));
            }
            LoadCommandVariant::VersionMin(_) => image.minimums.push(Minimum::Platform(command.cmd().0)),
            LoadCommandVariant::BuildVersion(build, _) => image.minimums.push(match build.platform.get(LE) {
                macho::PLATFORM_MACOS => Minimum::MacOs(version(build.minos.get(LE))),
                other => Minimum::Platform(other.0),
            }),
            LoadCommandVariant::EntryPoint(main) => image.stack_size = Some(main.stacksize.get(LE)),
            LoadCommandVariant::LinkeditData(data) if command.cmd() == macho::LC_CODE_SIGNATURE => {
                image.signature = Some((data.dataoff.get(LE).into(), data.datasize.get(LE).into()));
            }
            _ => {}
        }
    }
    Ok(())
}

fn version(version: macho::Version) -> OsVersion {
    OsVersion { major: version.major(), minor: version.minor().into(), patch: version.update().into() }
}

/// From the end of the load commands to the first byte that belongs to a section.
fn header_room(file: &Thin<'_>) -> Option<u64> {
    let mut first: Option<u64> = None;
    let mut commands = file.macho_load_commands().ok()?;
    while let Ok(Some(command)) = commands.next() {
        let Ok(Some((segment, data))) = command.segment_64() else { continue };
        for section in segment.sections(LE, data).unwrap_or_default() {
            if section.file_size(LE).is_some_and(|size| size > 0) {
                let offset = section.offset(LE).into();
                first = Some(first.map_or(offset, |first| first.min(offset)));
            }
        }
    }
    let end = size_of::<Header>() as u64 + u64::from(file.macho_header().sizeofcmds(LE));
    Some(first?.saturating_sub(end))
}

fn debug_paths(file: &Thin<'_>) -> Vec<String> {
    let symbols = file.macho_symbol_table();
    let stabs = symbols.iter().filter(
        |symbol| matches!(symbol.stab(), Some(stab) if [macho::N_SO, macho::N_OSO, macho::N_SOL].contains(&stab)),
    );
    stabs
        .filter_map(|symbol| symbol.name(LE, symbols.strings()).ok())
        .filter(|name| name.contains(&b'/'))
        .map(text)
        .collect()
}

fn imports(file: &Thin<'_>, imports: &mut Vec<Import>) -> object::Result<()> {
    for import in file.imports()? {
        let import = import?;
        let NameOrOrdinal::Name(name) = import.name() else { continue };
        let from = match import.flags() {
            ImportFlags::MachOBind { dylib, .. } => match dylib {
                macho::BIND_SPECIAL_DYLIB_FLAT_LOOKUP => Binding::Flat,
                macho::BIND_SPECIAL_DYLIB_WEAK_LOOKUP => Binding::WeakDefinition,
                macho::BIND_SPECIAL_DYLIB_MAIN_EXECUTABLE => Binding::Executable,
                _ => Binding::Dylib(text(import.library())),
            },
            // Without opcodes and fixups the symbol table says it.
            ImportFlags::MachO { n_desc, .. } => match n_desc.library() {
                macho::DYNAMIC_LOOKUP_ORDINAL => Binding::Flat,
                macho::EXECUTABLE_ORDINAL => Binding::Executable,
                _ if import.library().is_empty() => Binding::Flat,
                _ => Binding::Dylib(text(import.library())),
            },
            _ => Binding::Flat,
        };
        imports.push(Import { symbol: text(name), from, weak: import.is_weak() });
    }
    // A symbol can be bound in several places: lazily and not, or with several addends.
    imports.sort();
    imports.dedup();
    Ok(())
}

fn exports(file: &Thin<'_>, exports: &mut Vec<String>) -> object::Result<()> {
    for export in file.exports()? {
        let export = export?;
        if let NameOrOrdinal::Name(name) = export.name() {
            exports.push(text(name));
        }
    }
    Ok(())
}

/// The code directories and other blobs of a signature.
pub(super) struct CodeSignature<'data> {
    /// The code directories: each lists the hashes of the same pages, with an algorithm of its own.
    pub directories: Vec<CodeDirectory<'data>>,
    /// The other blobs by slot, whole: requirements are 2, entitlements 5 and 7.
    pub blobs: Vec<(u32, &'data [u8])>,
}

/// A code directory.
pub(super) struct CodeDirectory<'data> {
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

/// Takes a signature apart.
///
/// # Errors
/// When its bytes contradict each other.
pub(super) fn code_signature(bytes: &[u8]) -> Result<CodeSignature<'_>, String> {
    take_apart(bytes).map_err(|error| error.to_string())
}

fn take_apart(bytes: &[u8]) -> object::Result<CodeSignature<'_>> {
    let mut signature = CodeSignature { directories: Vec::new(), blobs: Vec::new() };
    for blob in object::read::macho::CodeSignature::parse(bytes)?.blobs() {
        let blob = blob?;
        let Some(directory) = blob.code_directory()? else {
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
            hash_type: header.hash_type.0,
            page_bits: header.page_size,
            code_limit: directory.code_limit(),
            identifier: text(directory.ident()?),
            pages: pages.collect::<object::Result<_>>()?,
            special: special.collect::<object::Result<_>>()?,
        });
    }
    Ok(signature)
}
