//! `PackageInfo`: what the Installer is told about one component.
//!
//! An XML document at the top of a component, attributes first, in the order `pkgbuild` writes them:
//!
//! ```xml
//! <?xml version="1.0" encoding="utf-8"?>
//! <pkg-info overwrite-permissions="true" relocatable="false" identifier="org.example.a" postinstall-action="none"
//!           version="1.0" format-version="2" generator-version="…" install-location="/" auth="root">
//!     <payload numberOfFiles="37" installKBytes="677"/>
//!     <bundle path="./A.app" id="org.example.A" CFBundleShortVersionString="1.0" CFBundleVersion="1"/>
//!     <bundle-version/> <upgrade-bundle/> <update-bundle/> <atomic-update-bundle/> <strict-identifier/> <relocate/>
//!     <scripts>
//!         <postinstall file="./postinstall"/>
//!     </scripts>
//! </pkg-info>
//! ```
//!
//! The names and their order were seen in packages made by `pkgbuild` and `productbuild` from 2016 to 2025. Reading takes
//! elements in any order, and passes over unknown ones.
//!
//! Two traps. A bundle named in `relocate` may be installed over another copy of it that Spotlight knows of. A bundle named
//! in `atomic-update-bundle` or `upgrade-bundle` may be replaced as a whole on an upgrade, with what users put into it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::xml;

/// The document. [`PackageInfo::new`] gives what `pkgbuild --root` writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageInfo {
    /// Whether directories that are there already get the payload's owner and mode.
    #[serde(rename = "@overwrite-permissions", skip_serializing_if = "Option::is_none")]
    pub overwrite_permissions: Option<bool>,
    /// Whether the user may choose another place.
    #[serde(rename = "@relocatable", skip_serializing_if = "Option::is_none")]
    pub relocatable: Option<bool>,
    /// Name of the receipt, in reverse-DNS style.
    #[serde(rename = "@identifier", default)]
    pub identifier: String,
    /// What the Installer asks for afterwards.
    #[serde(rename = "@postinstall-action", skip_serializing_if = "Option::is_none")]
    pub postinstall_action: Option<PostinstallAction>,
    /// Version of the receipt.
    #[serde(rename = "@version", default)]
    pub version: String,
    /// Always 2.
    #[serde(rename = "@format-version", default)]
    pub format_version: String,
    /// The program that made it. Apple's: `InstallCmds-834 (23G93)`.
    #[serde(rename = "@generator-version", skip_serializing_if = "Option::is_none")]
    pub generator_version: Option<String>,
    /// Where the payload's root goes; `/` when it is missing.
    #[serde(rename = "@install-location", skip_serializing_if = "Option::is_none")]
    pub install_location: Option<String>,
    /// `root` or `none`: whether an administrator's password is needed.
    #[serde(rename = "@auth", skip_serializing_if = "Option::is_none")]
    pub auth: Option<String>,
    /// Whether extended attributes of what is there are kept.
    #[serde(rename = "@preserve-xattr", skip_serializing_if = "Option::is_none")]
    pub preserve_xattr: Option<bool>,
    /// The oldest macOS it can be installed on, as `pkgbuild --min-os-version` gives it.
    #[serde(rename = "@minimumSystemVersion", skip_serializing_if = "Option::is_none")]
    pub minimum_system_version: Option<String>,
    /// Whether links that are there already are followed.
    #[serde(rename = "@followSymLinks", skip_serializing_if = "Option::is_none")]
    pub follow_symlinks: Option<bool>,
    /// Whether the payload's files are compressed on disk.
    #[serde(rename = "@useHFSPlusCompression", skip_serializing_if = "Option::is_none")]
    pub use_hfs_plus_compression: Option<bool>,
    /// Whether localisations that the payload no longer has are removed.
    #[serde(rename = "@deleteObsoleteLanguages", skip_serializing_if = "Option::is_none")]
    pub delete_obsolete_languages: Option<bool>,
    /// The size of the payload; a component of scripts alone has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<Payload>,
    /// Bundles in the payload.
    #[serde(rename = "bundle", default, skip_serializing_if = "Vec::is_empty")]
    pub bundles: Vec<Bundle>,
    /// Bundles that are not replaced by an older version.
    #[serde(rename = "bundle-version", skip_serializing_if = "Option::is_none")]
    pub bundle_version: Option<Bundles>,
    /// Bundles that are replaced as a whole.
    #[serde(rename = "upgrade-bundle", skip_serializing_if = "Option::is_none")]
    pub upgrade_bundle: Option<Bundles>,
    /// Bundles that are updated only where they are already.
    #[serde(rename = "update-bundle", skip_serializing_if = "Option::is_none")]
    pub update_bundle: Option<Bundles>,
    /// Bundles that are exchanged in one step.
    #[serde(rename = "atomic-update-bundle", skip_serializing_if = "Option::is_none")]
    pub atomic_update_bundle: Option<Bundles>,
    /// Bundles that are looked for by identifier as well as by path.
    #[serde(rename = "strict-identifier", skip_serializing_if = "Option::is_none")]
    pub strict_identifier: Option<Bundles>,
    /// Bundles that follow a copy the user moved elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relocate: Option<Bundles>,
    /// Scripts to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scripts: Option<Scripts>,
}

