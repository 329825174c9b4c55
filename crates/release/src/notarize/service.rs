//! What the programs that talk to Apple's notary service have in common.

use std::path::Path;

use anyhow::{Error, Result};
use serde_json::Value;

use crate::sign::identity::NotaryKey;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credentials {
    /// A key of App Store Connect.
    Key(NotaryKey),
    /// What `notarytool store-credentials` keeps under this name in a keychain.
    Keychain(String),
}

/// What the service says of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Not yet.
    InProgress,
    /// There is a ticket.
    Accepted,
    /// Something in it is not as it must be.
    Invalid,
    /// The same, it seems.
    Rejected,
    /// A word that nobody has explained.
    Unknown(String),
}

impl Status {
    /// From the service's word, with or without its space.
    pub fn parse(word: &str) -> Self {
        match word.replace(' ', "").as_str() {
            "InProgress" => Self::InProgress,
            "Accepted" => Self::Accepted,
            "Invalid" => Self::Invalid,
            "Rejected" => Self::Rejected,
            _ => Self::Unknown(word.to_owned()),
        }
    }
}

/// Why something didn't work.
#[derive(Debug)]
pub enum Trouble {
    /// It may work the next time: the network, the service's own trouble.
    Passing(Error),
    /// It won't.
    Final(Error),
}

impl Trouble {
    /// Judges what a program said when it failed.
    pub fn from_said(said: &str, error: Error) -> Self {
        for (mark, hint) in FINAL {
            if said.contains(mark) {
                return Self::Final(crate::hint::hinted(error, *hint));
            }
        }
        Self::Passing(error)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

/// What the service says when asking again is of no use, and what is.
const FINAL: &[(&str, &str)] = &[
    (
        "REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED",
        "the team's account holder must accept Apple's new agreement at developer.apple.com",
    ),
    ("NOT_AUTHORIZED", "is the key revoked, and do --key-id and --issuer belong to it?"),
    ("FORBIDDEN", "the key needs the role Developer in App Store Connect"),
    ("\"status\": \"401\"", "is the key revoked, and do --key-id and --issuer belong to it?"),
    ("\"status\": \"403\"", "the key needs the role Developer in App Store Connect"),
    ("\"status\": \"404\"", "the submission is another team's, or none"),
    ("HTTP status code: 401", "`xcrun notarytool store-credentials` makes a new keychain profile"),
    ("HTTP status code: 403", "the team's account holder must accept Apple's new agreement at developer.apple.com"),
];

/// A program that talks to the service.
pub trait Notary {
    /// Uploads a package. `known` is told the submission's id as soon as there is one.
    ///
    /// # Errors
    /// When the submission was not made, or the upload cut off.
    fn submit(&self, package: &Path, known: &mut dyn FnMut(&str) -> Result<()>) -> Result<(), Trouble>;

    /// Asks for a submission, once.
    ///
    /// # Errors
    /// When there is no answer.
    fn status(&self, id: &str) -> Result<Status, Trouble>;

    /// Fetches the log of a submission that is finished.
    ///
    /// # Errors
    /// When there is none, or it can't be read.
    fn log(&self, id: &str) -> Result<Value, Trouble>;

    /// Fetches the ticket, and staples it to the package in place.
    ///
    /// # Errors
    /// When there is no ticket, or the service can't be reached.
    fn staple(&self, package: &Path) -> Result<(), Trouble>;
}
