//! What may be chosen about a release: the options that `plan`, `build` and the verbs after them share.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use clap::Args;

use release::arch::Arch;
use release::context::Context;
use release::exec::find;
use release::given::{Checkout, GivenDocs, GivenSdk, TclTk};
use release::hint::WithHint as _;
use release::plan::{Choices, Docs, Plan};
use release::recipe::{Pyc, Recipes, known_releases, newest_built};
use release::version::PythonVersion;

/// See the module's text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "What is built")]
pub struct Options {
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

    /// Include the documentation: `sphinx` makes it (a few minutes, needs the Python package index), or a prebuilt
    /// archive such as python-3.13.5-docs-html.tar.bz2.
    #[arg(long, value_name = "HOW", conflicts_with = "no_docs")]
    docs: Option<PathBuf>,

    /// Leave out the documentation [default, and always said].
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

/// What is taken for proof that a source is the right one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Args)]
pub struct Trust {
    /// Take sources of which nobody published a SHA-256 on their MD5, which can be forged; plan and receipt name them.
    #[arg(long)]
    accept_md5: bool,
}

impl Options {
    /// No choices, but what is taken for proof.
    pub fn trusting(trust: Trust) -> Self {
        Self { trust, ..Self::default() }
    }

    /// The plan of a version with these options, on this machine. Without a version, that of `--source-dir`.
    ///
    /// # Errors
    /// When there is no such release, or a choice can't be had here.
    pub fn plan(&self, cx: &Context, version: Option<PythonVersion>) -> Result<Plan> {
        Ok(self.plan_and_recipes(cx, version)?.0)
    }

    /// As [`Options::plan`], with the data that the plan was made from, as the choices and this machine make them.
    ///
    /// # Errors
    /// As [`Options::plan`].
    pub fn plan_and_recipes(&self, cx: &Context, version: Option<PythonVersion>) -> Result<(Plan, Recipes)> {
        let mac = cx.paths.mac();
        let mut choices = self.choices()?;
        let version = match (version, &choices.checkout) {
            (Some(version), _) => version,
            (None, Some(checkout)) => nearest(checkout.python, &known_releases(&mac)?)?,
            (None, None) => return Err(anyhow!("no version is named")).hint("name one, such as 3.13.5"),
        };
        let recipes = Recipes::load(&mac, version)?;
        choices.pyc = self.keep_pyc.unwrap_or(recipes.release.bytecode);
        let host = release::host::detect()?;
        let plan = Plan::new(&recipes, &release::host::toolchain_data(&mac)?, &host, &choices)?;
        Ok((plan, choices.apply(&recipes, &host)?))
    }

    /// As [`Options::plan`], but with neither a version nor a checkout, that of the newest release that was built.
    ///
    /// # Errors
    /// As [`Options::plan`].
    pub fn plan_or_newest(&self, cx: &Context, version: Option<PythonVersion>) -> Result<Plan> {
        let version = match version {
            None if self.source_dir.is_none() => Some(newest_built(&cx.paths.mac())?),
            named => named,
        };
        self.plan(cx, version)
    }

    fn choices(&self) -> Result<Choices> {
        Ok(Choices {
            source_date: source_date_epoch()?,
            variant: self.variant.clone(),
            archs: self.archs.clone(),
            thin: self.thin,
            no_tests: self.no_tests,
            docs: match self.docs.as_deref().filter(|_| !self.no_docs) {
                None => Docs::None,
                Some(how) if how == Path::new("sphinx") => Docs::Sphinx,
                Some(file) => Docs::Archive(GivenDocs::open(file)?),
            },
            checkout: self.source_dir.as_deref().map(Checkout::open).transpose()?,
            sdk: self.sdk.as_deref().map(GivenSdk::open).transpose()?,
            tcltk: self.tcltk.as_deref().map(TclTk::open).transpose()?,
            pgo: self.pgo,
            lto: self.lto,
            no_sqlite_extensions: self.no_sqlite_extensions,
            pyc: Pyc::default(),
            accept_md5: self.trust.accept_md5,
            launcher: self.launcher.as_deref().map(find).transpose()?,
        })
    }
}

/// The release whose data fits a checkout: the same one, else the last before it of the same `3.13`, else the first after.
fn nearest(python: PythonVersion, known: &[PythonVersion]) -> Result<PythonVersion> {
    let same = known.iter().copied().filter(|release| release.short() == python.short());
    let (before, after): (Vec<_>, Vec<_>) = same.partition(|release| *release <= python);
    let nearest = before.last().or(after.first()).copied();
    let known: Vec<String> = known.iter().map(ToString::to_string).collect();
    nearest
        .with_context(|| format!("there is no release of Python {} to take recipes from", python.short()))
        .hint(format!("known releases: {}", known.join(", ")))
}

/// When what is made is said to be made, if the user says so: <https://reproducible-builds.org/specs/source-date-epoch/>.
///
/// # Errors
/// When it is no number.
pub fn source_date_epoch() -> Result<Option<u32>> {
    let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH") else { return Ok(None) };
    let text = text.to_string_lossy();
    let seconds =
        text.parse().with_context(|| format!("SOURCE_DATE_EPOCH is `{text}`, expected seconds since 1970"))?;
    Ok(Some(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a bill of materials names must be what was built: cross builds of old releases have libraries of their own.
    #[test]
    #[cfg(target_os = "linux")]
    fn data_beside_a_plan_are_what_it_was_made_from() {
        let dist = tempfile::tempdir().unwrap();
        let options = Options { archs: vec![Arch::X86_64], ..Options::default() };
        let cx = Context::new(Some(dist.path().join("cache")), Some(dist.path().to_owned()), true, Some(1)).unwrap();
        let (plan, recipes) = options.plan_and_recipes(&cx, Some("3.3.0".parse().unwrap())).unwrap();
        let files = plan.sources().into_iter().map(|source| source.file.as_str()).collect::<Vec<_>>();
        assert!(recipes.libraries.iter().all(|library| files.contains(&library.source.file.as_str())), "{files:?}");
    }

    #[test]
    fn a_checkout_takes_the_nearest_release() {
        let version = |text: &str| text.parse::<PythonVersion>().unwrap();
        let known = ["3.13.5", "3.13.9", "3.14.2"].map(version);
        let nearest = |text: &str| nearest(version(text), &known).map(|found| found.to_string());
        assert_eq!(nearest("3.13.5").unwrap(), "3.13.5");
        assert_eq!(nearest("3.13.8").unwrap(), "3.13.5");
        assert_eq!(nearest("3.13.11").unwrap(), "3.13.9");
        assert_eq!(nearest("3.14.0").unwrap(), "3.14.2");
        let text = release::hint::render(&nearest("3.15.0").unwrap_err());
        assert!(text.contains("no release of Python 3.15") && text.contains("known releases: 3.13.5"), "{text}");
    }
}
