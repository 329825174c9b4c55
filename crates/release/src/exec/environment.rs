//! What programs that we start may see of our own environment: lists of names, and nothing else.
//!
//! A password that the user keeps in a variable is for us alone. What a program is not known to need it does not get.

use std::ffi::OsString;

/// The variable that tells the compiler's stand-in what to start the compiler with.
pub const LAUNCHER: &str = "XTASK_LAUNCHER";

/// Every program: whose work it is.
pub(super) const EVERYBODY: &[&str] = &["HOME", "USER", "LOGNAME"];

/// Short commands: the user's own programs and settings.
const SHORT: &[&str] = &["PATH", "TMPDIR", "XDG_CONFIG_HOME", "DEVELOPER_DIR"];

/// Programs that open connections: proxies, and who vouches for servers.
pub(super) const NETWORK: &[&str] = &[
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];

/// Whether one of these variables names a proxy, which then looks names up for us.
pub fn names_proxy() -> bool {
    let mut proxies = NETWORK.iter().filter(|name| {
        let name = name.to_ascii_lowercase();
        name.ends_with("_proxy") && name != "no_proxy"
    });
    proxies.any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Programs that talk to Apple's notary service: it keeps what is uploaded at Amazon.
pub(super) const NOTARY: &[&str] = &["AWS_ENDPOINT_URL", "AWS_EC2_METADATA_DISABLED"];

/// `apt`: where its own configuration is.
const APT: &[&str] = &["APT_CONFIG"];

/// `pip`: which index it asks and how. An index may want a password; that one is for `pip`.
const PIP: &[&str] = &[
    "PIP_CERT",
    "PIP_CLIENT_CERT",
    "PIP_CONFIG_FILE",
    "PIP_DEFAULT_TIMEOUT",
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIP_INDEX_URL",
    "PIP_KEYRING_PROVIDER",
    "PIP_NO_INDEX",
    "PIP_PROXY",
    "PIP_RETRIES",
    "PIP_TRUSTED_HOST",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
];

/// `gpg`: its keys, and how its agent asks for a password.
const GPG: &[&str] =
    &["DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "GNUPGHOME", "GPG_TTY", "TERM", "WAYLAND_DISPLAY", "XAUTHORITY"];

/// A client of Sigstore: how it shows its user where to log in, where it keeps Sigstore's roots, and who a job of a CI is.
const SIGSTORE: &[&str] = &[
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "BROWSER",
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "GITHUB_ACTIONS",
    "SIGSTORE_IDENTITY_TOKEN",
    "SIGSTORE_ID_TOKEN",
    "SIGSTORE_STAGING",
    "TERM",
    "TUF_ROOT",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
];

/// `cargo`, on this project itself: how the developer has it set up, and what the project's tests ask for.
const CARGO: &[&str] = &[
    "AR",
    "CARGO_BUILD_JOBS",
    "CARGO_HOME",
    "CARGO_HTTP_CAINFO",
    "CARGO_INCREMENTAL",
    "CARGO_NET_OFFLINE",
    "CARGO_TARGET_DIR",
    "CARGO_TERM_COLOR",
    "CC",
    "CFLAGS",
    "FLATPKG_FIXTURES",
    "INSTA_UPDATE",
    "PROPTEST_CASES",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "RUST_BACKTRACE",
    "TERM",
    "XDG_CACHE_HOME",
    "XTASK_CACHE",
    "XTASK_NO_SKIP",
];

/// What a short command needs besides what every one gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: it works on this machine.
    Nothing,
    /// It is one of apt's programs.
    Apt,
    /// It is `pip`.
    Pip,
    /// It is `cargo`.
    Cargo,
    /// It is `gpg`, with the user's keys.
    Gpg,
    /// It is a client of Sigstore.
    Sigstore,
}

impl Needs {
    #[cfg(test)]
    pub(super) const ALL: [Self; 6] = [Self::Nothing, Self::Apt, Self::Pip, Self::Cargo, Self::Gpg, Self::Sigstore];

    fn lists(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Nothing => &[EVERYBODY, SHORT],
            Self::Apt => &[EVERYBODY, SHORT, NETWORK, APT],
            Self::Pip => &[EVERYBODY, SHORT, NETWORK, PIP],
            Self::Cargo => &[EVERYBODY, SHORT, NETWORK, CARGO],
            Self::Gpg => &[EVERYBODY, SHORT, GPG],
            Self::Sigstore => &[EVERYBODY, SHORT, NETWORK, SIGSTORE],
        }
    }

    /// The variables that are set, with their values.
    pub(super) fn variables(self) -> impl Iterator<Item = (&'static str, OsString)> {
        passed_on(self.lists())
    }
}

/// The variables of some lists that are set, with their values.
pub(super) fn passed_on(lists: &[&[&'static str]]) -> impl Iterator<Item = (&'static str, OsString)> {
    lists.iter().flat_map(|list| list.iter()).filter_map(|name| Some((*name, std::env::var_os(name)?)))
}

/// Whether some program that we start may see this variable of ours.
pub fn is_passed_on(name: &str) -> bool {
    [EVERYBODY, SHORT, NETWORK, NOTARY, APT, PIP, CARGO, GPG, SIGSTORE].iter().any(|list| list.contains(&name))
}
