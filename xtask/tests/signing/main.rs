//! Signing and notarizing as a user does it, with a stand-in for Apple.

#![allow(clippy::disallowed_methods, reason = "tests run the program itself")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, missing_docs, reason = "a test may fail")]

mod broken;
mod keys;
mod mutation;
mod notary;
mod real;
mod release;
mod secrets;
mod stage;

use stage::{Stage, said};
