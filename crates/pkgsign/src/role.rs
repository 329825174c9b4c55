//! What a certificate of Apple's is for.

use std::fmt;

use serde::Serialize;
use x509_cert::der::asn1::ObjectIdentifier;

use super::oid;

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Developer ID Installer: signs packages.
    Installer,
    /// Developer ID Application: signs code.
    Application,
    /// Signs time stamps.
    Timestamp,
}

impl Role {
    /// The mark of the certificate, for roles that have one.
    pub(super) fn mark(self) -> Option<ObjectIdentifier> {
        match self {
            Self::Installer => Some(oid::DEVELOPER_ID_INSTALLER),
            Self::Application => Some(oid::DEVELOPER_ID_APPLICATION),
            Self::Timestamp => None,
        }
    }

    /// The extended key usage, the only one it may have.
    pub(super) fn usage(self) -> ObjectIdentifier {
        match self {
            Self::Installer => oid::PACKAGE_SIGNING,
            Self::Application => oid::CODE_SIGNING,
            Self::Timestamp => oid::TIME_STAMPING,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Installer => "Developer ID Installer",
            Self::Application => "Developer ID Application",
            Self::Timestamp => "time-stamp authority",
        })
    }
}
