//! Who signs: where keys come from, what they are, and whether they fit.

mod certificate;
mod check;
mod material;
mod pem;
mod secret;
mod source;

pub use certificate::{Certificate, Purpose};
pub use check::{Demands, examine, examine_timestamps};
pub use material::Material;
pub use secret::{Secret, read_private};
pub use source::{NotaryKey, Profile, Source};

/// One who signs.
#[derive(Debug, Clone)]
pub enum Identity {
    /// The name of a key in a keychain of this Mac: `Developer ID Installer: Somebody (TEAMID)`. The key stays there.
    Keychain(String),
    /// A key in our memory.
    Material(Box<Material>),
    /// Nobody: hashes without a signature. For code only.
    AdHoc,
}

impl Identity {
    /// The certificate, when it is known.
    pub fn leaf(&self) -> Option<&Certificate> {
        match self {
            Self::Material(material) => material.leaf(),
            Self::Keychain(_) | Self::AdHoc => None,
        }
    }

    /// Its name, for people.
    pub fn name(&self) -> String {
        match self {
            Self::Keychain(name) => name.clone(),
            Self::Material(material) => material.leaf().map(Certificate::common_name).unwrap_or_default(),
            Self::AdHoc => "ad hoc".into(),
        }
    }
}
