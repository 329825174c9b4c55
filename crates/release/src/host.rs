//! The machine that builds, and the state of the data beside the recipes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use walkdir::WalkDir;

use crate::context::Context;
use crate::digest::Sha256;
use crate::exec::{cmd, read, shell};
use crate::hint::WithHint as _;
use crate::plan::{Host, ToolchainData};
use crate::recipe::read_toml;
use crate::toolchain::{lock, open_sdk, shim};

/// What this machine is.
///
/// # Errors
/// On a Mac without a compiler, and on systems that nothing can be built on.
pub fn detect() -> Result<Host> {
    match std::env::consts::OS {
        "linux" => Ok(Host::Linux { triple: linux_triple() }),
        "macos" => {
            let sh = shell(Path::new("/"))?;
            let hint = "install Apple's command-line tools with `xcode-select --install`";
            let clang = read(cmd!(sh, "xcrun clang --version")).hint(hint)?;
            let sdk = read(cmd!(sh, "xcrun --sdk macosx --show-sdk-version")).hint(hint)?;
            Ok(Host::Mac { tools: format!("{}, macOS SDK {sdk}", clang.lines().next().unwrap_or_default()) })
        }
        other => bail!("nothing can be built on {other}: use a Mac or Linux"),
    }
}

/// On a Mac, the SDK that its compiler takes, whose stubs say what macOS exports; nothing where there is none.
pub fn apple_sdk() -> Option<PathBuf> {
    if System::HERE != System::Mac {
        return None;
    }
    let sh = shell(Path::new("/")).ok()?;
    let sdk = PathBuf::from(read(cmd!(sh, "xcrun --sdk macosx --show-sdk-path")).ok()?);
    sdk.is_dir().then_some(sdk)
}

/// A system that Python can be built on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum System {
    /// Linux, with the open SDK.
    Linux,
    /// macOS, with Apple's tools.
    Mac,
}

impl System {
    /// That of this machine.
    pub const HERE: Self = if cfg!(target_os = "macos") { Self::Mac } else { Self::Linux };

    /// That of a machine.
    pub fn of(host: &Host) -> Self {
        match host {
            Host::Linux { .. } => Self::Linux,
            Host::Mac { .. } => Self::Mac,
        }
    }
}

/// A machine with this system that isn't here, so that a plan for it can be looked at.
pub fn foreign(system: System) -> Host {
    match system {
        System::Linux => Host::Linux { triple: "x86_64-pc-linux-gnu".to_owned() },
        System::Mac => Host::Mac { tools: "Apple's tools on that Mac".to_owned() },
    }
}

/// The GNU triple of a Linux machine of this architecture.
pub fn linux_triple() -> String {
    format!("{}-pc-linux-gnu", std::env::consts::ARCH)
}

/// Reads what stands beside the recipes.
///
/// # Errors
/// When it can't be read.
pub fn toolchain_data(cx: &Context) -> Result<ToolchainData> {
    let mac = cx.paths.mac();
    let dir = mac.join("patches");
    let mut patches = BTreeMap::new();
    for entry in WalkDir::new(&dir) {
        let entry = entry?;
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(&dir)?.to_string_lossy().into_owned();
            patches.insert(name, Sha256::of_file(entry.path())?);
        }
    }
    Ok(ToolchainData {
        linux: read_toml(&mac.join("toolchains/linux.toml"))?,
        sdk_spec: open_sdk::spec_digest(&mac.join("sdk"))?,
        cocoa: open_sdk::cocoa_digest(&mac.join("sdk"))?,
        shims: Sha256::of(shim::SOURCE_DIGEST_INPUT.as_bytes()),
        lock: lock::read(cx)?,
        executor: crate::build::executor(),
        patches,
    })
}
