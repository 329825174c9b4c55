//! Signing: code from the inside out, then the package around it.
//!
//! | file | what it does |
//! |---|---|
//! | `rules` | `Mac/signing.toml`: what is signed, and how |
//! | `inventory`, `plan` | what there is to sign below a folder; in which order |
//! | `identity/` | keys: where they come from, what they are, whether they fit |
//! | `backend/` | the programs that sign |
//! | `code`, `package` | a staged root; a package |
//! | `request`, `party` | who signs, as the user said it; found fit |
//! | `demands`, `verdict` | what good is, and whether what was signed is: asked after every signature |
//! | `audit`, `record` | what is written down about a signature |
//! | `detached` | a package's signature as a small file |
//!
//! Nothing that was signed leaves here before our own verifier has found it good: the programs that sign also end with 0 when
//! they have made a broken signature.

mod audit;
pub(crate) mod backend;
mod code;
mod demands;
pub mod detached;
pub mod identity;
mod inventory;
mod package;
mod party;
pub(crate) mod plan;
mod preflight;
mod record;
mod request;
pub(crate) mod rules;
mod signed;
mod verdict;

pub use backend::{SignerChoice, Timestamps, find_rcodesign};
pub use code::{plan_of, sign_code};
pub use package::{publish, sign_package};
pub use party::{Party, Signing};
pub use preflight::preflight;
pub use record::write as list;
pub use request::{Request, Wanted};
pub use rules::Rules;
pub use signed::{SignedPkg, SignedRoot};
pub use verdict::{judge_stapled, judge_unstapled};

#[cfg(test)]
mod tests;
