//! The Python that was built, made to run on this machine: natively on a Mac, under `machorun` on Linux, which an emulator runs
//! for the slice of another processor.
//!
//! Always a copy of the staged root, because Python writes into what it runs from. On Linux the programs of the copy
//! become launchable (`machorun::launch`), so that whoever starts them, a shell too, starts the loader; on a Mac they are linked to
//! the libraries of the copy.

mod compare;
mod copy;
mod emulation;
mod expectations;
mod install;
mod loader;
mod native;
mod pace;
pub(crate) mod relink;
mod self_check;
mod smoke;
mod speed;
mod suite;
mod trust;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use effect::{Attributes, Bytes, Rules, What, place};
use flatpkg::laydown::{Folder, Options};
use flatpkg::mode::Mode;
use flatpkg::tree::TreePath;
use macho::image::Image;
use macho::{Arch, FileType};
use machorun::launch::{self, Places};
use walkdir::WalkDir;

use crate::context::Context;
use crate::framework::Framework;
use crate::hint::WithHint as _;
use crate::plan::Plan;

use copy::{SDK, TERMINALS};

pub use compare::{ask, compare};
pub use copy::Interpreter;
pub use loader::{build as build_loader, check as check_loader};
pub use machorun::ARCH;
pub use self_check::self_check;
pub use smoke::smoke;
pub use speed::speed;
pub use suite::suite;

/// What is run: a copy of it.
#[derive(Debug, Clone)]
pub enum From {
    /// A staged root.
    Root(PathBuf),
    /// An installer package. It is installed, with its install scripts, as far as a folder can stand for a disk.
    Package(PathBuf),
}

impl From {
    fn path(&self) -> &Path {
        match self {
            Self::Root(path) | Self::Package(path) => path,
        }
    }
}

impl Interpreter {
    /// Copies what is to be run, and makes its slice for an architecture start on this machine.
    ///
    /// # Errors
    /// When it can't be copied, an install script fails, or this machine can't run it at all.
    pub fn prepare(cx: &Context, plan: &Plan, from: &From, arch: Arch) -> Result<Self> {
        if let Some((what, remedy)) = obstacle(arch) {
            return Err(anyhow!("macOS programs for {arch} can't run on this machine: {what}")).hint(remedy);
        }
        // CPython's tests start it as other users, too.
        let readable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        let folder = tempfile::Builder::new().prefix("python-macos").permissions(readable).tempdir()?;
        let place = fs_err::canonicalize(folder.path())?;
        let root = place.join("root");
        let installation = match from {
            From::Root(staged) => {
                for framework in &plan.frameworks {
                    let below = framework.prefix(plan.python);
                    let below = below.trim_start_matches('/');
                    // One that isn't there is named when it is to be run.
                    if staged.join(below).is_dir() {
                        crate::build::copy_tree(&staged.join(below), &root.join(below))?;
                    }
                }
                None
            }
            From::Package(package) => Some(install::payloads(package, &root)?),
        };
        let (python, framework) = (plan.python, Framework::Python);
        let mut interpreter = Self { folder, root, python, framework, arch, loader: None, pace: 1.0 };
        interpreter.select(framework).with_context(|| format!("{} can't be run", from.path().display()))?;
        if cfg!(target_os = "macos") {
            relink::link_to_copy(&interpreter.root)?;
        } else {
            let sdk = place.join(SDK);
            copy_stubs(&cx.paths.steps().join(plan.folder(plan.sdk_step())), &sdk)?;
            describe_terminals(&place.join(TERMINALS))?;
            let trusted = trust::list(&interpreter.home(), &plan.python.short())?;
            name_system(&interpreter.root, trusted)?;
            let emulation = if arch == machorun::ARCH { None } else { Some(emulation::make(cx, plan)?) };
            let places = Places { root: interpreter.root.clone(), sdk, emulation };
            let loader = loader::build(cx)?;
            make_launchable(&interpreter.root, arch, &loader, &places)?;
            interpreter.loader = Some((loader, places));
        }
        let log = place.join("pace.log");
        interpreter.pace = pace::measure(|args| interpreter.run("see how fast Python is here", args, &log))?;
        if let Some(installation) = installation {
            install::scripts(cx, plan, &installation, &mut interpreter)?;
        }
        Ok(interpreter)
    }
}

