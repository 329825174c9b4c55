//! `Distribution`: what the Installer shows and offers for a product.
//!
//! A product archive has one at its top. It names the components by `pkg-ref`, groups them into choices, arranges the
//! choices in an outline, and says what to show on each page:
//!
//! ```text
//! choices-outline ─ line ─ line …     the order and nesting on the "Custom Install" page
//!                     │ choice="id"
//! choice id="id" ─────┘               a check box: title, description, selected, enabled, visible
//!   └ pkg-ref id="org.example.a"      what it installs
//!            │
//! pkg-ref id="org.example.a" version installKBytes: #A.pkg      the directory in the archive, percent-encoded
//! ```
//!
//! Names and layout were seen in `productbuild`'s output; [`Distribution::to_xml`] writes in its style. Reading takes
//! elements in any order and several times, as Apple's tools leave them, and passes over unknown ones. Attributes that may
//! be JavaScript (`selected`, `enabled`, `visible` and their `start_` forms) are text here: `true`, `false` or an expression.

use serde::{Deserialize, Serialize};

use crate::os_version::OsVersion;
use crate::package_info::Bundles;
use crate::xml;

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

/// `<choices-outline>`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// The lines at the top.
    #[serde(rename = "line", default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Line>,
}

impl Outline {
    /// The choices of all lines, a line before those inside it.
    #[must_use]
    pub fn choices(&self) -> Vec<&str> {
        fn collect<'a>(lines: &'a [Line], choices: &mut Vec<&'a str>) {
            for line in lines {
                choices.push(&line.choice);
                collect(&line.lines, choices);
            }
        }
        let mut choices = Vec::new();
        collect(&self.lines, &mut choices);
        choices
    }
}

/// `<line>`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Id of the choice.
    #[serde(rename = "@choice")]
    pub choice: String,
    /// Lines below it.
    #[serde(rename = "line", default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Line>,
}

/// `<choice>`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Its name, for lines and scripts.
    #[serde(rename = "@id")]
    pub id: String,
    /// What the user reads, or a key of `Localizable.strings`.
    #[serde(rename = "@title", skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What the user reads below.
    #[serde(rename = "@description", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Version for people.
    #[serde(rename = "@versStr", skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Whether it is checked, evaluated again and again.
    #[serde(rename = "@selected", skip_serializing_if = "Option::is_none")]
    pub selected: Option<String>,
    /// Whether it can be clicked, evaluated again and again.
    #[serde(rename = "@enabled", skip_serializing_if = "Option::is_none")]
    pub enabled: Option<String>,
    /// Whether it is shown, evaluated again and again.
    #[serde(rename = "@visible", skip_serializing_if = "Option::is_none")]
    pub visible: Option<String>,
    /// Whether it is checked, evaluated once.
    #[serde(rename = "@start_selected", skip_serializing_if = "Option::is_none")]
    pub start_selected: Option<String>,
    /// Whether it can be clicked, evaluated once.
    #[serde(rename = "@start_enabled", skip_serializing_if = "Option::is_none")]
    pub start_enabled: Option<String>,
    /// Whether it is shown, evaluated once.
    #[serde(rename = "@start_visible", skip_serializing_if = "Option::is_none")]
    pub start_visible: Option<String>,
    /// Where it goes unless the user chooses another place.
    #[serde(rename = "@customLocation", skip_serializing_if = "Option::is_none")]
    pub custom_location: Option<String>,
    /// What it installs.
    #[serde(rename = "pkg-ref", default, skip_serializing_if = "Vec::is_empty")]
    pub pkg_refs: Vec<PkgRef>,
}

/// `<pkg-ref>`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PkgRef {
    /// Identifier of the component.
    #[serde(rename = "@id")]
    pub id: String,
    /// Version of the component.
    #[serde(rename = "@version", skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// `Root` or `None`; overrides the component's own.
    #[serde(rename = "@auth", skip_serializing_if = "Option::is_none")]
    pub auth: Option<String>,
    /// `none`, `RequireRestart`, `RequireLogout`, ….
    #[serde(rename = "@onConclusion", skip_serializing_if = "Option::is_none")]
    pub on_conclusion: Option<String>,
    /// KiB on disk.
    #[serde(rename = "@installKBytes", skip_serializing_if = "Option::is_none")]
    pub install_kbytes: Option<u64>,
    /// Bundles whose versions the user is told about.
    #[serde(rename = "bundle-version", skip_serializing_if = "Option::is_none")]
    pub bundle_version: Option<Bundles>,
    /// Programs that the user is asked to close.
    #[serde(rename = "must-close", skip_serializing_if = "Option::is_none")]
    pub must_close: Option<MustClose>,
    /// Where the component is: `#` and the percent-encoded name of a directory in the archive.
    #[serde(rename = "$text", default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

/// `<must-close>`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MustClose {
    /// The programs.
    #[serde(rename = "app", default, skip_serializing_if = "Vec::is_empty")]
    pub apps: Vec<App>,
}

/// `<app>`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// Bundle identifier.
    #[serde(rename = "@id")]
    pub id: String,
}

impl PkgRef {
    /// A reference that only names its component.
    #[must_use]
    pub fn to(id: &str) -> Self {
        Self { id: id.to_owned(), ..Self::default() }
    }

    /// The directory in the archive that `#…` points at, percent-decoded. Nothing for other forms of location, which are
    /// paths or URLs outside of the archive, and for bytes that are not UTF-8 afterwards.
    #[must_use]
    pub fn fragment(&self) -> Option<String> {
        percent_decode(self.location.as_deref()?.trim().strip_prefix('#')?)
    }

    /// The location of a directory in the archive.
    #[must_use]
    pub fn location_of(directory: &str) -> String {
        format!("#{}", percent_encode(directory))
    }
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
    pub fn parse(bytes: &[u8]) -> Result<Self, xml::Error> {
        let (root, distribution) = xml::from_str::<Self>(xml::text(bytes)?, &ROOTS)?;
        let root = if root == Root::Gui.name() { Root::Gui } else { Root::Script };
        Ok(Self { root, ..distribution })
    }

    /// The document as `productbuild` lays it out.
    ///
    /// # Errors
    /// Never for values that XML can hold.
    pub fn to_xml(&self) -> Result<String, xml::Error> {
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

/// Keeps what RFC 3986 calls unreserved, and encodes everything else.
fn percent_encode(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String can't fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// Undoes percent-encoding. A `%` without two hexadecimal digits stays as it is.
fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits =
            after.first_chunk::<2>().filter(|digits| first == b'%' && digits.iter().all(u8::is_ascii_hexdigit));
        let value = digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(value.unwrap_or(first));
        rest = if value.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests;
