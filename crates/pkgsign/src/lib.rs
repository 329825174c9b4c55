#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::disallowed_methods))]

mod anchor;
mod asn1;
mod ber;
mod certificate;
mod chain;
mod cms;
mod code;
mod constraints;
mod facts;
mod hash;
mod oid;
mod package;
mod policy;
mod requirement;
mod role;
mod rsa;
mod signed;
mod standing;
mod time;
mod timestamp;

pub use anchor::Anchor;
pub use asn1::Malformed;
pub use code::{Code, CodeDirectory, CodeReport, check_code};
pub use facts::{CmsForm, Facts, Link, RsaForm, Signed, Stamp, Vouched};
pub use hash::Hash;
pub use package::{SignatureReport, check};
pub use policy::{SignatureExpectations, SignaturePolicy};
pub use role::Role;
pub use standing::{Distrust, Standing};
pub use time::Time;
