//! From bytes to [`Details`] values, by the `object` crate.

use object::endian::LittleEndian;
use object::macho;
use object::read::macho::{LoadCommandVariant, MachHeader as _, MachOFile64, Nlist as _};
use object::read::macho::{Section as _, Segment as _};
use object::read::{ImportFlags, NameOrOrdinal, Object as _};

use crate::arch::Arch;
use crate::details::{Binding, Details, Dylib, ImportedSymbol, Minimum};
use crate::header::FileType;
use crate::os_version::OsVersion;

type Header = macho::MachHeader64<LittleEndian>;
type Thin<'data> = MachOFile64<'data, LittleEndian>;

const LE: LittleEndian = LittleEndian;

/// Reads a 64-bit, little-endian slice, which is for this architecture.
///
/// # Errors
/// When its bytes contradict each other.
pub(crate) fn details(slice: &[u8], arch: Arch) -> object::Result<Details> {
    let file = Thin::parse(slice)?;
    let file_type = FileType::from_number(file.macho_header().filetype(LE).0);
    let mut details = Details {
        arch,
        file_type,
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
    load_commands(&file, &mut details)?;
    details.header_room = header_room(&file);
    if file_type != FileType::Object {
        imports(&file, &mut details.imports)?;
        exports(&file, &mut details.exports)?;
    }
    Ok(details)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn load_commands(file: &Thin<'_>, details: &mut Details) -> object::Result<()> {
    let mut commands = file.macho_load_commands()?;
    while let Some(command) = commands.next()? {
        match command.variant()? {
            LoadCommandVariant::IdDylib(dylib) => {
                details.install_name = Some(text(command.string(LE, dylib.dylib.name)?));
            }
            LoadCommandVariant::Dylib(dylib) => details.dylibs.push(Dylib {
                path: text(command.string(LE, dylib.dylib.name)?),
                reexported: command.cmd() == macho::LC_REEXPORT_DYLIB,
                weak: command.cmd() == macho::LC_LOAD_WEAK_DYLIB,
            }),
            LoadCommandVariant::Rpath(rpath) => details.rpaths.push(text(command.string(LE, rpath.path)?)),
            LoadCommandVariant::VersionMin(minimum) if command.cmd() == macho::LC_VERSION_MIN_MACOSX => {
                details.minimums.push(Minimum::MacOs(version(minimum.version.get(LE))));
                details.sdk = Some(version(minimum.sdk.get(LE)));
            }
            LoadCommandVariant::VersionMin(_) => details.minimums.push(Minimum::Platform(command.cmd().0)),
            LoadCommandVariant::BuildVersion(build, _) => {
                details.minimums.push(match build.platform.get(LE) {
                    macho::PLATFORM_MACOS => Minimum::MacOs(version(build.minos.get(LE))),
                    other => Minimum::Platform(other.0),
                });
                details.sdk = Some(version(build.sdk.get(LE)));
            }
            LoadCommandVariant::EntryPoint(main) => details.stack_size = Some(main.stacksize.get(LE)),
            LoadCommandVariant::LinkeditData(data) if command.cmd() == macho::LC_CODE_SIGNATURE => {
                details.signature = Some((data.dataoff.get(LE).into(), data.datasize.get(LE).into()));
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

fn imports(file: &Thin<'_>, imports: &mut Vec<ImportedSymbol>) -> object::Result<()> {
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
        imports.push(ImportedSymbol { symbol: text(name), from, weak: import.is_weak() });
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
