//! Whether the signature of a package, or of code, is good: offline, without Apple's frameworks, and without a clock.
//!
//! A signed package has two signatures over the digest of its table of contents, and that covers everything else:
//!
//! ```text
//! <signature style="RSA">    PKCS #1 v1.5 by the signer's key, in one of three forms              package.rs, rsa.rs
//! <x-signature style="CMS">  a detached SignedData (RFC 5652)                                     cms.rs
//!   └ unsigned attribute     a time-stamp token (RFC 3161) over the signature's value             timestamp.rs
//! KeyInfo of both            the signer's certificate, who vouches for it, the root               certificate.rs, chain.rs, constraints.rs
//! after the heap             the stapled ticket                                                   xar::Staple
//! ```
//!
//! A code signature has the same SignedData over a code directory ([`check_code`]).
//!
//! | policy | what is demanded |
//! |---|---|
//! | [`Policy::Gatekeeper`] | a Developer ID by a pinned root, a time stamp, a ticket: what macOS installs without a question |
//! | [`Policy::DeveloperId`] | the same without the ticket: what is sent to Apple's notary service |
//! | [`Policy::SelfSigned`] | a signature that is consistent in itself, by whatever root |
//! | [`Policy::Unsigned`] | nothing; a signature that is there must be consistent |
//!
//! Packages of before 2011 have the RSA signature alone. [`Facts`] says which of the forms a package has.
//!
//! Strict on purpose, so that no bit of a signature can change unseen: every value is DER (or has the indefinite lengths that
//! Apple's encoder writes around the outermost four values), algorithms and attributes are the few that Apple's tools,
//! `rcodesign` and OpenSSL write, and every certificate is one that the chain needs or is the pinned root.
//!
//! Not looked at: revocation, which needs the network, and the inside of the ticket but for the digest that it is for: its
//! form is known to Apple only.

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
mod rsa;
mod signed;
mod time;
mod timestamp;

pub use anchor::Anchor;
pub use asn1::Malformed;
pub use certificate::Role;
pub use code::{Code, CodeDirectory, CodeReport, check_code};
pub use facts::{CmsForm, Facts, Link, RsaForm, Signed, Stamp, Vouched};
pub use hash::Hash;
pub use package::{Report, check};
pub use policy::{Expectations, Policy};
pub use time::Time;
