//! What there is to say of a file: what it is, whether it is sound, who signed it.

use std::fmt;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use anyhow::{Context as _, Result};
use effect::Installable;
use flatpkg::package::{Package, PackageKind};
use flatpkg::tree::TreePath;
use flatpkg::{bom, dump, payload};
use oldpkg::{hfsplus, udif};
use pkgsign::{Anchor, SignatureExpectations, SignaturePolicy, Time};
use serde::{Deserialize, Serialize};

use crate::demand::Demand;
use crate::hint::causes;
use crate::judgement::Judgement;

/// The largest volume that is unpacked from a disk image, in bytes.
const MAX_VOLUME: u64 = 4 << 30;

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Answer {
    /// A flat package; all of it can be read, and a page be made of it.
    Package(Flat),
    /// A bill of materials.
    Bom {
        /// How many paths it lists, the root included.
        paths: usize,
    },
    /// A disk image whose volume can be read.
    Image {
        /// The volume's name.
        volume: String,
        /// The packages at its top.
        #[serde(default)]
        packages: Vec<String>,
    },
    /// Nothing that can be read, and why.
    Unread {
        /// In the table: words, one of which the error must have in it, so that the user learns what the file is. Else the error.
        says: Vec<String>,
    },
}

/// A flat package.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Flat {
    /// Whether it has a Distribution.
    pub is_product: bool,
    /// How many entries the payloads of all components have.
    pub paths: usize,
    /// Whether nothing is wrong with it: the Installer would install it, and its signature, if any, is its own.
    #[serde(default = "yes")]
    pub is_sound: bool,
    /// Its signature.
    pub signature: Option<Signature>,
}

/// The signature of a flat package.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The common name of the signer's certificate.
    pub signer: String,
    /// Whether it is a Developer ID's that Apple vouches for, at the time of its time stamp or else today.
    pub is_trusted: bool,
    /// Whether a ticket of Apple's notary service is stapled to the package.
    #[serde(default)]
    pub is_stapled: bool,
}

fn yes() -> bool {
    true
}

impl Answer {
    /// What we say of a file.
    ///
    /// # Errors
    /// The file can't be opened. That it makes no sense is an answer.
    pub fn of(path: &Path, now: Time) -> Result<Answer> {
        let mut start = Vec::new();
        fs_err::File::open(path)?.take(8).read_to_end(&mut start)?;
        let answer = match start.as_slice() {
            b"BOMStore" => of_bom(path),
            start if start.starts_with(b"xar!") => of_package(path, now),
            _ => of_image(path),
        };
        Ok(answer.unwrap_or_else(|error| Answer::Unread { says: vec![causes(&error)] }))
    }

    /// Whether this answer of the table accepts one of ours.
    #[must_use]
    pub fn accepts(&self, got: &Answer) -> bool {
        match (self, got) {
            (Answer::Unread { says: words }, Answer::Unread { says: errors }) => {
                errors.iter().any(|error| words.iter().any(|word| error.contains(word)))
            }
            _ => self == got,
        }
    }
}

fn of_package(path: &Path, now: Time) -> Result<Answer> {
    let package = Package::open(path)?;
    let judgement = Judgement::of(&package, &Demand::default(), &|_| ())?;
    let mut paths = 0;
    for component in package.components() {
        if let Some(part) = component.payload()? {
            let name = || format!("failed to read {}", component.member("Payload"));
            for record in payload::examine(part).with_context(name)? {
                record.with_context(name)?;
                paths += 1;
            }
        }
    }
    dump::dump(&package)?;
    preview::page(&package, "", "en", None)?;
    let anchors = [Anchor::apple()?];
    let demanded = SignatureExpectations { policy: SignaturePolicy::DeveloperId, anchors: &anchors, team: None, now };
    let report = pkgsign::check(package.archive(), &demanded);
    let signature = report.facts.signed.as_ref().map(|signed| Signature {
        signer: signed.chain.first().map(|link| link.name.clone()).unwrap_or_default(),
        is_trusted: report.is_clean(),
        is_stapled: report.facts.stapled,
    });
    let flat =
        Flat { is_product: package.kind() == PackageKind::Product, paths, is_sound: judgement.is_clean(), signature };
    Installable::Flat(package).offer()?;
    Ok(Answer::Package(flat))
}

fn of_bom(path: &Path) -> Result<Answer> {
    Ok(Answer::Bom { paths: bom::read(&fs_err::read(path)?)?.records.len() })
}

fn of_image(path: &Path) -> Result<Answer> {
    let mut unpacked = tempfile::NamedTempFile::new()?;
    udif::Image::open(path)?.unpack(unpacked.as_file_mut(), MAX_VOLUME)?;
    unpacked.as_file_mut().seek(SeekFrom::Start(0))?;
    let volume = hfsplus::read(unpacked.path())?;
    let at_top = |path: &&TreePath| path.parent().is_some_and(<[u8]>::is_empty);
    let names = volume.tree.iter().map(|(path, _)| path).filter(at_top).map(ToString::to_string);
    let packages = names.filter(|name| name.ends_with(".pkg") || name.ends_with(".mpkg")).collect();
    Ok(Answer::Image { volume: volume.name, packages })
}

impl fmt::Display for Answer {
    /// One line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Package(flat) => flat.fmt(f),
            Answer::Bom { paths } => write!(f, "bill of materials, {paths} paths"),
            Answer::Image { volume, packages } if packages.is_empty() => {
                write!(f, "disk image of volume {volume:?} without packages")
            }
            Answer::Image { volume, packages } => {
                write!(f, "disk image of volume {volume:?} with {}", packages.join(", "))
            }
            Answer::Unread { says } => write!(f, "can't be read: {}", says.join(" or ")),
        }
    }
}

impl fmt::Display for Flat {
    /// One line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_product { "product" } else { "component" };
        let sound = if self.is_sound { "sound" } else { "not sound" };
        write!(f, "{kind} package, {} paths, {sound}, ", self.paths)?;
        match &self.signature {
            None => f.write_str("not signed"),
            Some(Signature { signer, is_trusted, is_stapled }) => {
                let trusted = if *is_trusted { "trusted" } else { "not trusted" };
                let stapled = if *is_stapled { ", with a ticket" } else { "" };
                write!(f, "signed by {signer}, {trusted}{stapled}")
            }
        }
    }
}
