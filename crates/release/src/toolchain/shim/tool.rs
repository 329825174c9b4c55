//! The tools that we stand in for.

/// A tool that we stand in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// The C compiler, which also links.
    Clang,
    /// The C++ compiler.
    ClangCxx,
    /// Makes archives; of universal objects too.
    Ar,
    /// Does nothing: archives get their index when they are made.
    Ranlib,
    /// Joins and splits universal files.
    Lipo,
    /// Apple's `libtool`, which makes static libraries. Not GNU's.
    Libtool,
    /// Removes symbols.
    Strip,
    /// Changes the paths that a binary records.
    InstallName,
    /// Shows a binary.
    Otool,
    /// Shows symbols.
    Nm,
    /// Collects debugging information.
    Dsymutil,
    /// Says which macOS runs.
    SwVers,
    /// Finds and runs tools.
    Xcrun,
    /// Says how to link to a library.
    PkgConfig,
}

/// Every tool, by the name it is called with.
pub(super) const NAMES: &[(&str, Tool)] = &[
    ("clang", Tool::Clang),
    ("clang++", Tool::ClangCxx),
    ("ar", Tool::Ar),
    ("ranlib", Tool::Ranlib),
    ("lipo", Tool::Lipo),
    ("libtool", Tool::Libtool),
    ("strip", Tool::Strip),
    ("install_name_tool", Tool::InstallName),
    ("otool", Tool::Otool),
    ("nm", Tool::Nm),
    ("dsymutil", Tool::Dsymutil),
    ("sw_vers", Tool::SwVers),
    ("xcrun", Tool::Xcrun),
    ("pkg-config", Tool::PkgConfig),
];

/// Names that mean the same as another.
pub(super) const ALIASES: &[(&str, Tool)] = &[("cc", Tool::Clang), ("gcc", Tool::Clang), ("c++", Tool::ClangCxx)];
