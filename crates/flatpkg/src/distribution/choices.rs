//! What a product offers: choices, their outline, and the references to components.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::package_info::Bundles;

/// What is encoded in a location: everything but the characters that RFC 3986 §2.3 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

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
    /// Its name in this document; all elements with one id speak of one component. Often the component's identifier.
    #[serde(rename = "@id")]
    pub id: String,
    /// Identifier of the component, where it isn't the id.
    #[serde(rename = "@packageIdentifier", skip_serializing_if = "Option::is_none")]
    pub package_identifier: Option<String>,
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
    /// Where the component is, see [`References`](super::References): `#` and the percent-encoded name of a directory in the
    /// archive.
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

    /// The location of a directory in the archive.
    #[must_use]
    pub fn location_of(directory: &str) -> String {
        format!("#{}", utf8_percent_encode(directory, RESERVED))
    }
}
