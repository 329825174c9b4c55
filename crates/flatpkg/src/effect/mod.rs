//! What a package does to a disk: the paths it leaves, the scripts it runs, its receipts, and the policies that decide what
//! an upgrade does, and what the user is shown. Flat packages and bundle packages alike, so that the two can be compared
//! ([`compare()`]).
//!
//! ```text
//! Installable     a flat package or a bundle package
//!    │ offer
//! Offer           its parts in the order of installation, every path with owner, mode and digest
//!    │ install(selection, disk)
//! Outcome         the disk afterwards, the scripts that ran, the receipts
//! ```
//!
//! The rules are the same for both formats; what the formats state differently is in [`Part`]:
//!
//! * A directory that is there keeps its owner and mode, unless the part overwrites permissions. What is new gets those of
//!   the archive. Directories above that nobody lays down are made for root:wheel, 0755.
//! * A link to a directory that is there stays, and what belongs into the directory goes where it leads, if the part follows
//!   links. Bundle packages state that (`IFPkgFlagFollowLinks`); that flat packages do it without saying so is an
//!   assumption, and `/etc` and `/tmp`, which are links, speak for it.
//! * A file or link replaces what is there.
//! * Scripts: `preflight` of all parts, then `preinstall` or, when there is a receipt, `preupgrade`; all archives;
//!   `postinstall` or `postupgrade`; `postflight` of all parts (Apple's "Software Delivery Legacy Guide"). The `preinstall`
//!   and `postinstall` of flat packages run on every installation: they stand at `preflight` and `postflight`.
//! * Only a part with an archive, if an empty one, leaves a receipt.
//!
//! Nothing that was there is removed, but for what is replaced.
//!
//! Nothing here takes more than a fixed multiple of what it is given: links and unlisted folders are followed for so long
//! only ([`Endless`]), and choices are tried together only where they meet.

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

use std::fmt;
use std::io::{self, Read};

use sha2::Digest as _;

pub use compare::compare;
pub use difference::{Difference, Group, Report, Subject};
pub use disk::{Attributes, Bytes, Disk, Memory, Placed, Rules, Seen, What, place};
pub use install::{Endless, Event, Outcome, install};
pub use offer::{Choice, Laid, Node, Offer, Part, Policy, Script, Selection, When};
pub use situation::Situation;
pub use source::{Error, Installable};
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
