//! Apple flat packages, written and read without Apple's tools.
//!
//! A flat package is what the Installer of macOS installs since 10.5: one file, `something.pkg`. It is a xar archive with
//! other archives and documents in it:
//!
//! ```text
//! python.pkg                        xar        one file, with a table of contents and a heap
//! ├── Distribution                  XML        pages, choices, and which components each choice installs
//! ├── Python_Framework.pkg/                    a component: one receipt
//! │   ├── PackageInfo               XML        identifier, version, where it goes, which scripts run
//! │   ├── Payload                   cpio       the files, in gzip or in blocks of xz (pbzx)
//! │   ├── Bom                       BOMStore   every path of the payload: owner, mode, size, checksum
//! │   └── Scripts                   cpio       preinstall, postinstall and what they use, in gzip
//! ├── Python_Install_Pip.pkg/…                 a component of scripts alone: PackageInfo and Scripts
//! └── Resources/de.lproj/Welcome.rtf           what the pages show, in any language
//! ```
//!
//! A *product archive* looks like that. A *component package* is one component with its members at the top of the archive.
//!
//! | to make                        | to read                        | the bytes                                   |
//! |--------------------------------|--------------------------------|---------------------------------------------|
//! | [`tree`] and [`policy`]        |                                | paths, with owners, modes and times         |
//! | [`component`], [`product`]     | [`package`]                    | a whole package                             |
//! | [`package_info`], [`distribution`] | the same                   | the XML documents                           |
//! | [`payload`], [`cpio`]          | the same                       | `Payload` and `Scripts`                     |
//! | [`bom`]                        | the same                       | `Bom`                                       |
//! | [`xar`]                        | the same                       | the archive around everything               |
//! | [`bundle`], [`hfsplus`], [`udif`] | the same                    | packages before 10.5, and their disk images |
//! |                                | [`effect`]                     | what a package does to a disk               |
//! |                                | [`kind`]                       | what a file is                              |
//! |                                | [`mod@dump`], [`mod@verify`], [`mod@expand`] | as text; findings; as files   |
//! | [`xar::Signable`]              | [`signature`]                  | signatures and time stamps                  |
//! |                                | [`mod@shown`]                  | a stranger's text, fit for a terminal       |
//!
//! One [`tree::Tree`] is the source of everything that is said about a payload, so sizes and numbers can't disagree.
//! Owners, modes and times come from a policy and never from a disk; there is no clock. The same trees give the same bytes
//! on every machine.
//!
//! What is read may come from anybody: every reader returns an error for bytes it does not like, and its work and memory are
//! at most a small multiple of them, which its documentation states. Nothing here starts a process, looks at the environment or opens a connection.
//! Signing is left to tools that hold the keys; here is only where signatures go, and whether they are good.
//!
//! # Example
//!
//! ```
//! use flatpkg::component::{self, Component};
//! use flatpkg::mode::Mode;
//! use flatpkg::package::Package;
//! use flatpkg::tree::{Entry, Tree, TreePath};
//! use flatpkg::{dump, verify, xar};
//!
//! let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
//! tree.insert(TreePath::new("hello")?, Entry::file(*b"#!/bin/sh\necho hello\n", Mode::EXECUTABLE))?;
//! let component = Component {
//!     install_location: "/usr/local/bin".to_owned(),
//!     payload: Some(&tree),
//!     ..Component::new("org.example.hello", "1.0")
//! };
//!
//! let dir = tempfile::tempdir()?;
//! let out = dir.path().join("hello.pkg");
//! component::write(&component, &out, xar::Options::new(1_759_276_800), &|_| ())?;
//!
//! let package = Package::open(&out)?;
//! assert!(verify::verify(&package, verify::Options { strict: true }).findings.is_empty());
//! assert!(dump::dump(&package)?.contains("-rwxr-xr-x root wheel 21 c=4d224175 ./hello"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod bom;
pub mod budget;
pub mod cksum;
pub mod component;
pub mod cpio;
pub mod distribution;
pub mod dump;
pub mod expand;
pub mod kind;
pub mod laydown;
pub mod macho;
pub mod mode;
pub mod os_version;
pub mod output;
pub mod package;
pub mod package_info;
pub mod payload;
pub mod plist;
pub mod policy;
pub mod product;
mod script;
pub mod shown;
pub mod tree;
pub mod verify;
pub mod xar;
pub mod xml;

pub use budget::Exceeded;
