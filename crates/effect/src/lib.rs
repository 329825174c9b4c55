#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::disallowed_methods))]

mod compare;
mod difference;
mod disk;
mod groups;
mod install;
mod offer;
mod situation;
mod source;
mod stated;
#[cfg(test)]
mod tests;
mod text;

use std::fmt;
use std::io::{self, Read};

use sha2::Digest as _;

pub use compare::compare;
pub use difference::{Comparison, Difference, Group, Subject};
pub use disk::{Attributes, Bytes, Disk, Memory, Placed, Rules, Seen, What, place};
pub use install::{Endless, Event, Outcome, install};
pub use offer::{Choice, Laid, Node, Offer, OfferPart, Policy, Script, Selection, When};
pub use situation::Situation;
pub use source::{Installable, OfferError};
pub use stated::Stated;

/// SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of everything that can be read.
    ///
    /// # Errors
    /// What the input says.
    pub fn of(mut input: impl Read) -> io::Result<Digest> {
        let mut hasher = sha2::Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            match input.read(&mut buffer) {
                Ok(0) => return Ok(Digest(hasher.finalize().into())),
                Ok(count) => hasher.update(buffer.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
