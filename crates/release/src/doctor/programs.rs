//! The programs that a build runs.

/// Programs that a build on Linux runs, what for, and the Debian packages that bring them.
pub(super) const LINUX_PROGRAMS: &[(&str, &str, &str)] = &[
    ("gcc", "compiles the Python that runs during the build", "gcc libc6-dev"),
    ("make", "builds Python and its libraries", "make"),
    ("perl", "configures OpenSSL", "perl"),
    ("python3", "makes the documentation, and runs pip", "python3"),
    ("pip", "fetches the open SDK's headers and Sphinx", "python3-pip"),
    ("apt-get", "fetches clang and lld, which are not installed", "apt"),
    ("dpkg-deb", "unpacks them", "dpkg"),
];

/// The same on a Mac; Apple's command-line tools have all of them.
pub(super) const MAC_PROGRAMS: &[(&str, &str)] = &[
    ("make", "builds Python and its libraries"),
    ("perl", "configures OpenSSL"),
    ("lipo", "merges architectures"),
    ("install_name_tool", "links the copy that is tested to its own libraries"),
    ("codesign", "signs that copy"),
];

/// Programs that are looked for on any machine.
pub fn programs() -> impl Iterator<Item = &'static str> {
    // pip is a module of python3: it has a look of its own.
    let linux = LINUX_PROGRAMS.iter().map(|(name, ..)| *name).filter(|name| *name != "pip");
    linux.chain(MAC_PROGRAMS.iter().map(|(name, _)| *name))
}
