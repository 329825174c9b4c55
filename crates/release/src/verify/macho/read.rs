//! From bytes to [`Image`]s.

use object::endian::LittleEndian;
use object::macho;
use object::read::macho::{FatArch, LoadCommandVariant, MachHeader as _, MachOFatFile32, MachOFatFile64, Nlist as _};
use object::read::macho::{MachOFile64, Section as _, Segment as _};
use object::read::{ImportFlags, NameOrOrdinal, Object as _};

use super::{Binding, Dylib, Image, Import, Kind, Minimum, Outline, Slice, Unreadable, outline};
use crate::arch::Arch;
use crate::verify::os_version::OsVersion;

/// Whether a file is a Mach-O file, thin or fat, of any byte order, by its contents.
///
/// A fat file's magic number is also that of compiled Java, which has its version where a fat file counts its slices: 45 or
/// more. So a file with so many slices is a fat file if one of them is code.
pub(in crate::verify) fn is_macho(bytes: &[u8]) -> bool {
    match magic(bytes) {
        Some(macho::FAT_MAGIC_64) => true,
        Some(macho::FAT_MAGIC) => {
            let count = bytes.get(4..).and_then(|rest| rest.first_chunk()).map(|count| u32::from_be_bytes(*count));
            count.is_some_and(|count| count < 45) || has_code(bytes)
        }
        _ => is_thin(bytes),
    }
}

/// Whether a table of slices leads to any code. No entry is believed: a table may claim more than the file has.
fn has_code(bytes: &[u8]) -> bool {
    let table = bytes.get(8..).unwrap_or_default().chunks_exact(size_of::<macho::FatArch32>());
    table.filter_map(|entry| entry.get(8..)?.first_chunk()).any(|offset| {
        let start = usize::try_from(u32::from_be_bytes(*offset)).unwrap_or(usize::MAX);
        bytes.get(start..).is_some_and(|slice| is_thin(slice) || is_archive(slice))
    })
}

fn is_thin(bytes: &[u8]) -> bool {
    matches!(magic(bytes), Some(0xfeed_face | 0xfeed_facf | 0xcefa_edfe | 0xcffa_edfe))
}

/// Whether it is a static library.
pub(in crate::verify) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"!<arch>\n")
}

fn magic(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|magic| u32::from_be_bytes(*magic))
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
        if is_archive(bytes) {
            let image = Err(said.map_or_else(Unreadable::Foreign, Unreadable::Archive));
            let outline = Err("a static library".to_owned());
            slices.push(Slice { offset, bytes, image, outline, signature: None });
            continue;
        }
        let mut slice = slice(offset, bytes);
        let said = outline::arch(entry.cputype().0, entry.cpusubtype().0);
        if let Ok(outline) = &slice.outline
            && outline.arch != said
        {
            let text = format!("a slice for {} that the fat table calls {said}", outline.arch);
            slice.image = Err(Unreadable::Malformed(text.clone()));
            slice.outline = Err(text);
        }
        slices.push(slice);
    }
    Ok(slices)
}

/// The architecture, or the name of one that we don't build for.
fn processor(cpu: macho::CpuType, subtype: macho::CpuSubtype) -> Result<Arch, String> {
    let name = outline::arch(cpu.0, subtype.0);
    [Arch::X86_64, Arch::Arm64].into_iter().find(|arch| arch.name() == name).ok_or(name)
}

fn slice(offset: u64, bytes: &[u8]) -> Slice<'_> {
    let outline = Outline::parse(bytes);
    let signature = outline.as_ref().ok().and_then(|outline| outline.signature).and_then(|(start, size)| {
        let start = usize::try_from(start).ok()?;
        bytes.get(start..start.checked_add(usize::try_from(size).ok()?)?)
    });
    Slice { offset, bytes, image: image(bytes), outline, signature }
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
    let kind = Kind::from_number(header.filetype(LE).0);
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
