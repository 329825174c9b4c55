//! A stranger's scripts, run where they can change nothing but one folder.
//!
//! Bubblewrap (`bwrap`) makes the room: an own user namespace in which the script has no capabilities and can make no further
//! namespace; own processes, network (none), host name and System V IPC. Of the machine it sees `/usr` and the folders beside it
//! that hold programs and libraries, a few files of `/etc` that programs need to start, and nothing else: no home, no `/run`,
//! no `/var`, no socket. All of that is read-only, and so is `/proc`. `timeout` ends it, `prlimit` bounds its memory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::exec::{self, Job};
use crate::hint::WithHint as _;

/// How long a script may take, seconds.
const SECONDS: u32 = 600;

/// The memory that each of a script's processes may have, bytes of address space.
const MEMORY: u64 = 8 << 30;

/// How many processes a script may have. The kernel doesn't count root's.
const PROCESSES: u32 = 1024;

/// What `/tmp` and `/dev/shm` may hold each, bytes of memory.
const SCRATCH: u64 = 256 << 20;

/// Folders of the system that scripts see. Where the machine has links to `/usr`, they see links.
const SYSTEM: [&str; 7] = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/// Files of `/etc` that programs need: to find libraries, the program behind a name, and the names of users.
const ETC: [&str; 6] =
    ["/etc/alternatives", "/etc/group", "/etc/ld.so.cache", "/etc/localtime", "/etc/nsswitch.conf", "/etc/passwd"];

/// A room for scripts.
pub struct Room<'a> {
    /// The only folder that they may write to; it has the same path inside.
    pub root: &'a Path,
    /// What else they may read.
    pub readable: &'a [PathBuf],
    /// All of their variables but `PATH`.
    pub env: &'a BTreeMap<String, String>,
    /// Where their output goes.
    pub log: &'a Path,
}

/// Whether scripts can be confined here.
///
/// # Errors
/// A program is missing, or the machine lets nobody make namespaces (a container, a Mac).
pub fn check() -> Result<()> {
    for (program, package) in [("bwrap", "bubblewrap"), ("prlimit", "util-linux"), ("timeout", "coreutils")] {
        exec::find(program)
            .with_context(|| format!("install scripts run only where {package} can confine them"))
            .hint(match cfg!(target_os = "macos") {
                true => "run this on Linux, or leave the scripts out".to_owned(),
                false => format!("apt-get install {package}"),
            })?;
    }
    let shell = exec::shell(Path::new("/"))?;
    let args: Vec<String> = NAMESPACES.iter().map(|&arg| arg.to_owned()).chain(system()).collect();
    exec::read(exec::cmd!(shell, "bwrap {args...} --proc /proc --remount-ro /proc --dev /dev true"))
        .context("install scripts run only where bubblewrap can confine them, and it can't make its namespaces here")
        .hint("leave the scripts out, or run this where user namespaces are allowed (outside of a container)")?;
    Ok(())
}

/// What is the script's own.
const NAMESPACES: [&str; 12] = [
    "--unshare-user",
    "--disable-userns",
    "--unshare-ipc",
    "--unshare-pid",
    "--unshare-net",
    "--unshare-uts",
    "--unshare-cgroup-try",
    "--cap-drop",
    "ALL",
    "--die-with-parent",
    "--new-session",
    "--clearenv",
];

fn system() -> Vec<String> {
    let mut args = Vec::new();
    for folder in SYSTEM.map(Path::new) {
        match fs_err::read_link(folder) {
            Ok(target) => args.extend(["--symlink".into(), target.display().to_string(), folder.display().to_string()]),
            Err(_) if folder.is_dir() => args.extend(bind("--ro-bind", folder)),
            Err(_) => {}
        }
    }
    args.extend(ETC.into_iter().flat_map(|file| bind("--ro-bind-try", Path::new(file))));
    args
}

fn bind(how: &str, path: &Path) -> [String; 3] {
    [how.to_owned(), path.display().to_string(), path.display().to_string()]
}

impl Room<'_> {
    /// Runs a command, its first word a path, in a folder that it may read.
    ///
    /// # Errors
    /// It can't be confined, can't be started, takes too long or fails.
    pub fn run(&self, purpose: &str, dir: &Path, command: &[String]) -> Result<()> {
        // What is bound twice is writable after all.
        if let Some(system) =
            SYSTEM.iter().find(|folder| Path::new(folder).starts_with(self.root) || self.root.starts_with(folder))
        {
            bail!("scripts would be given {}, and {system} is the machine's own", self.root.display());
        }
        let scratch = |at: &str| ["--size", &SCRATCH.to_string(), "--tmpfs", at].map(str::to_owned);
        let mut args: Vec<String> = ["--foreground", "--kill-after=5"].map(str::to_owned).into();
        args.extend([SECONDS.to_string(), "prlimit".to_owned()]);
        args.extend([format!("--as={MEMORY}"), format!("--nproc={PROCESSES}"), "--core=0".to_owned()]);
        args.push("bwrap".to_owned());
        args.extend(NAMESPACES.map(str::to_owned));
        args.extend(system());
        // Root needs no capability to write the kernel's own settings: `/proc` must not be writable.
        args.extend(["--proc", "/proc", "--remount-ro", "/proc", "--dev", "/dev"].map(str::to_owned));
        args.extend(scratch("/dev/shm"));
        args.extend(["--remount-ro", "/dev"].map(str::to_owned));
        args.extend(scratch("/tmp"));
        args.extend(self.readable.iter().flat_map(|path| bind("--ro-bind", path)));
        args.extend(bind("--bind", self.root));
        args.extend(bind("--ro-bind", dir));
        args.extend(["--remount-ro", "/", "--chdir", &dir.display().to_string()].map(str::to_owned));
        let path = ("PATH".to_owned(), exec::SYSTEM_PATH.to_owned());
        for (name, value) in self.env.iter().chain([(&path.0, &path.1)]) {
            args.extend(["--setenv".to_owned(), name.clone(), value.clone()]);
        }
        args.push("--".to_owned());
        args.extend(command.iter().cloned());
        let (env, dir) = (BTreeMap::new(), Path::new("/"));
        Job { purpose, program: "timeout", args: &args, env: &env, dir, log: self.log, crew: None }.run()
    }
}
