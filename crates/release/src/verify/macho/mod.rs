//! Mach-O files as plain values. The only module that knows the reader underneath.
//!
//! A file is *thin* (one slice) or *fat*: a big-endian table of slices, each a complete Mach-O file with offsets of
//! its own. What the checks need of a slice is copied into an [`Image`], so that the bytes can be dropped.

mod code_signature;
mod outline;
mod read;

pub(super) use code_signature::{CodeDirectory, CodeSignature, HashType, name, slot};
pub(super) use outline::Outline;
pub(super) use read::{is_archive, is_macho, slices};

use super::os_version::OsVersion;
use crate::arch::Arch;

/// A part of a file for one kind of processor.
pub(super) struct Slice<'data> {
    /// Where it starts in the file, bytes.
    pub offset: u64,
    /// Its bytes.
    pub bytes: &'data [u8],
    /// What was read from it; an error when nothing could be.
    pub image: Result<Image, Unreadable>,
    /// What can be read of any slice, whatever it is for.
    pub outline: Result<Outline, String>,
    /// The signature, when there is one.
    pub signature: Option<&'data [u8]>,
}

/// Why a slice was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// It is for a processor that we don't build for.
    Foreign(String),
    /// It is a static library: a table of object files, which are not looked at one by one.
    Archive(Arch),
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

impl Kind {
    /// By `filetype` of a Mach-O header: `MH_…`.
    fn from_number(number: u32) -> Self {
        match number {
            1 => Self::Object,
            2 => Self::Executable,
            6 => Self::Dylib,
            8 => Self::Bundle,
            other => Self::Other(other),
        }
    }
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
    pub imports: Vec<Import>,
    /// What it offers, unsorted.
    pub exports: Vec<String>,
}
