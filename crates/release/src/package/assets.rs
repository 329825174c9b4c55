//! `installer-assets/product.toml`: what the installer offers, as types.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use crate::recipe::Offer;

/// Who owns what is installed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Ownership {
    /// As python.org's installer leaves it: administrators may write.
    #[default]
    Parity,
    /// Only root may write.
    Hardened,
}

/// The product.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ProductAssets {
    /// The window's title.
    pub title: String,
    /// Of the product.
    pub identifier: String,
    /// Python's own licence, an SPDX expression.
    pub license: String,
    /// Where the files of a published release are: the address before a file's name.
    pub download: String,
    /// Only the volume that macOS runs from.
    pub root_volume_only: bool,
    /// The picture behind the window's pages.
    pub background: String,
    /// The same in dark mode.
    pub background_dark: String,
    /// Pages, by their file in `resources/`; `License.txt` is Python's own.
    pub welcome: String,
    /// See `welcome`.
    pub readme: String,
    /// See `welcome`.
    #[serde(rename = "license-page")]
    pub license_page: String,
    /// See `welcome`.
    pub conclusion: String,
    /// Samples of choices for unattended installs: the components that each selects, by their files.
    pub samples: BTreeMap<String, Vec<String>>,
    /// What the user is told when the installer lacks something, by the name that a plan has for it; nothing where another sentence says
    /// it already.
    pub lacking: BTreeMap<String, String>,
    /// The names that scripts use, and what they stand for.
    pub scripts: BTreeMap<String, String>,
    /// Owners and modes, as python.org's installer has them.
    pub permissions: Permissions,
    /// Owners and modes with `--hardened-perms`.
    pub hardened_permissions: Permissions,
    /// In the order in which they are offered.
    pub component: Vec<ComponentAssets>,
}

impl ProductAssets {
    /// What a release offers of it.
    ///
    /// # Errors
    /// When the release names components that there are not.
    pub fn offered(mut self, offer: &Offer) -> Result<Self> {
        let known = |file: &&String| self.component.iter().any(|component| component.file == **file);
        let unknown: Vec<&str> =
            offer.without.iter().chain(&offer.unselected).filter(|file| !known(file)).map(String::as_str).collect();
        ensure!(unknown.is_empty(), "[offer] names {}, which product.toml has not", unknown.join(", "));
        self.component.retain(|component| !offer.without.contains(&component.file));
        for component in &mut self.component {
            let choice = component.choice_of.as_ref().unwrap_or(&component.file);
            component.selected &= !offer.unselected.contains(choice);
            component.overwrite_permissions &= !offer.keeps_permissions;
        }
        self.samples.values_mut().for_each(|files| files.retain(|file| !offer.without.contains(file)));
        Ok(self)
    }

    /// The owners and modes of a policy.
    pub fn permissions(&self, ownership: Ownership) -> &Permissions {
        match ownership {
            Ownership::Parity => &self.permissions,
            Ownership::Hardened => &self.hardened_permissions,
        }
    }
}

/// Who owns what is installed, and who may write there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Permissions {
    /// The rules, in `installer-assets/`.
    pub ownership: String,
    /// What the scripts keep from the modes of files they make: `002`.
    pub umask: String,
}

/// One component, and the choice that offers it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ComponentAssets {
    /// Its name in the archive.
    pub file: String,
    /// Of the receipt, and of the choice.
    pub identifier: String,
    /// It has no choice of its own: it comes with this component, by its file, which stands before it.
    pub choice_of: Option<String>,
    /// Of the choice.
    pub title: String,
    /// Of the choice.
    pub description: String,
    /// The part of the staged root that it holds; a component of scripts alone has none.
    pub root: Option<String>,
    /// Only the links of `root` that lead into this component, by its file. A link belongs to the component that owns
    /// its target, so that no choice can leave a link to nothing.
    pub links_to: Option<String>,
    /// Where it goes.
    pub location: String,
    /// Can't be left out.
    #[serde(default)]
    pub required: bool,
    /// Whether it is chosen unless the user says otherwise.
    #[serde(default = "yes")]
    pub selected: bool,
    /// What to say when the staged root has no such part. Without it that is an error.
    pub absent: Option<Absent>,
    /// The staged root may have no such part: the plan says so where that is worth saying.
    #[serde(default)]
    pub optional: bool,
    /// Whether folders that are there already get the payload's owner and mode.
    #[serde(default = "yes")]
    pub overwrite_permissions: bool,
    /// The folder at `location` belongs to others too: uninstalling leaves it.
    #[serde(default)]
    pub shared: bool,
    /// Scripts by their names in the component (`postinstall`), from files of `installer-assets/`.
    #[serde(default)]
    pub scripts: BTreeMap<String, String>,
    /// Files of `installer-assets/` that the payload holds beside its part of the staged root.
    #[serde(default)]
    pub add: Vec<Addition>,
    /// Links that the scripts make, by path on the disk: uninstalling removes them.
    #[serde(default)]
    pub makes: Vec<String>,
}

/// A part of python.org's installer that may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absent {
    /// What is missing.
    pub name: String,
    /// Why.
    pub why: String,
}

/// A file that packaging adds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addition {
    /// Below `installer-assets/`.
    pub asset: String,
    /// Its path below `root`.
    pub path: String,
}

fn yes() -> bool {
    true
}
