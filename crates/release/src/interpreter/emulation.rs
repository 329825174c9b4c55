//! The arm64 slice on Linux of another processor: an emulator of Linux programs, and the loader made for that processor.
//! Nothing of it is installed.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use machorun::launch::Emulation;
use serde::Deserialize;

use crate::build::{self, OnFailure};
use crate::context::Context;
use crate::exec::Check;
use crate::fetch::{self, Supply};
use crate::hint::WithHint as _;
use crate::plan::{Op, Plan, Step};
use crate::recipe::{LockedPackage, read_toml};
use crate::standard_library::StandardLibrary;
use crate::toolchain::lock;

/// What Rust calls Linux on that processor.
const TRIPLE: &str = "aarch64-unknown-linux-gnu";

/// The step's name.
const STEP: &str = "emulation";

/// The emulator in the step's product.
const EMULATOR: &str = "emulator";

/// The step of the plan that has clang and lld.
const LLVM: &str = "llvm";

/// clang as the linker of 64-bit ARM Linux programs, in the step's product.
const LINKER: &str = "#!/bin/sh
export LD_LIBRARY_PATH=\"$XTASK_LLVM/usr/lib/x86_64-linux-gnu:$XTASK_LLVM/llvm/lib\"
exec \"$XTASK_LLVM/llvm/bin/clang\" --target=aarch64-linux-gnu --sysroot=\"${0%/*}/sysroot\" -fuse-ld=lld \"$@\"
";

/// Debian packages: `Mac/emulation/arm64.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pinned {
    /// For the machine.
    emulator: Vec<LockedPackage>,
    /// For the other processor.
    libraries: Vec<LockedPackage>,
}

impl Pinned {
    fn read(mac: &Path) -> Result<Self> {
        read_toml(&mac.join("emulation/arm64.toml"))
    }

    fn fetch(&self, cx: &Context) -> Result<()> {
        let wanted: Vec<&LockedPackage> = self.emulator.iter().chain(&self.libraries).collect();
        let gone = lock::download(cx, "the emulator of the arm64 slice", &wanted)?;
        let Some(package) = gone.first() else { return Ok(()) };
        Err(anyhow!("no mirror of this machine's has {}", package.pool))
            .hint("pin the newest version in Mac/emulation/arm64.toml, or leave arm64 out with --slices x86_64")
    }

    fn step(&self) -> Step {
        let unpack = |locked: &[LockedPackage], into: &str| Op::DebianPackages {
            packages: locked.iter().map(|package| package.name.clone()).collect(),
            locked: locked.to_vec(),
            into: into.into(),
        };
        Step {
            name: STEP.into(),
            title: "unpack an emulator and the libraries of 64-bit ARM Linux".into(),
            needs: vec![],
            env: BTreeMap::new(),
            ops: vec![
                // One of many in the package.
                unpack(&self.emulator, "@work@/emulator"),
                Op::Folder { path: "@out@".into() },
                Op::Copy {
                    from: "@work@/emulator/usr/bin/qemu-aarch64-static".into(),
                    to: format!("@out@/{EMULATOR}"),
                },
                unpack(&self.libraries, "@out@/sysroot"),
                Op::Write { path: "@out@/linker".into(), text: LINKER.into(), executable: true },
            ],
        }
    }
}

/// What makes Linux programs of the other processor, and runs them.
struct Cross<'a> {
    cx: &'a Context,
    /// The step's product.
    product: PathBuf,
    llvm: PathBuf,
    library: StandardLibrary,
}

impl<'a> Cross<'a> {
    fn new(cx: &'a Context, plan: &Plan) -> Result<Self> {
        let pinned = Pinned::read(&cx.paths.mac())?;
        pinned.fetch(cx)?;
        let llvm = plan.steps.iter().find(|step| step.name == LLVM).context("this plan has no clang of its own")?;
        let steps = plan.with(vec![llvm.clone(), pinned.step()], &build::executor())?;
        let sources = fetch::all(cx, &[], &Supply::default())?;
        let make = |name| build::step(cx, &steps, &sources, name, OnFailure::Stop);
        Ok(Self { cx, product: make(STEP)?, llvm: make(LLVM)?, library: StandardLibrary::find(cx, plan, &[TRIPLE])? })
    }

