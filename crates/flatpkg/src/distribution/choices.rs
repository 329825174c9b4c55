//! What a product offers: choices, their outline, and the references to components.

use serde::{Deserialize, Serialize};

use super::percent;
use crate::package_info::Bundles;

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
        percent::decode(self.location.as_deref()?.trim().strip_prefix('#')?)
    }

    /// The location of a directory in the archive.
    #[must_use]
    pub fn location_of(directory: &str) -> String {
        format!("#{}", percent::encode(directory))
    }
}
