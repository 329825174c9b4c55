//! What a slice says of itself, as a plain value: enough for an audit, so that the bytes can be dropped.

use crate::arch::Arch;
use crate::header::FileType;
use crate::os_version::OsVersion;

/// How a slice states the oldest macOS it runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Minimum {
    /// macOS, in either way: `LC_VERSION_MIN_MACOSX`, or `LC_BUILD_VERSION` for platform 1.
    MacOs(OsVersion),
    /// Another system, by its number in `LC_BUILD_VERSION`.
    Platform(u32),
}

/// A library that a slice is linked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dylib {
    /// Its install name.
    pub path: String,
    /// Its exports are exported again.
    pub reexported: bool,
    /// It may be missing.
    pub weak: bool,
}

/// Where an imported symbol is looked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Binding {
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
pub struct ImportedSymbol {
    /// Its name in Mach-O, with the leading underscore.
    pub symbol: String,
    /// Where it is looked for.
    pub from: Binding,
    /// It may be missing.
    pub weak: bool,
}

/// A slice that could be read.
#[derive(Debug, Clone)]
pub struct Details {
    /// What it is for.
    pub arch: Arch,
    /// What it is.
    pub file_type: FileType,
    /// The oldest macOS it runs on; two of them when it says so twice.
    pub minimums: Vec<Minimum>,
    /// The SDK it was built with; nothing when it doesn't say.
    pub sdk: Option<OsVersion>,
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
    pub imports: Vec<ImportedSymbol>,
    /// What it offers, unsorted.
    pub exports: Vec<String>,
}