/// What the Installer asks for when it has finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PostinstallAction {
    /// Nothing.
    #[default]
    None,
    /// To log out.
    Logout,
    /// To restart.
    Restart,
    /// To shut down.
    Shutdown,
}

impl fmt::Display for PostinstallAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Logout => "logout",
            Self::Restart => "restart",
            Self::Shutdown => "shutdown",
        })
    }
}

/// `<payload>`. Shown to users, not checked by the Installer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// Paths in the payload. `pkgbuild --root` counts `.` too, `--component` does not.
    #[serde(rename = "@numberOfFiles")]
    pub number_of_files: u64,
    /// KiB on disk.
    #[serde(rename = "@installKBytes")]
    pub install_kbytes: u64,
}

/// A bundle: a directory with an `Info.plist`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// Where it is in the payload: `./Applications/A.app`. `productbuild` leaves out the `./` in a Distribution.
    #[serde(rename = "@path", skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Its `CFBundleIdentifier`.
    #[serde(rename = "@id", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its version for people.
    #[serde(rename = "@CFBundleShortVersionString", skip_serializing_if = "Option::is_none")]
    pub short_version: Option<String>,
    /// Its version for comparing.
    #[serde(rename = "@CFBundleVersion", skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// A list of bundles, named by `id`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundles {
    /// The bundles.
    #[serde(rename = "bundle", default, skip_serializing_if = "Vec::is_empty")]
    pub bundles: Vec<Bundle>,
}

/// `<scripts>`: in a component's `Scripts` archive, run as root.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scripts {
    /// Run before the payload is installed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preinstall: Vec<Script>,
    /// Run after the payload is installed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub postinstall: Vec<Script>,
}

/// One script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// Where it is in the `Scripts` archive: `./postinstall`.
    #[serde(rename = "@file")]
    pub file: String,
    /// Seconds it may take; `pkgbuild` of macOS 26 writes 600.
    #[serde(rename = "@timeout", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u32>,
    /// The bundle it belongs to.
    #[serde(rename = "@component-id", skip_serializing_if = "Option::is_none")]
    pub component_id: Option<String>,
}

impl PackageInfo {
    /// The format version of every flat package.
    pub const FORMAT_VERSION: &str = "2";

    /// What `pkgbuild --root` writes for a payload without bundles or scripts: not relocatable, nothing upgraded as a
    /// whole, permissions overwritten, authorisation asked for.
    #[must_use]
    pub fn new(identifier: &str, version: &str) -> Self {
        Self {
            overwrite_permissions: Some(true),
            relocatable: Some(false),
            identifier: identifier.to_owned(),
            postinstall_action: Some(PostinstallAction::None),
            version: version.to_owned(),
            format_version: Self::FORMAT_VERSION.to_owned(),
            generator_version: Some(concat!("flatpkg-", env!("CARGO_PKG_VERSION")).to_owned()),
            install_location: None,
            auth: Some("root".to_owned()),
            preserve_xattr: None,
            minimum_system_version: None,
            follow_symlinks: None,
            use_hfs_plus_compression: None,
            delete_obsolete_languages: None,
            payload: None,
            bundles: Vec::new(),
            bundle_version: Some(Bundles::default()),
            upgrade_bundle: Some(Bundles::default()),
            update_bundle: Some(Bundles::default()),
            atomic_update_bundle: Some(Bundles::default()),
            strict_identifier: Some(Bundles::default()),
            relocate: Some(Bundles::default()),
            scripts: None,
        }
    }