/// Why this machine can't run the slice for an architecture of what was built, and the remedy.
pub fn obstacle(arch: Arch) -> Option<(&'static str, &'static str)> {
    if cfg!(target_os = "macos") {
        let rosetta = ("it has no Rosetta", "softwareupdate --install-rosetta");
        return (!native::runs(arch)).then_some(rosetta);
    }
    if !cfg!(target_os = "linux") || !cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
        return Some(("it is neither a Mac nor Linux on x86_64 or 64-bit ARM", "use one of these"));
    }
    if arch != machorun::ARCH {
        // The emulator brings its own libraries.
        let emulated = cfg!(target_arch = "x86_64") && arch == Arch::Arm64;
        return (!emulated).then_some(("no emulator is known for it here", "use x86_64 Linux or a Mac"));
    }
    // The loader takes it for Apple's.
    let folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"].map(Path::new);
    let found = folders.iter().any(|folder| folder.join("libedit.so.2").exists());
    (!found).then_some(("libedit.so.2 is not installed", "apt-get install libedit2"))
}

/// Copies the stubs of an SDK. Two names may lead to the same one.
fn copy_stubs(from: &Path, to: &Path) -> Result<()> {
    for entry in WalkDir::new(from) {
        let entry = entry?;
        if entry.path().extension().is_some_and(|ending| ending == "tbd") {
            let target = to.join(entry.path().strip_prefix(from)?);
            fs_err::create_dir_all(target.parent().unwrap_or(to))?;
            fs_err::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// macOS names the folders of its terminal descriptions by the first letter's number, 78 for x, Linux by the letter.
fn describe_terminals(folder: &Path) -> Result<()> {
    let host = ["/lib/terminfo/x/xterm", "/usr/share/terminfo/x/xterm"].map(Path::new);
    if let Some(xterm) = host.into_iter().find(|path| path.is_file()) {
        fs_err::create_dir_all(folder.join("78"))?;
        fs_err::copy(xterm, folder.join("78/xterm"))?;
    }
    Ok(())
}

/// Files of macOS's own: the one that `platform.mac_ver` reads, whom it trusts, and two programs. A package's links are followed as if the copy
/// were the disk.
fn name_system(root: &Path, trusted: Option<(&str, String)>) -> Result<()> {
    let mut disk = Folder::open(root, Options::default())?;
    let mut write = |path: &str, text: &str, mode: Mode| {
        let rules = Rules { overwrite_permissions: false, follow_links: true };
        let what = What::File(Bytes { size: text.len() as u64, contents: &mut text.as_bytes() });
        place(&mut disk, &TreePath::new(path)?, what, Attributes { mode, ..Attributes::SYSTEM }, rules)?;
        anyhow::Ok(())
    };
    let entry = |key: &str, value: &str| format!("<key>{key}</key><string>{value}</string>\n");
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\"><dict>\n{}{}{}</dict></plist>\n",
        entry("ProductName", "macOS"),
        entry("ProductVersion", machorun::MACOS),
        entry("ProductBuildVersion", "machorun"),
    );
    write("System/Library/CoreServices/SystemVersion.plist", &text, Mode::PLAIN)?;
    // CPython's tests ask `defaults` whether crashes open a dialog; 1 is what it says to names it doesn't know.
    let version = format!("#!/bin/sh\nprintf 'ProductName:\\tmacOS\\nProductVersion:\\t{}\\n'\n", machorun::MACOS);
    write("usr/bin/defaults", "#!/bin/sh\nexit 1\n", Mode::EXECUTABLE)?;
    write("usr/bin/sw_vers", &version, Mode::EXECUTABLE)?;
    if let Some((list, text)) = trusted {
        write(list, &text, Mode::PLAIN)?;
    }
    Ok(disk.finish()?)
}

/// Turns every program of a tree into a launchable copy of itself.
fn make_launchable(tree: &Path, arch: Arch, loader: &Path, places: &Places) -> Result<()> {
    let block = launch::block(loader, places).map_err(|error| anyhow!(error))?;
    for entry in WalkDir::new(tree) {
        let entry = entry?;
        let path = entry.path();
        if !entry.file_type().is_file() || !is_executable(&entry.metadata()?) {
            continue;
        }
        let bytes = fs_err::read(path)?;
        let image = launch::slice(&bytes, arch).and_then(|(_, slice)| Image::parse(slice, arch));
        if image.is_ok_and(|image| image.file_type == FileType::Executable) {
            fs_err::write(path, [block.as_slice(), bytes.as_slice()].concat())?;
        }
    }
    Ok(())
}

fn is_executable(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 != 0
}
