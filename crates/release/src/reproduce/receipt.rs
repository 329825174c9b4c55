//! What is read of a receipt. It is somebody else's file: nothing in it is done, it is only compared.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use macho::Arch;
use serde::Deserialize;
use serde_json::Value;

use crate::digest::Sha256;
use crate::hint::{Unusable, WithHint as _};
use crate::package::Ownership;
use crate::plan::{BuildOptions, Docs};
use crate::recipe::Pyc;
use crate::version::PythonVersion;

/// What was made, of what, by what.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Receipt {
    pub package: Package,
    pub options: Options,
    pub inputs: Inputs,
    pub tools: Tools,
    /// Keys of steps, by name.
    pub steps: BTreeMap<String, Sha256>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Package {
    pub file: String,
    pub sha256: Sha256,
    #[serde(default)]
    pub signed_by: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Options {
    pub python: PythonVersion,
    pub source_date: u32,
    pub ownership: Ownership,
    pub build: Build,
}

/// As `evidence` writes them. One that is not known here can't be had here.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Build {
    accept_md5: bool,
    archs: Vec<Arch>,
    bytecode: Option<Pyc>,
    checkout: Option<Value>,
    documentation: Option<Value>,
    free_threaded: Option<bool>,
    /// It changes no bytes.
    #[serde(rename = "launcher")]
    _launcher: bool,
    lto: bool,
    no_sqlite_extensions: bool,
    no_tests: bool,
    no_tk: bool,
    pgo: bool,
    tcltk: Option<Value>,
    thin: Option<Arch>,
    variant: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Inputs {
    pub sources: Vec<Source>,
    pub installer_assets: BTreeMap<String, Sha256>,
}

#[derive(Debug, Deserialize)]
pub struct Source {
    pub file: String,
    pub sha256: Option<Sha256>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Tools {
    pub release_tool: String,
    pub toolchain: Value,
}

impl Receipt {
    /// Reads one.
    ///
    /// # Errors
    /// When it can't be read, or is none.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs_err::read(path).hint("--receipt FILE names the receipt that was published with the package")?;
        serde_json::from_slice(&text)
            .with_context(|| Unusable(format!("{} is no receipt of this tool's", path.display())))
    }

    /// What was asked of the build.
    ///
    /// # Errors
    /// When that was something of the user's own, which is not here.
    pub fn options(&self) -> Result<(PythonVersion, BuildOptions)> {
        let Options { python, source_date, build, .. } = &self.options;
        let docs = match &build.documentation {
            None => Docs::None,
            Some(value) if value == "sphinx" => Docs::Sphinx,
            Some(_) => return Err(own("--docs FILE")),
        };
        if build.checkout.is_some() {
            return Err(own("--source-dir"));
        }
        if build.tcltk.is_some() {
            return Err(own("--tcltk"));
        }
        if self.tools.toolchain.get("sdk").is_some_and(|sdk| !sdk.is_null()) {
            return Err(own("--sdk"));
        }
        let options = BuildOptions {
            source_date: Some(*source_date),
            variant: build.variant.clone(),
            archs: build.archs.clone(),
            thin: build.thin,
            no_tests: build.no_tests,
            no_tk: build.no_tk,
            docs,
            free_threaded: build.free_threaded,
            pgo: build.pgo,
            lto: build.lto,
            no_sqlite_extensions: build.no_sqlite_extensions,
            pyc: build.bytecode,
            accept_md5: build.accept_md5,
            ..BuildOptions::default()
        };
        Ok((*python, options))
    }
}

fn own(option: &str) -> anyhow::Error {
    let what = format!("the package was made with {option}, of what only its maker has");
    crate::hint::hinted(
        anyhow!(Unusable(what)),
        format!("build it with the same {option}, and compare with `cargo xtask diff`"),
    )
}

/// The receipt that is published beside a package.
pub fn path_beside(package: &Path) -> PathBuf {
    let mut name = package.as_os_str().to_owned();
    name.push(".receipt.json");
    PathBuf::from(name)
}