    /// Reads the document.
    ///
    /// # Errors
    /// Not XML within our limits, another root element, a value that is no number or no `true` or `false`.
    pub fn parse(bytes: &[u8]) -> Result<Self, xml::XmlError> {
        Ok(xml::from_str(xml::text(bytes)?, &["pkg-info"])?.1)
    }

    /// The document as `pkgbuild` lays it out.
    ///
    /// # Errors
    /// Never for values that XML can hold.
    pub fn to_xml(&self) -> Result<String, xml::XmlError> {
        xml::to_string("pkg-info", self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_as_pkgbuild_does() {
        let mut info = PackageInfo::new("org.example.tool", "1.0");
        info.generator_version = Some("InstallCmds-834 (23G93)".to_owned());
        info.install_location = Some("/usr/local/\"bin\"".to_owned());
        info.payload = Some(Payload { number_of_files: 2, install_kbytes: 4 });
        let script = |file: &str, timeout| Script { file: file.to_owned(), timeout, component_id: None };
        info.scripts = Some(Scripts {
            preinstall: vec![script("./preinstall", None)],
            postinstall: vec![script("./postinstall", Some(600))],
        });
        let xml = info.to_xml().unwrap();
        insta::assert_snapshot!(xml, @r#"
        <?xml version="1.0" encoding="utf-8"?>
        <pkg-info overwrite-permissions="true" relocatable="false" identifier="org.example.tool" postinstall-action="none" version="1.0" format-version="2" generator-version="InstallCmds-834 (23G93)" install-location="/usr/local/&quot;bin&quot;" auth="root">
            <payload numberOfFiles="2" installKBytes="4"/>
            <bundle-version/>
            <upgrade-bundle/>
            <update-bundle/>
            <atomic-update-bundle/>
            <strict-identifier/>
            <relocate/>
            <scripts>
                <preinstall file="./preinstall"/>
                <postinstall file="./postinstall" timeout="600"/>
            </scripts>
        </pkg-info>
        "#);
        assert_eq!(PackageInfo::parse(xml.as_bytes()).unwrap(), info);
    }

    #[test]
    fn read_with_tolerance() {
        let xml = "\u{feff}<pkg-info identifier='a' version='1' unknown='1' auth='none'><unknown><deep/>text</unknown>\
                   <bundle id='b'/><scripts><postinstall file='./x'/><unknown/><preinstall file='./y'/></scripts>\
                   <bundle id='c'/><must-close><app id='d'/></must-close></pkg-info>";
        let info = PackageInfo::parse(xml.as_bytes()).unwrap();
        assert_eq!((info.bundles.len(), info.scripts.unwrap().preinstall.len()), (2, 1));
    }

    #[test]
    fn refused() {
        let errors: Vec<_> = [
            "<installer-gui-script/>".to_owned(),
            "<pkg-info><payload numberOfFiles='x' installKBytes='1'/></pkg-info>".to_owned(),
            "<pkg-info relocatable='maybe'/>".to_owned(),
            "<pkg-info postinstall-action='explode'/>".to_owned(),
            "<a>".repeat(60),
            "<pkg-info>".to_owned(),
        ]
        .iter()
        .map(|xml| PackageInfo::parse(xml.as_bytes()).unwrap_err().to_string())
        .collect();
        insta::assert_snapshot!(errors.join("\n"), @r#"
        the root element is <installer-gui-script>, expected <pkg-info>
        invalid type: string "x", expected u64
        invalid type: string "maybe", expected a boolean
        unknown variant `explode`, expected one of `none`, `logout`, `restart`, `shutdown`
        at byte 144: more than 48 levels of elements
        at byte 10: the document ends inside 1 elements
        "#);
        assert!(PackageInfo::parse(&[0xff, 0xfe]).is_err());
    }
}
