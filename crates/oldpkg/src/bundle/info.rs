//! `Info.plist` and `Description.plist` of a package or metapackage.

use super::COMPONENTS;
use flatpkg::package_info::PostinstallAction;
use flatpkg::plist::{self, Value, dictionary};

/// `IFPkgFormatVersion`: the single-precision 0.1, as every writer has it.
const FORMAT_VERSION: f64 = 0.100_000_001_490_116_12;

/// Whose rights a package is installed with (`IFPkgFlagAuthorizationAction`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Authorization {
    /// The user's: everything belongs to whoever installs it.
    #[default]
    None,
    /// An administrator's.
    Admin,
    /// Root's: owners and groups come from the archive.
    Root,
}

/// Whether a metapackage installs one of its packages (`IFPkgFlagPackageSelection`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// Always.
    Required,
    /// Unless the user says otherwise.
    Selected,
    /// When the user says so.
    Unselected,
}

/// What an `Info.plist` says. Keys that are missing have the meaning that Apple documents for them.
#[derive(Debug, Clone, PartialEq)]
pub struct Info {
    /// `CFBundleIdentifier`.
    pub identifier: String,
    /// `CFBundleShortVersionString`; where it is missing the two numbers with a dot.
    pub version: String,
    /// `IFMajorVersion` and `IFMinorVersion`: all that Installers before 10.5 compare.
    pub numbers: (i64, i64),
    /// `CFBundleName`.
    pub name: String,
    /// `IFPkgFlagDefaultLocation`: where the archive's root goes.
    pub install_location: String,
    /// `IFPkgFlagAuthorizationAction`.
    pub authorization: Authorization,
    /// `IFPkgFlagIsRequired`: can't be left out of a metapackage.
    pub required: bool,
    /// `IFPkgFlagOverwritePermissions`: directories that are there get the archive's owner and mode.
    pub overwrite_permissions: bool,
    /// `IFPkgFlagRelocatable`: the user may choose another place.
    pub relocatable: bool,
    /// `IFPkgFlagFollowLinks`: a link to a directory that is there stays, and what belongs below goes where it leads.
    pub follow_links: bool,
    /// `IFPkgFlagInstallFat`: all slices are installed, not only the machine's.
    pub install_fat: bool,
    /// `IFPkgFlagAllowBackRev`: an older version may replace a newer one.
    pub allow_back_rev: bool,
    /// `IFPkgFlagRootVolumeOnly`: only where the system runs from.
    pub root_volume_only: bool,
    /// `IFPkgFlagRestartAction`.
    pub restart: PostinstallAction,
    /// `IFPkgFlagInstalledSize`: KiB on the disk. CPython's script left it out, and Installer showed 0 bytes.
    pub installed_kbytes: Option<i64>,
}

impl Info {
    /// A package of this name with the policies that CPython's always had: root's rights, links followed, all slices,
    /// no place but its own, no downgrade, permissions of directories kept.
    #[must_use]
    pub fn new(identifier: &str, version: &str) -> Info {
        Info {
            identifier: identifier.to_owned(),
            version: version.to_owned(),
            numbers: numbers(version),
            name: identifier.to_owned(),
            install_location: "/".to_owned(),
            authorization: Authorization::Root,
            required: false,
            overwrite_permissions: false,
            relocatable: false,
            follow_links: true,
            install_fat: true,
            allow_back_rev: false,
            root_volume_only: true,
            restart: PostinstallAction::None,
            installed_kbytes: None,
        }
    }

    /// Reads it.
    #[must_use]
    pub fn from_plist(plist: &Value) -> Info {
        let text = |key: &str| plist::text(plist, key).unwrap_or_default().to_owned();
        let number = |key: &str| plist::key(plist, key).and_then(Value::as_signed_integer);
        // Some writers have 1 for true.
        let flag = |key: &str| plist::key(plist, key).and_then(Value::as_boolean).unwrap_or(number(key) == Some(1));
        let numbers = (number("IFMajorVersion").unwrap_or_default(), number("IFMinorVersion").unwrap_or_default());
        let version = Some(text("CFBundleShortVersionString")).filter(|version| !version.is_empty());
        let location = Some(text("IFPkgFlagDefaultLocation")).filter(|location| !location.is_empty());
        Info {
            identifier: text("CFBundleIdentifier"),
            version: version.unwrap_or_else(|| format!("{}.{}", numbers.0, numbers.1)),
            numbers,
            name: text("CFBundleName"),
            install_location: location.unwrap_or_else(|| "/".to_owned()),
            authorization: match text("IFPkgFlagAuthorizationAction").as_str() {
                "RootAuthorization" => Authorization::Root,
                "AdminAuthorization" => Authorization::Admin,
                _ => Authorization::None,
            },
            required: flag("IFPkgFlagIsRequired"),
            overwrite_permissions: flag("IFPkgFlagOverwritePermissions"),
            relocatable: flag("IFPkgFlagRelocatable"),
            follow_links: flag("IFPkgFlagFollowLinks"),
            install_fat: flag("IFPkgFlagInstallFat"),
            allow_back_rev: flag("IFPkgFlagAllowBackRev"),
            root_volume_only: flag("IFPkgFlagRootVolumeOnly"),
            restart: match text("IFPkgFlagRestartAction").as_str() {
                "RequiredLogout" | "RecommendedLogout" => PostinstallAction::Logout,
                "RequiredRestart" | "RecommendedRestart" => PostinstallAction::Restart,
                "Shutdown" | "RequiredShutdown" => PostinstallAction::Shutdown,
                _ => PostinstallAction::None,
            },
            installed_kbytes: number("IFPkgFlagInstalledSize"),
        }
    }

