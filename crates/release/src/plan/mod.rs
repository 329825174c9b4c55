//! The plan: everything that will be done, as a value. Making one reads nothing and runs nothing, so snapshots of
//! plans test on Linux what only runs on a Mac.

mod apple;
mod cross;
mod docs;
mod given;
mod host;
mod keys;
mod layout;
mod libraries;
mod linking;
mod options;
mod python;
mod render;
mod slices;
mod stage;
mod step;
mod toolchain;

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;

use crate::digest::Sha256;
use crate::framework::Framework;
use crate::recipe::{LeftOut, Library, Offer, Pin, Recipes, Source};
use crate::version::{DeploymentTarget, PythonVersion};
use macho::Arch;

use apple::Apple;
use cross::{COCOA, Cross};
use toolchain::Toolchain;

pub use docs::{DOCS, PYTHON3_PATH};
pub use host::{Host, ToolchainData};
pub use keys::{Executor, keys};
pub use libraries::LICENSES;
pub use options::{BuildOptions, Docs};
pub use render::render;
pub use stage::{STACK_SIZE, STAGE};
pub use step::{Given, Layer, Op, Step};

/// What one release takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// What is built.
    pub python: PythonVersion,
    /// How file names call what is made: `macos11`, or `macosx10.9-x86_64` for a part of a variant.
    pub variant: String,
    /// What the user asked for.
    pub options: BuildOptions,
    /// The machine that builds.
    pub host: Host,
    /// Slices of every binary in the root, with the oldest macOS of each.
    pub archs: BTreeMap<Arch, DeploymentTarget>,
    /// Slices of the variant that this host can't make.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub slices_left_out: Vec<Arch>,
    /// The frameworks in the root.
    pub frameworks: Vec<Framework>,
    /// The date of every file: seconds since 1970.
    pub source_date: u32,
    /// Steps, each after all that it needs.
    pub steps: Vec<Step>,
    /// The digest of everything that decides a step's product, by the step's name.
    pub keys: BTreeMap<String, Sha256>,
    /// Libraries that are built for it.
    pub libraries: Vec<Included>,
    /// Whether it takes over `Versions/Current`.
    pub current: bool,
    /// How its installer differs from what all offer.
    #[serde(skip_serializing_if = "Offer::is_usual")]
    pub offer: Offer,
    /// Modules that the result must have.
    pub expected_modules: Vec<String>,
    /// What python.org's installer has and this one has not.
    pub left_out: Vec<LeftOut>,
}

/// A library that is part of the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Included {
    /// Its recipe's name.
    pub name: String,
    /// Upstream's version.
    pub version: String,
}

impl Included {
    fn of(library: &Library) -> Self {
        Self { name: library.name.clone(), version: library.version.clone() }
    }
}

impl Plan {
    /// Plans a release on a host. Pure.
    ///
    /// # Errors
    /// When the data contradicts itself, or the host can't build what is asked for.
    pub fn new(recipes: &Recipes, data: &ToolchainData, host: &Host, options: &BuildOptions) -> Result<Self> {
        let data_of_release = &recipes.release;
        let recipes = &options.apply(recipes, host)?;
        let release = &recipes.release;
        let options = &BuildOptions { pyc: Some(options.pyc.unwrap_or(release.bytecode)), ..options.clone() };
        let source_date = match options.source_date {
            Some(date) => date,
            None => recipes.source_date()?,
        };
        let toolchain = choose(data, host, recipes, options, source_date);
        let mut steps = toolchain.steps();
        steps.extend(libraries::steps(recipes, toolchain.as_ref()));
        steps.extend(options.tcltk.as_ref().map(given::tcltk));
        steps.extend(python::steps(recipes, toolchain.as_ref(), options, &data.patches));
        steps.extend(docs::step(recipes, options, source_date));
        steps.push(stage::step(recipes, toolchain.as_ref(), options));
        let keys = keys(&steps, &data.executor)?;
        let archs = release.variant.archs.iter().filter(|arch| options.thin.is_none_or(|thin| thin == **arch));
        let archs: Vec<_> = archs.map(|arch| (*arch, release.variant.minimum_of(*arch))).collect();
        let whole = data_of_release.variants().find(|variant| variant.name == release.variant.name);
        let whole = whole.unwrap_or(&release.variant);
        let not_made = whole.archs.iter().filter(|arch| !release.variant.archs.contains(arch));
        let slices_left_out = not_made.copied().filter(|_| options.archs.is_empty()).collect();
        Ok(Self {
            python: release.python,
            variant: slices::name(whole, &archs),
            options: options.clone(),
            host: host.clone(),
            archs: archs.into_iter().collect(),
            slices_left_out,
            frameworks: release.frameworks(),
            source_date,
            steps,
            keys,
            libraries: recipes.libraries.iter().map(Included::of).collect(),
            current: release.current,
            offer: release.offer.clone(),
            expected_modules: release.modules.expected.clone(),
            left_out: release.modules.left_out.clone(),
        })
    }

    /// Other steps in its place: for what is made beside the release, by its toolchain.
    ///
    /// # Errors
    /// When a step needs one that is not before it.
    pub fn with(&self, steps: Vec<Step>, executor: &Executor) -> Result<Self> {
        Ok(Self { keys: keys(&steps, executor)?, steps, ..self.clone() })
    }

    /// Every source that some step reads, once each.
    pub fn sources(&self) -> Vec<&Source> {
        self.sources_of(|_| true)
    }

    /// Every source that some of the steps read, once each.
    pub fn sources_of(&self, is_meant: impl Fn(&str) -> bool) -> Vec<&Source> {
        let mut sources: BTreeMap<Pin, &Source> = BTreeMap::new();
        for op in self.steps.iter().filter(|step| is_meant(&step.name)).flat_map(|step| &step.ops) {
            sources.extend(op.source().map(|source| (source.pin, source)));
        }
        let mut sources: Vec<&Source> = sources.into_values().collect();
        sources.sort_by_key(|source| &source.file);
        sources
    }

    /// A step, by its name.
    pub fn step(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.name == name)
    }

    /// In a line, what is made where this host can't make all slices of the variant.
    pub fn in_short(&self) -> Option<String> {
        let made: Vec<Arch> = self.archs.keys().copied().collect();
        slices::in_short(&self.product_name(), &made, &self.slices_left_out)
    }

    /// A step's folder name: its name and the start of its key.
    pub fn folder(&self, step: &str) -> String {
        let key = self.keys.get(step).map(Sha256::short).unwrap_or_default();
        format!("{step}-{key}")
    }

    /// The step whose SDK has stubs of all that is linked.
    pub fn sdk_step(&self) -> &'static str {
        if self.steps.iter().any(|step| step.name == COCOA) { COCOA } else { "sdk" }
    }

    /// The file name of the product, without its ending.
    pub fn product_name(&self) -> String {
        format!("python-{}-{}", self.python, self.variant)
    }
}

/// The toolchain of a host.
fn choose(
    data: &ToolchainData,
    host: &Host,
    recipes: &Recipes,
    options: &BuildOptions,
    source_date: u32,
) -> Box<dyn Toolchain> {
    match host {
        Host::Mac { tools } => Box::new(Apple::new(tools, &recipes.release, options.sdk.clone(), source_date)),
        Host::Linux { triple } => Box::new(Cross::new(data, triple, recipes, options, source_date)),
    }
}

#[cfg(test)]
mod tests;

/// The plan of a release on Linux, for tests of what carries plans out.
#[cfg(test)]
pub use tests::test_plan;
