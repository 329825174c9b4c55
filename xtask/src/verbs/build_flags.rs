//! What is built: the flags that `plan`, `build` and the verbs after them share.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, ValueEnum};

use macho::Arch;
use release::exec::find;
use release::given::{Checkout, GivenDocs, GivenSdk, TclTk};
use release::plan::{BuildOptions, Docs};
use release::recipe::Pyc;

use super::source_date::source_date_epoch;
use super::trust::Trust;

/// See the module's text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "What is built")]
pub struct BuildFlags {
    /// Which of a release's installers, such as macosx10.5 [default: the usual one].
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,

    /// Build for these architectures only, such as x86_64 [default: those of the release].
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    archs: Vec<Arch>,

    /// Build all architectures, but stage this one only.
    #[arg(long, value_name = "ARCH")]
    thin: Option<Arch>,

    /// Leave out Python's test suite and the modules that only it needs: 60 % of the files.
    #[arg(long)]
    no_tests: bool,

    /// Where the documentation comes from: `sphinx` makes it of Python's sources [default, but for a checkout, which has none],
    /// or a prebuilt archive such as python-3.13.5-docs-html.tar.bz2.
    #[arg(long, value_name = "HOW", conflicts_with = "no_docs")]
    docs: Option<PathBuf>,

    /// Leave out the documentation.
    #[arg(long)]
    no_docs: bool,

    /// Build these sources of CPython, a developer's checkout; they are copied and never written.
    #[arg(long, value_name = "DIR")]
    source_dir: Option<PathBuf>,

    /// Compile against this SDK of Apple's instead of the open one; its licence is for you to judge.
    #[arg(long, value_name = "PATH")]
    sdk: Option<PathBuf>,

    /// Prebuilt universal Tcl and Tk (include/, lib/) for _tkinter and IDLE.
    #[arg(long, value_name = "DIR")]
    tcltk: Option<PathBuf>,

    /// Make no Tcl and Tk, and so neither _tkinter nor IDLE (with the open SDK only).
    #[arg(long)]
    no_tk: bool,

    /// Make this part, too: PythonT, the free-threaded framework, for a checkout [releases have it].
    #[arg(long, value_name = "PART", value_enum)]
    with: Option<Part>,

    /// Leave this part out: PythonT takes as long to build as Python itself.
    #[arg(long, value_name = "PART", value_enum, conflicts_with = "with")]
    without: Option<Part>,

    /// Optimise with a profile of the new interpreter's own runs (on a Mac only).
    #[arg(long)]
    pgo: bool,

    /// Optimise while linking (on a Mac only).
    #[arg(long)]
    lto: bool,

    /// Make an sqlite3 that can't load extensions.
    #[arg(long)]
    no_sqlite_extensions: bool,

    /// Ship compiled bytecode or not, whatever the release's data say.
    #[arg(long, value_name = "KIND", value_enum)]
    keep_pyc: Option<Pyc>,

    #[command(flatten)]
    trust: Trust,

    /// Start compilers with this program: ccache, sccache or distcc. It reads its own variables (CCACHE_DIR, ...).
    #[arg(long, value_name = "PROGRAM")]
    launcher: Option<String>,
}

/// A part that one may ask for, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The free-threaded framework.
    #[value(name = "PythonT")]
    PythonT,
}

impl BuildFlags {
    /// No options, but what is taken for proof.
    pub fn trusting(trust: Trust) -> Self {
        Self { trust, ..Self::default() }
    }

    /// What they ask for, with the files and folders they name opened.
    ///
    /// # Errors
    /// When one of those is not what it should be.
    pub fn options(&self) -> Result<BuildOptions> {
        Ok(BuildOptions {
            source_date: source_date_epoch()?,
            variant: self.variant.clone(),
            archs: self.archs.clone(),
            thin: self.thin,
            no_tests: self.no_tests,
            docs: match self.docs.as_deref() {
                // Who changes CPython builds often, and Sphinx takes minutes.
                None if self.no_docs || self.source_dir.is_some() => Docs::None,
                None => Docs::Sphinx,
                Some(how) if how == Path::new("sphinx") => Docs::Sphinx,
                Some(file) => Docs::Archive(GivenDocs::open(file)?),
            },
            checkout: self.source_dir.as_deref().map(Checkout::open).transpose()?,
            sdk: self.sdk.as_deref().map(GivenSdk::open).transpose()?,
            tcltk: self.tcltk.as_deref().map(TclTk::open).transpose()?,
            no_tk: self.no_tk,
            free_threaded: match (self.with, self.without) {
                (Some(Part::PythonT), _) => Some(true),
                (_, Some(Part::PythonT)) => Some(false),
                (None, None) => None,
            },
            pgo: self.pgo,
            lto: self.lto,
            no_sqlite_extensions: self.no_sqlite_extensions,
            pyc: self.keep_pyc,
            accept_md5: self.trust.accept_md5,
            launcher: self.launcher.as_deref().map(find).transpose()?,
        })
    }
}