    fn emulator(&self) -> PathBuf {
        self.product.join(EMULATOR)
    }

    fn loader(&self) -> PathBuf {
        self.target_dir().join(TRIPLE).join("debug/machorun")
    }

    /// Apart from what is made for this machine: other flags would make cargo compile that again.
    fn target_dir(&self) -> PathBuf {
        self.cx.paths.cache.join("target-arm64")
    }

    fn build(&self) -> Result<()> {
        let target_dir = self.target_dir();
        let target_dir = target_dir.to_str().context("the cache is in a folder whose name is not UTF-8")?;
        let mut args = vec!["build", "--locked", "--quiet", "--package", "machorun", "--target", TRIPLE];
        args.extend(["--target-dir", target_dir]);
        args.extend(self.library.flags());
        let mut env = self.library.environment();
        env.extend([
            ("XTASK_LLVM".to_owned(), self.llvm.clone().into()),
            ("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER".to_owned(), self.product.join("linker").into()),
            ("CARGO_ENCODED_RUSTFLAGS".to_owned(), flags(&self.product)),
        ]);
        let env: Vec<(&str, OsString)> = env.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        Check { purpose: "building the loader for arm64", args: &args, env: &env, dir: &self.cx.paths.repo }.run()
    }
}

/// Makes all that programs for arm64 need here, with the toolchain of a plan.
///
/// # Errors
/// When a package can't be had, or the loader doesn't compile.
pub fn make(cx: &Context, plan: &Plan) -> Result<Emulation> {
    let cross = Cross::new(cx, plan)?;
    cross.build()?;
    Ok(Emulation { emulator: cross.emulator(), loader: cross.loader() })
}

/// What a program that is run needs to read of it.
pub fn folders(emulation: &Emulation) -> [PathBuf; 2] {
    let product = emulation.emulator.parent().unwrap_or(&emulation.emulator);
    [product.to_owned(), emulation.loader.clone()]
}

/// The program names its own interpreter and where its libraries are: an emulator that is told of another root redirects the
/// paths of the program under test, too.
fn flags(product: &Path) -> OsString {
    let sysroot = product.join("sysroot");
    let sysroot = sysroot.display();
    let flags = [
        format!("-Clink-arg=-Wl,--dynamic-linker={sysroot}/lib/ld-linux-aarch64.so.1"),
        // The older kind of path, which also counts for what is opened later, and for what that needs.
        "-Clink-arg=-Wl,--disable-new-dtags".to_owned(),
        format!("-Clink-arg=-Wl,-rpath,{sysroot}/lib/aarch64-linux-gnu:{sysroot}/usr/lib/aarch64-linux-gnu"),
    ];
    flags.join("\x1f").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packages_are_for_their_processors() {
        let mac = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Mac"));
        let Pinned { emulator, libraries } = Pinned::read(mac).unwrap();
        assert!(emulator.iter().all(|package| package.pool.ends_with("_amd64.deb")));
        assert!(libraries.iter().all(|package| package.pool.ends_with("_arm64.deb")));
        let names: Vec<&str> = libraries.iter().map(|package| package.name.as_str()).collect();
        for name in ["libc6", "libedit2", "zlib1g", "libbz2-1.0"] {
            assert!(names.contains(&name), "{name}");
        }
    }

    #[test]
    fn the_other_emulators_of_the_package_are_not_kept() {
        let mac = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Mac"));
        let step = Pinned::read(mac).unwrap().step();
        let into = step.ops.iter().filter_map(|op| match op {
            Op::DebianPackages { packages, into, .. } => Some((packages.len(), into.as_str())),
            _ => None,
        });
        let into: Vec<_> = into.collect();
        assert!(matches!(into.as_slice(), [(1, "@work@/emulator"), (2.., "@out@/sysroot")]), "{into:?}");
    }
}
