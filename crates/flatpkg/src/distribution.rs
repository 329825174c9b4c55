//! `Distribution`: what the Installer shows and offers for a product.
//!
//! A product archive has one at its top. It names the components by `pkg-ref`, groups them into choices, arranges the
//! choices in an outline, and says what to show on each page. Which component a `pkg-ref` means, its content says
//! ([`References`]); its id only ties the elements of the document together.
//!
//! ```text
//! choices-outline ─ line ─ line …     the order and nesting on the "Custom Install" page
//!                     │ choice="id"
//! choice id="id" ─────┘               a check box: title, description, selected, enabled, visible
//!   └ pkg-ref id="org.example.a"      what it installs
//!            │
//! pkg-ref id="org.example.a" version installKBytes: #A.pkg      the directory in the archive, percent-encoded
//!            │
//! A.pkg/PackageInfo identifier="org.example.files"              the name of the receipt, often the same as the id
//! ```
//!
//! Names and layout were seen in `productbuild`'s output; [`Distribution::to_xml`] writes in its style. Reading takes
//! elements in any order and several times, as Apple's tools leave them, and passes over unknown ones. Attributes that may
//! be JavaScript (`selected`, `enabled`, `visible` and their `start_` forms) are text here: `true`, `false` or an expression.

mod choices;
mod references;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use choices::{App, Choice, Line, MustClose, Outline, PkgRef};
pub use references::{BadReference, References};

use crate::xml;
use macho::OsVersion;

/// The root elements that are a Distribution.
const ROOTS: [&str; 2] = ["installer-gui-script", "installer-script"];

/// The document. Fields are in the order they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distribution {
    /// Name of the root element: `installer-gui-script`, or `installer-script` in documents of the 10.5 days.
    #[serde(skip)]
    pub root: Root,
    /// `1` (what `productbuild` writes unless told otherwise) or `2` (10.6.6 and later).
    #[serde(rename = "@minSpecVersion", default)]
    pub min_spec_version: String,
    /// Name of the product on the window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Identifier and version of the product as a whole, for `installer` and device management.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<Product>,
    /// Options; Apple's documents may spread them over several elements.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Options>,
    /// Where it may be installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domains: Option<Domains>,
    /// Which volumes are fit.
    #[serde(rename = "volume-check", skip_serializing_if = "Option::is_none")]
    pub volume_check: Option<VolumeCheck>,
    /// Versions of macOS, outside of `volume-check`; read from older documents.
    #[serde(rename = "allowed-os-versions", skip_serializing_if = "Option::is_none")]
    pub allowed_os_versions: Option<AllowedOsVersions>,
    /// Picture behind the window in light mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<Background>,
    /// Picture behind the window in dark mode.
    #[serde(rename = "background-darkAqua", skip_serializing_if = "Option::is_none")]
    pub background_dark: Option<Background>,
    /// First page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub welcome: Vec<Page>,
    /// Second page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readme: Vec<Page>,
    /// The page one has to agree to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub license: Vec<Page>,
    /// Last page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conclusion: Vec<Page>,
    /// JavaScript.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub script: Vec<Script>,
    /// A function of the script, called before anything else.
    #[serde(rename = "installation-check", skip_serializing_if = "Option::is_none")]
    pub installation_check: Option<Check>,
    /// The outline of the choices.
    #[serde(rename = "choices-outline", skip_serializing_if = "Option::is_none")]
    pub choices_outline: Option<Outline>,
    /// The choices.
    #[serde(rename = "choice", default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// The components. Several elements may speak of one component; their attributes add up.
    #[serde(rename = "pkg-ref", default, skip_serializing_if = "Vec::is_empty")]
    pub pkg_refs: Vec<PkgRef>,
}

/// Name of the root element.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Root {
    /// `installer-gui-script`.
    #[default]
    Gui,
    /// `installer-script`.
    Script,
}

/// `<product>`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Identifier.
    #[serde(rename = "@id", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Version.
    #[serde(rename = "@version", skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// `<options>`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// Whether there is a "Customize" button.
    #[serde(rename = "@customize", skip_serializing_if = "Option::is_none")]
    pub customize: Option<Customize>,
    /// `false` spares the user the question whether the package may run a program.
    #[serde(rename = "@require-scripts", skip_serializing_if = "Option::is_none")]
    pub require_scripts: Option<bool>,
    /// CPU types with commas: `arm64,x86_64`. Without `arm64` the Installer runs scripts under Rosetta, and asks for it.
    #[serde(rename = "@hostArchitectures", skip_serializing_if = "Option::is_none")]
    pub host_architectures: Option<String>,
    /// Whether only the volume that the system runs from is fit.
    #[serde(rename = "@rootVolumeOnly", skip_serializing_if = "Option::is_none")]
    pub root_volume_only: Option<bool>,
    /// Whether the document's scripts may run programs.
    #[serde(rename = "@allow-external-scripts", skip_serializing_if = "Option::is_none")]
    pub allow_external_scripts: Option<String>,
}

