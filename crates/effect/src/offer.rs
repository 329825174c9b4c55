//! What a package offers to install.

use std::collections::{BTreeMap, BTreeSet};

use super::{Digest, Stated};
use flatpkg::laydown::Attributes;
use flatpkg::tree::TreePath;
use oldpkg::bundle::Phase;

/// The parts that are installed, by [`OfferPart::id`].
pub type Selection = BTreeSet<String>;

/// A package as the Installer sees it.
#[derive(Debug, Clone, Default)]
pub struct Offer {
    /// In the order of installation.
    pub parts: Vec<OfferPart>,
    /// What the user may choose, in the order in which it is shown; those that install nothing hold others.
    pub choices: Vec<Choice>,
    /// What the Distribution states, and its pages. Other formats state less: nothing.
    pub stated: Option<Stated>,
    /// A folder that was laid down by somebody: it has no scripts, receipts, policies or choices to compare.
    pub is_folder: bool,
}

/// A check box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its name, for unattended installs.
    pub id: String,
    /// What it installs, by [`OfferPart::id`].
    pub parts: Vec<String>,
    /// Can't be left out.
    pub required: bool,
    /// Checked at first. Where a flat package says it by JavaScript, which is not run here, it counts as checked.
    pub selected: bool,
    /// What else a flat package states of it.
    pub stated: Stated,
}

/// What leaves one receipt.
#[derive(Debug, Clone)]
pub struct OfferPart {
    /// What selections call it: the identifier, with its place in the package after it where another part has that one too.
    pub id: String,
    /// Its place among the components or members of the package.
    pub index: usize,
    /// Name of the receipt.
    pub identifier: String,
    /// Version of the receipt.
    pub version: String,
    /// Where it goes, an absolute path.
    pub location: String,
    /// What it lays down, in the order of the archive; nothing for scripts alone, which leave no receipt.
    pub paths: Option<Vec<Laid>>,
    /// Its scripts.
    pub scripts: Vec<Script>,
    /// Files that lie beside the scripts, by path.
    pub companions: BTreeMap<String, Digest>,
    /// Directories that are there get the archive's owner and mode.
    pub overwrite_permissions: bool,
    /// Links to directories that are there stay.
    pub follow_links: bool,
    /// What else an upgrade depends on.
    pub policies: BTreeMap<Policy, String>,
    /// What else the `PackageInfo` states.
    pub stated: Option<Stated>,
}

/// What an upgrade, or the user's freedom, depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// Directories that are there get the archive's owner and mode.
    OverwritePermissions,
    /// It may be installed elsewhere: the user may choose, or Installer looks for copies of its bundles.
    Relocation,
    /// Bundles that are replaced as a whole, with what users put into them.
    ReplacedAsAWhole,
    /// Whose rights it takes.
    Authorization,
    /// What is asked for afterwards.
    Restart,
    /// Only the volume that the system runs from.
    RootVolumeOnly,
}

/// An entry of an archive, where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Laid {
    /// Below the root of the disk.
    pub path: TreePath,
    /// What it is.
    pub node: Node,
    /// Owner and mode.
    pub attributes: Attributes,
}

/// What lies at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A directory.
    Directory,
    /// A file.
    File {
        /// Bytes.
        size: u64,
        /// Of its contents.
        digest: Digest,
    },
    /// A symbolic link and its target.
    Symlink(Vec<u8>),
}

/// A script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its name in the package.
    pub name: String,
    /// When it runs.
    pub when: When,
    /// Of its text.
    pub digest: Digest,
}

/// When a script runs: at a phase of bundle packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct When(pub Phase);

impl When {
    /// Whether it runs, given whether there is a receipt already.
    pub(super) fn applies(self, upgrade: bool) -> bool {
        match self.0 {
            Phase::Preinstall | Phase::Postinstall => !upgrade,
            Phase::Preupgrade | Phase::Postupgrade => upgrade,
            Phase::Preflight | Phase::Postflight => true,
        }
    }

    /// Before or after the archives.
    pub(super) fn word(self) -> &'static str {
        if self.0 < Phase::Postinstall { "before" } else { "after" }
    }
}

impl Offer {
    /// What is installed unless the user says otherwise.
    #[must_use]
    pub fn initial(&self) -> Selection {
        let selected = self.choices.iter().filter(|choice| choice.selected || choice.required);
        selected.flat_map(|choice| choice.parts.iter().cloned()).collect()
    }

    /// What is installed with these answers, by the choices' names; other choices stay as they are. Names that are no
    /// choices come back.
    pub fn choose(&self, answers: &[(String, bool)]) -> (Selection, Vec<String>) {
        let answer = |choice: &Choice| answers.iter().rev().find(|(id, _)| *id == choice.id).map(|(_, answer)| *answer);
        let selected =
            self.choices.iter().filter(|choice| choice.required || answer(choice).unwrap_or(choice.selected));
        let selection = selected.flat_map(|choice| choice.parts.iter().cloned()).collect();
        let unknown = answers.iter().filter(|(id, _)| self.choices.iter().all(|choice| choice.id != *id));
        (selection, unknown.map(|(id, _)| id.clone()).collect())
    }
}
