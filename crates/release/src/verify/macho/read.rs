//! From bytes to [`Image`]s.

use object::endian::LittleEndian;
use object::macho;
use object::read::macho::{FatArch, LoadCommandVariant, MachHeader as _, MachOFatFile32, MachOFatFile64, Nlist as _};
use object::read::macho::{MachOFile64, Section as _, Segment as _};
use object::read::{ImportFlags, NameOrOrdinal, Object as _};

use super::{Binding, Dylib, Image, Import, Kind, Minimum, Slice, Unreadable};
use crate::arch::Arch;
use crate::verify::os_version::OsVersion;

/// Whether a file's first bytes are those of a Mach-O file, thin or fat, of any byte order.
///
/// A fat file's magic number is also that of compiled Java; that has a version of 45 or more where a fat file counts
/// its slices.
pub(in crate::verify) fn is_macho(bytes: &[u8]) -> bool {
    let Some((magic, rest)) = bytes.split_first_chunk() else { return false };
    match u32::from_be_bytes(*magic) {
        0xfeed_face | 0xfeed_facf | 0xcefa_edfe | 0xcffa_edfe | macho::FAT_MAGIC_64 => true,
        macho::FAT_MAGIC => rest.first_chunk().is_some_and(|count| u32::from_be_bytes(*count) < 45),
        _ => false,
    }
}

type Header = macho::MachHeader64<LittleEndian>;
type Thin<'data> = MachOFile64<'data, LittleEndian>;

/// The slices of a Mach-O file.
///
/// # Errors
/// When the table of a fat file can't be read. What is wrong inside a slice is its own error.
pub(in crate::verify) fn slices(bytes: &[u8]) -> Result<Vec<Slice<'_>>, String> {
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
        let said = processor(entry.cputype(), entry.cpusubtype());
        if bytes.starts_with(b"!<arch>\n") {
            let image = Err(said.map_or_else(Unreadable::Foreign, Unreadable::Archive));
            slices.push(Slice { offset, bytes, image, signature: None });
            continue;
        }
        let mut slice = slice(offset, bytes);
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
        sdk: None,
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
                image.sdk = Some(version(minimum.sdk.get(LE)));
            }
            LoadCommandVariant::VersionMin(_) => image.minimums.push(Minimum::Platform(command.cmd().0)),
            LoadCommandVariant::BuildVersion(build, _) => {
                image.minimums.push(match build.platform.get(LE) {
                    macho::PLATFORM_MACOS => Minimum::MacOs(version(build.minos.get(LE))),
                    other => Minimum::Platform(other.0),
                });
                image.sdk = Some(version(build.sdk.get(LE)));
            }
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