/// `customize`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Customize {
    /// Never: everything selected is installed.
    Never,
    /// A button leads to the page.
    Allow,
    /// The page is always shown.
    Always,
}

/// `<domains>`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domains {
    /// Any volume.
    #[serde(rename = "@enable_anywhere", skip_serializing_if = "Option::is_none")]
    pub anywhere: Option<bool>,
    /// The user's home.
    #[serde(rename = "@enable_currentUserHome", skip_serializing_if = "Option::is_none")]
    pub current_user_home: Option<bool>,
    /// `/`.
    #[serde(rename = "@enable_localSystem", skip_serializing_if = "Option::is_none")]
    pub local_system: Option<bool>,
}

/// `<volume-check>`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeCheck {
    /// A call of a function in `<script>`.
    #[serde(rename = "@script", skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// Versions of macOS (10.6.6 and later understand it).
    #[serde(rename = "allowed-os-versions", skip_serializing_if = "Option::is_none")]
    pub allowed_os_versions: Option<AllowedOsVersions>,
}

/// `<allowed-os-versions>`: any of the ranges.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllowedOsVersions {
    /// The ranges.
    #[serde(rename = "os-version", default)]
    pub ranges: Vec<OsRange>,
}

/// `<os-version>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OsRange {
    /// The oldest.
    #[serde(rename = "@min")]
    pub min: OsVersion,
    /// The first one that is too new.
    #[serde(rename = "@before", skip_serializing_if = "Option::is_none")]
    pub before: Option<OsVersion>,
}

/// A picture in `Resources`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Background {
    /// Name of the file.
    #[serde(rename = "@file")]
    pub file: String,
    /// Its MIME type.
    #[serde(rename = "@mime-type", skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// Its uniform type identifier, instead of a MIME type.
    #[serde(rename = "@uti", skip_serializing_if = "Option::is_none")]
    pub uti: Option<String>,
    /// `center`, `left`, `bottomleft`, ….
    #[serde(rename = "@alignment", skip_serializing_if = "Option::is_none")]
    pub alignment: Option<String>,
    /// `tofit`, `none` or `proportional`.
    #[serde(rename = "@scaling", skip_serializing_if = "Option::is_none")]
    pub scaling: Option<String>,
}

/// A page's text in `Resources/<language>.lproj` or `Resources`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Name of the file.
    #[serde(rename = "@file")]
    pub file: String,
    /// Its MIME type: `text/rtf`, `text/html`, `text/plain`.
    #[serde(rename = "@mime-type", skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// Its uniform type identifier, instead of a MIME type.
    #[serde(rename = "@uti", skip_serializing_if = "Option::is_none")]
    pub uti: Option<String>,
}

/// `<script>`: JavaScript in the document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// The source text.
    #[serde(rename = "$text", default)]
    pub source: String,
}

/// `<installation-check>`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// A call of a function in `<script>`.
    #[serde(rename = "@script", skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
}

impl Distribution {
    /// A document of specification version 1 with a title and nothing else.
    #[must_use]
    pub fn new(title: &str) -> Self {
        Self { min_spec_version: "1".to_owned(), title: Some(title.to_owned()), ..Self::default() }
    }

    /// Reads the document.
    ///
    /// # Errors
    /// Not XML within our limits, another root element, a value of another type than it should have.
    pub fn parse(bytes: &[u8]) -> Result<Self, xml::XmlError> {
        let (root, distribution) = xml::from_str::<Self>(xml::text(bytes)?, &ROOTS)?;
        let root = if root == Root::Gui.name() { Root::Gui } else { Root::Script };
        Ok(Self { root, ..distribution })
    }

    /// The document as `productbuild` lays it out.
    ///
    /// # Errors
    /// Never for values that XML can hold.
    pub fn to_xml(&self) -> Result<String, xml::XmlError> {
        xml::to_string(self.root.name(), self)
    }

    /// The files in `Resources` that the document names, with the element that names them.
    pub fn resources(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let pages = [
            ("welcome", &self.welcome),
            ("readme", &self.readme),
            ("license", &self.license),
            ("conclusion", &self.conclusion),
        ];
        let backgrounds = [("background", &self.background), ("background-darkAqua", &self.background_dark)];
        let backgrounds =
            backgrounds.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?.file.as_str())));
        backgrounds
            .chain(pages.into_iter().flat_map(|(name, list)| list.iter().map(move |page| (name, page.file.as_str()))))
    }

    /// The oldest macOS that the document allows, if it says so.
    #[must_use]
    pub fn min_os(&self) -> Option<OsVersion> {
        let inside = self.volume_check.as_ref().and_then(|check| check.allowed_os_versions.as_ref());
        let all = inside.into_iter().chain(&self.allowed_os_versions);
        all.flat_map(|versions| &versions.ranges).map(|range| range.min).min()
    }
}

impl Root {
    /// The element's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gui => "installer-gui-script",
            Self::Script => "installer-script",
        }
    }
}
