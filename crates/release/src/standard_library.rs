//! Rust's standard library for other targets than this machine: the compiler's own where it is installed, otherwise compiled
//! from its sources.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};

use crate::build::{self, OnFailure};
use crate::context::Context;
use crate::exec::{Needs, cmd, read, shell_for};
use crate::fetch::{self, Supply};
use crate::hint::WithHint as _;
use crate::plan::{Op, Plan, Step};
use crate::recipe::{LockedPackage, read_toml};
use crate::toolchain::lock;

/// Where it comes from.
#[derive(Debug, PartialEq, Eq)]
pub enum StandardLibrary {
    /// The compiler has it.
    Installed,
    /// cargo compiles it from this folder, `library` of Rust's sources.
    Sources(PathBuf),
}

impl StandardLibrary {
    /// Finds it for all of these targets, or fetches its sources.
    ///
    /// # Errors
    /// When there are none for this compiler, or they can't be fetched or unpacked.
    pub fn find(cx: &Context, plan: &Plan, triples: &[&str]) -> Result<Self> {
        let sh = shell_for(Needs::Cargo, &cx.paths.repo)?;
        let installed = |triple: &&str| {
            let folder = read(cmd!(sh, "rustc --print target-libdir --target {triple}"))?;
            anyhow::Ok(Path::new(&folder).is_dir())
        };
        if triples.iter().map(installed).collect::<Result<Vec<_>>>()?.into_iter().all(|there| there) {
            return Ok(Self::Installed);
        }
        let install = format!("run `rustup target add {}`", triples.join(" "));
        let version = release(&read(cmd!(sh, "rustc -vV"))?)?;
        let known: BTreeMap<String, LockedPackage> = read_toml(&cx.paths.mac().join("tool/rust-src.toml"))?;
        let package = known
            .get(&version)
            .with_context(|| {
                format!(
                    "rustc {version} has no standard library for {}, and Mac/tool/rust-src.toml no sources of one",
                    triples.join(" and ")
                )
            })
            .hint(install.clone())?;
        if !lock::download(cx, "the sources of Rust's standard library", &[package])?.is_empty() {
            return Err(anyhow!("no mirror of this machine's has {}", package.pool)).hint(install);
        }
        let plan = plan.with(vec![step(package)], &build::executor())?;
        let folder = build::step(cx, &plan, &fetch::all(cx, &[], &Supply::default())?, STEP, OnFailure::Stop)?;
        Ok(Self::Sources(folder.join(format!("usr/src/rustc-{version}/library"))))
    }

    /// Flags for cargo.
    pub fn flags(&self) -> &'static [&'static str] {
        match self {
            Self::Installed => &[],
            Self::Sources(_) => &["-Zbuild-std=std"],
        }
    }

    /// Variables for cargo. That a compiler of the stable channel compiles its standard library is no promise of Rust's: these
    /// are what its own tests use.
    pub fn environment(&self) -> Vec<(String, OsString)> {
        match self {
            Self::Installed => vec![],
            Self::Sources(library) => vec![
                ("RUSTC_BOOTSTRAP".to_owned(), "1".into()),
                ("__CARGO_TESTS_ONLY_SRC_ROOT".to_owned(), library.clone().into()),
            ],
        }
    }
}

/// The version in what `rustc -vV` prints.
fn release(text: &str) -> Result<String> {
    let version = text.lines().find_map(|line| line.strip_prefix("release: "));
    Ok(version.context("`rustc -vV` does not say which release it is")?.to_owned())
}

/// The step's name.
const STEP: &str = "rust-src";

/// Unpacks the sources.
fn step(package: &LockedPackage) -> Step {
    let packages = vec![package.name.clone()];
    Step {
        name: STEP.into(),
        title: "unpack the sources of Rust's standard library".into(),
        needs: vec![],
        env: BTreeMap::new(),
        ops: vec![Op::DebianPackages { packages, locked: vec![package.clone()], into: "@out@".into() }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiler_says_its_version() {
        let text = "rustc 1.95.0 (59807616e 2026-04-14)\nbinary: rustc\nrelease: 1.95.0\nLLVM version: 22.1.2";
        assert_eq!(release(text).unwrap(), "1.95.0");
        assert!(release("rustc 1.95.0").is_err());
    }

    #[test]
    fn sources_are_in_the_pool_under_their_versions() {
        let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Mac/tool/rust-src.toml"));
        let known: BTreeMap<String, LockedPackage> = read_toml(file).unwrap();
        for (version, package) in known {
            let LockedPackage { name, version: debian, pool, .. } = package;
            assert!(debian.starts_with(&format!("{version}+dfsg")), "{version}: {debian}");
            assert_eq!(pool, format!("pool/main/r/rustc/{name}_{debian}_all.deb"));
        }
    }
}
