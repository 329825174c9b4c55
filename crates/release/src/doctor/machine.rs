//! What a machine is, as far as a build cares.

use std::collections::BTreeMap;
use std::fmt;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use macho::Arch;

use crate::apt::Apt;
use crate::context::Context;
use crate::exec::{SYSTEM_PATH, cmd, read, shell};
use crate::hint::causes;
use crate::interpreter::{ARCH, obstacle};

/// A machine's description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Its operating system.
    pub system: System,
    /// Programs that were found, with their paths.
    pub programs: BTreeMap<String, String>,
    /// How many commands may run at a time.
    pub jobs: usize,
    /// Bytes that programs can have without swapping, where that is known.
    pub memory: Option<u64>,
    /// Where everything is kept that can be made again.
    pub cache: PathBuf,
    /// Why nothing can be written there.
    pub unwritable: Option<String>,
    /// Bytes it takes up now.
    pub cache_used: u64,
    /// Bytes free on its disk, where that is known.
    pub disk_free: Option<u64>,
    /// Whether `/dev/null` is what it should be.
    pub null_is_device: bool,
    /// Slices of a Python that was built: how each can be tried here, or why not and the remedy.
    pub slices: BTreeMap<Arch, Result<&'static str, (&'static str, &'static str)>>,
    /// Hosts that were asked, and why one didn't answer. Empty when nobody wanted to know.
    pub network: BTreeMap<String, Option<String>>,
}

/// An operating system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum System {
    /// Linux.
    Linux {
        /// `x86_64-pc-linux-gnu`.
        triple: String,
        /// The distribution's code name in apt's sources, or why apt can't be used.
        apt: Result<String, String>,
    },
    /// macOS.
    Mac {
        /// Compiler and SDK, or why there is none.
        tools: Result<String, String>,
    },
    /// Any other.
    Other(String),
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.system {
            System::Linux { triple, apt: Ok(codename) } => write!(f, "{triple}, {codename}"),
            System::Linux { triple, .. } => f.write_str(triple),
            System::Mac { .. } => f.write_str("macOS"),
            System::Other(name) => f.write_str(name),
        }?;
        write!(f, ", {} jobs", self.jobs)
    }
}

impl Machine {
    /// Looks at this machine. Changes nothing, and asks no network.
    pub fn here(cx: &Context) -> Self {
        let system = match (std::env::consts::OS, crate::host::detect()) {
            ("linux", _) => System::Linux {
                triple: crate::host::linux_triple(),
                apt: tempfile::tempdir()
                    .map_err(anyhow::Error::from)
                    .and_then(|dir| Apt::open(dir.path()))
                    .map_or_else(|error| Err(causes(&error)), |apt| Ok(apt.codename().to_owned())),
            },
            (_, Ok(crate::plan::Host::Mac { tools })) => System::Mac { tools: Ok(tools) },
            ("macos", Err(error)) => System::Mac { tools: Err(causes(&error)) },
            (other, _) => System::Other(other.to_owned()),
        };
        let mut programs: BTreeMap<String, String> = super::programs::programs()
            .filter_map(|name| {
                let path = which::which_in(name, Some(SYSTEM_PATH), "/").ok()?;
                Some((name.to_owned(), path.display().to_string()))
            })
            .collect();
        programs.extend(pip().map(|version| ("pip".to_owned(), version)));
        let cache = cx.paths.cache.clone();
        Self {
            system,
            programs,
            jobs: cx.jobs,
            memory: memory(),
            unwritable: unwritable(&cache),
            cache_used: used(&cache),
            disk_free: disk_free(&cache),
            null_is_device: fs_err::metadata("/dev/null").is_ok_and(|null| null.file_type().is_char_device()),
            cache,
            slices: [Arch::X86_64, Arch::Arm64].map(|arch| (arch, slice(arch))).into(),
            network: BTreeMap::new(),
        }
    }
}

fn slice(arch: Arch) -> Result<&'static str, (&'static str, &'static str)> {
    match obstacle(arch) {
        Some(obstacle) => Err(obstacle),
        None if cfg!(target_os = "macos") => Ok("natively"),
        None if arch == ARCH => Ok("under the loader"),
        None => Ok("under the loader in an emulator, which `test` unpacks into the cache"),
    }
}

/// `pip 25.1`, as Python's module.
fn pip() -> Option<String> {
    let sh = shell(Path::new("/")).ok()?;
    let said = read(cmd!(sh, "python3 -m pip --version")).ok()?;
    Some(said.split(" from ").next().unwrap_or_default().to_owned())
}

fn memory() -> Option<u64> {
    if cfg!(target_os = "macos") {
        let sh = shell(Path::new("/")).ok()?;
        return read(cmd!(sh, "sysctl -n hw.memsize")).ok()?.parse().ok();
    }
    let text = fs_err::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// The nearest folder above that is there: the cache may not be yet.
fn nearest(dir: &Path) -> &Path {
    dir.ancestors().find(|dir| dir.is_dir()).unwrap_or(Path::new("/"))
}

fn unwritable(cache: &Path) -> Option<String> {
    let there = cache.ancestors().find(|path| path.exists())?;
    if !there.is_dir() {
        return Some(format!("can't be made: {} is not a folder", there.display()));
    }
    let error = tempfile::tempfile_in(there).err()?;
    Some(format!("can't be written: {}: {error}", there.display()))
}

fn used(cache: &Path) -> u64 {
    let files = walkdir::WalkDir::new(cache).into_iter().filter_map(Result::ok);
    files.filter_map(|entry| entry.metadata().ok()).filter(std::fs::Metadata::is_file).map(|file| file.len()).sum()
}

/// From `df`: the standard library doesn't know.
fn disk_free(cache: &Path) -> Option<u64> {
    let dir = nearest(cache);
    let sh = shell(Path::new("/")).ok()?;
    let text = read(cmd!(sh, "df -Pk {dir}")).ok()?;
    // Filesystem, 1024-blocks, Used, Available, Capacity, Mounted on.
    text.lines().nth(1)?.split_whitespace().nth(3)?.parse::<u64>().ok()?.checked_mul(1024)
}