    /// The document of a package.
    #[must_use]
    pub fn to_plist(&self) -> Value {
        let mut entries = self.common();
        entries.extend([
            ("IFPkgFlagAllowBackRev", self.allow_back_rev.into()),
            ("IFPkgFlagAuthorizationAction", authorization(self.authorization).into()),
            ("IFPkgFlagDefaultLocation", self.install_location.as_str().into()),
            ("IFPkgFlagFollowLinks", self.follow_links.into()),
            ("IFPkgFlagInstallFat", self.install_fat.into()),
        ]);
        entries.extend(self.installed_kbytes.map(|kbytes| ("IFPkgFlagInstalledSize", kbytes.into())));
        entries.extend([
            ("IFPkgFlagIsRequired", self.required.into()),
            ("IFPkgFlagOverwritePermissions", self.overwrite_permissions.into()),
            ("IFPkgFlagRelocatable", self.relocatable.into()),
            ("IFPkgFlagRestartAction", restart(self.restart).into()),
            ("IFPkgFlagRootVolumeOnly", self.root_volume_only.into()),
            ("IFPkgFlagUpdateInstalledLanguages", false.into()),
        ]);
        dictionary(entries)
    }

    /// The document of a metapackage with these packages, by file name, in the order of installation.
    pub(super) fn to_metapackage_plist(&self, packages: &[(String, Selection)], picture: (&str, &str)) -> Value {
        let package = |(file, selection): &(String, Selection)| {
            dictionary([
                ("IFPkgFlagPackageLocation", file.as_str().into()),
                ("IFPkgFlagPackageSelection", selection.name().into()),
            ])
        };
        let (scaling, alignment) = picture;
        let mut entries = self.common();
        entries.extend([
            ("IFPkgFlagAuthorizationAction", authorization(self.authorization).into()),
            ("IFPkgFlagBackgroundAlignment", alignment.into()),
            ("IFPkgFlagBackgroundScaling", scaling.into()),
            ("IFPkgFlagComponentDirectory", COMPONENTS.into()),
            ("IFPkgFlagPackageList", Value::Array(packages.iter().map(package).collect())),
        ]);
        dictionary(entries)
    }

    fn common(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("CFBundleGetInfoString", format!("{} {}", self.name, self.version).as_str().into()),
            ("CFBundleIdentifier", self.identifier.as_str().into()),
            ("CFBundleName", self.name.as_str().into()),
            ("CFBundleShortVersionString", self.version.as_str().into()),
            ("IFMajorVersion", self.numbers.0.into()),
            ("IFMinorVersion", self.numbers.1.into()),
            ("IFPkgFormatVersion", Value::Real(FORMAT_VERSION)),
        ]
    }
}

impl Selection {
    fn name(self) -> &'static str {
        match self {
            Selection::Required => "required",
            Selection::Selected => "selected",
            Selection::Unselected => "unselected",
        }
    }

    /// Reads the word; a package without one is selected.
    pub(super) fn from_name(name: &str) -> Selection {
        match name {
            "required" => Selection::Required,
            "unselected" => Selection::Unselected,
            _ => Selection::Selected,
        }
    }
}

/// The first two numbers of a version.
fn numbers(version: &str) -> (i64, i64) {
    let mut numbers = version.split('.').map(|part| {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap_or_default()
    });
    (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default())
}

fn authorization(authorization: Authorization) -> &'static str {
    match authorization {
        Authorization::None => "NoAuthorization",
        Authorization::Admin => "AdminAuthorization",
        Authorization::Root => "RootAuthorization",
    }
}

fn restart(action: PostinstallAction) -> &'static str {
    match action {
        PostinstallAction::None => "NoRestart",
        PostinstallAction::Logout => "RequiredLogout",
        PostinstallAction::Restart => "RequiredRestart",
        PostinstallAction::Shutdown => "Shutdown",
    }
}

/// `Description.plist`: what the user reads of a package.
pub(super) fn description(title: &str, description: &str, version: &str) -> Value {
    dictionary([
        ("IFPkgDescriptionDescription", description.into()),
        ("IFPkgDescriptionTitle", title.into()),
        ("IFPkgDescriptionVersion", version.into()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut info = Info::new("org.python.Python.PythonFramework-3.3", "3.3.0");
        assert_eq!(info.numbers, (3, 3));
        assert_eq!(Info::from_plist(&info.to_plist()), info);
        info.authorization = Authorization::Admin;
        info.restart = PostinstallAction::Restart;
        (info.required, info.overwrite_permissions, info.relocatable) = (true, true, true);
        (info.follow_links, info.install_fat, info.allow_back_rev, info.root_volume_only) = (false, false, true, false);
        info.installed_kbytes = Some(70_000);
        assert_eq!(Info::from_plist(&info.to_plist()), info);
        assert_eq!(Info::from_plist(&Value::from("")).version, "0.0");
    }
}
