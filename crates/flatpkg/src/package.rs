//! Reading a package: which components it has, and their parts when asked for.

use std::collections::HashMap;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use thiserror::Error as ThisError;

use crate::bom::{self, Bom};
use crate::distribution::{BadReference, Distribution, References};
use crate::package_info::PackageInfo;
use crate::shown::shown;
use crate::xar::{self, Archive, File};
use crate::xml;

/// The longest `PackageInfo` or `Distribution` we read, in bytes.
const MAX_XML: u64 = 16 << 20;

/// The longest `Bom` we read, in bytes. One path takes about 100.
const MAX_BOM: u64 = 256 << 20;

/// Why a package, or a part of it, can't be read.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum PackageError {
    /// The archive can't be read.
    #[error(transparent)]
    Xar(#[from] xar::XarError),
    /// A xar archive, but not a package.
    #[error("the archive has no Distribution and no PackageInfo at its top, it is no package")]
    NotAPackage,
    /// A document that can't be understood.
    #[error("failed to read {member}", member = shown(member))]
    Xml {
        /// Its path in the archive.
        member: String,
        /// What is wrong.
        source: xml::XmlError,
    },
    /// A bill of materials that can't be understood.
    #[error("failed to read {member}", member = shown(member))]
    Bom {
        /// Its path in the archive.
        member: String,
        /// What is wrong.
        source: bom::BomError,
    },
    /// A payload or an archive of scripts that can't be understood.
    #[error("failed to read {member}", member = shown(member))]
    Archive {
        /// Its path in the archive.
        member: String,
        /// What is wrong.
        source: crate::payload::PayloadError,
    },
    /// References of the Distribution that lead to no component. All at once.
    #[error("{}", lines(.0))]
    References(Vec<BadReference>),
    /// A part that every component has is missing.
    #[error("{member} is missing", member = shown(member))]
    Missing {
        /// Its path in the archive.
        member: String,
    },
}

fn lines(references: &[BadReference]) -> String {
    references.iter().map(BadReference::to_string).collect::<Vec<_>>().join("\n")
}

/// An open package.
#[derive(Debug)]
pub struct Package {
    archive: Archive,
    distribution: Option<usize>,
    components: Vec<Parts>,
}

/// The two kinds of package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PackageKind {
    /// One component at the top of the archive, as `pkgbuild` makes it.
    Component,
    /// Components in directories, and a `Distribution`, as `productbuild` makes it.
    Product,
}

/// The members that make a component.
const PARTS: [&str; 4] = ["PackageInfo", "Bom", "Payload", "Scripts"];

/// Where the parts of one component are: indexes in the table of contents.
#[derive(Debug, Default)]
struct Parts {
    directory: String,
    package_info: Option<usize>,
    bom: Option<usize>,
    payload: Option<usize>,
    scripts: Option<usize>,
}

impl Package {
    /// Opens a package. Nothing but the table of contents is read yet.
    ///
    /// # Errors
    /// The file can't be read, is no xar archive or no package.
    pub fn open(path: &Path) -> Result<Self, PackageError> {
        Self::new(Archive::open(path)?)
    }

    /// Reads a package that is in memory.
    ///
    /// # Errors
    /// As for [`Package::open`].
    pub fn from_bytes(bytes: impl Into<Arc<[u8]>>) -> Result<Self, PackageError> {
        Self::new(Archive::from_bytes(bytes)?)
    }

    fn new(archive: Archive) -> Result<Self, PackageError> {
        let files = &archive.toc().files;
        let distribution = files.iter().position(|file| {
            file.parent.is_none() && file.kind == xar::MemberKind::File && file.name == "Distribution"
        });
        let mut parts = Parts::by_directory(files);
        let components = if distribution.is_some() {
            // Resources and Plugins are directories too, but have no parts.
            let directories = files.iter().enumerate();
            directories
                .filter(|(_, file)| file.parent.is_none())
                .filter_map(|(index, _)| parts.remove(&Some(index)))
                .collect()
        } else {
            match parts.remove(&None) {
                Some(parts) if parts.package_info.is_some() => vec![parts],
                _ => return Err(PackageError::NotAPackage),
            }
        };
        Ok(Self { archive, distribution, components })
    }

    /// The archive it is in.
    #[must_use]
    pub fn archive(&self) -> &Archive {
        &self.archive
    }

    /// Component or product.
    #[must_use]
    pub fn kind(&self) -> PackageKind {
        if self.distribution.is_some() { PackageKind::Product } else { PackageKind::Component }
    }

    /// The bytes of the `Distribution`; a component package has none.
    ///
    /// # Errors
    /// It can't be read or is larger than 16 MiB.
    pub fn distribution_xml(&self) -> Result<Option<Vec<u8>>, PackageError> {
        read(&self.archive, self.distribution, MAX_XML)
    }

    /// The `Distribution`; a component package has none.
    ///
    /// # Errors
    /// It can't be read or understood.
    pub fn distribution(&self) -> Result<Option<Distribution>, PackageError> {
        let member = || "Distribution".to_owned();
        let xml = self.distribution_xml()?;
        xml.map(|xml| Distribution::parse(&xml).map_err(|source| PackageError::Xml { member: member(), source }))
            .transpose()
    }

    /// The components, in the order of the table of contents.
    pub fn components(&self) -> impl ExactSizeIterator<Item = Component<'_>> {
        self.components.iter().map(|parts| Component { archive: &self.archive, parts })
    }

    /// The component at that place in their order.
    #[must_use]
    pub fn component_at(&self, index: usize) -> Option<Component<'_>> {
        self.components.get(index).map(|parts| Component { archive: &self.archive, parts })
    }

    /// Where the references of the Distribution lead, by the places of components in their order.
    #[must_use]
    pub fn references(&self, distribution: &Distribution) -> References {
        distribution.references(self.components.iter().map(|parts| parts.directory.as_str()))
    }

    /// The same where every reference has to lead somewhere.
    ///
    /// # Errors
    /// [`PackageError::References`] names those that don't.
    pub fn resolved(&self, distribution: &Distribution) -> Result<References, PackageError> {
        let references = self.references(distribution);
        match references.problems() {
            [] => Ok(references),
            problems => Err(PackageError::References(problems.to_vec())),
        }
    }

    /// The component in that directory of the archive; `""` for the one of a component package.
    #[must_use]
    pub fn component(&self, directory: &str) -> Option<Component<'_>> {
        self.components().find(|component| component.directory() == directory)
    }
}

impl Parts {
    /// The parts that lie in each directory that has any, by its index.
    fn by_directory(files: &[File]) -> HashMap<Option<usize>, Self> {
        let mut directories: HashMap<Option<usize>, Self> = HashMap::new();
        for (index, file) in files.iter().enumerate().filter(|(_, file)| file.kind == xar::MemberKind::File) {
            if !PARTS.contains(&file.name.as_str()) {
                continue;
            }
            let parts = directories.entry(file.parent).or_insert_with(|| {
                let directory = file.parent.and_then(|parent| files.get(parent));
                Self { directory: directory.map(|file| file.name.clone()).unwrap_or_default(), ..Self::default() }
            });
            let part = match file.name.as_str() {
                "PackageInfo" => &mut parts.package_info,
                "Bom" => &mut parts.bom,
                "Payload" => &mut parts.payload,
                _ => &mut parts.scripts,
            };
            part.get_or_insert(index);
        }
        directories
    }
}

fn read(archive: &Archive, index: Option<usize>, limit: u64) -> Result<Option<Vec<u8>>, PackageError> {
    let file = index.and_then(|index| archive.toc().files.get(index));
    Ok(file.map(|file| read_or_empty(archive, file, limit)).transpose()?)
}

/// xar leaves out `<data>` for empty files.
fn read_or_empty(archive: &Archive, file: &File, limit: u64) -> Result<Vec<u8>, xar::XarError> {
    if file.data.is_none() { Ok(Vec::new()) } else { archive.read_member(file, limit) }
}

/// One component of an open package.
#[derive(Debug, Clone, Copy)]
pub struct Component<'a> {
    archive: &'a Archive,
    parts: &'a Parts,
}

impl<'a> Component<'a> {
    /// Its directory in the archive; `""` when it is at the top.
    #[must_use]
    pub fn directory(&self) -> &'a str {
        &self.parts.directory
    }

    /// The path of one of its parts in the archive, there or not.
    #[must_use]
    pub fn member(&self, part: &str) -> String {
        if self.directory().is_empty() { part.to_owned() } else { format!("{}/{part}", self.directory()) }
    }

    /// Whether there is a `PackageInfo`.
    #[must_use]
    pub fn has_package_info(&self) -> bool {
        self.parts.package_info.is_some()
    }

    /// Whether there is a `Bom`.
    #[must_use]
    pub fn has_bom(&self) -> bool {
        self.parts.bom.is_some()
    }

    /// Whether there is a `Payload`.
    #[must_use]
    pub fn has_payload(&self) -> bool {
        self.parts.payload.is_some()
    }

    /// Whether there are `Scripts`.
    #[must_use]
    pub fn has_scripts(&self) -> bool {
        self.parts.scripts.is_some()
    }

    /// The bytes of the `PackageInfo`.
    ///
    /// # Errors
    /// It is missing, can't be read or is larger than 16 MiB.
    pub fn package_info_xml(&self) -> Result<Vec<u8>, PackageError> {
        let member = self.member("PackageInfo");
        read(self.archive, self.parts.package_info, MAX_XML)?.ok_or(PackageError::Missing { member })
    }

    /// The `PackageInfo`.
    ///
    /// # Errors
    /// It is missing, or can't be read or understood.
    pub fn package_info(&self) -> Result<PackageInfo, PackageError> {
        let member = || self.member("PackageInfo");
        PackageInfo::parse(&self.package_info_xml()?).map_err(|source| PackageError::Xml { member: member(), source })
    }

    /// The bill of materials; a component of scripts alone has none.
    ///
    /// # Errors
    /// It can't be read or understood.
    pub fn bom(&self) -> Result<Option<Bom>, PackageError> {
        let member = || self.member("Bom");
        let bytes = read(self.archive, self.parts.bom, MAX_BOM)?;
        bytes
            .map(|bytes| bom::read(&bytes).map_err(|source| PackageError::Bom { member: member(), source }))
            .transpose()
    }

    /// The bytes of the `Payload`: a compressed cpio archive. A component of scripts alone has none.
    ///
    /// # Errors
    /// It has an encoding that packages do not use.
    pub fn payload(&self) -> Result<Option<PackagePart<'a>>, PackageError> {
        self.part(self.parts.payload)
    }

    /// The bytes of the `Scripts`: a compressed cpio archive.
    ///
    /// # Errors
    /// It has an encoding that packages do not use.
    pub fn scripts(&self) -> Result<Option<PackagePart<'a>>, PackageError> {
        self.part(self.parts.scripts)
    }

    /// Bytes of `Payload` and `Scripts` as they are stored.
    #[must_use]
    pub fn archive_bytes(&self) -> u64 {
        let parts = [self.parts.payload, self.parts.scripts].into_iter().flatten();
        let files = parts.filter_map(|index| self.archive.toc().files.get(index)?.data.as_ref());
        files.fold(0, |sum, data| sum.saturating_add(data.size))
    }

    fn part(&self, index: Option<usize>) -> Result<Option<PackagePart<'a>>, PackageError> {
        let file = index.and_then(|index| self.archive.toc().files.get(index));
        let open = |file: &'a File| match &file.data {
            Some(_) => self.archive.member(file).map(|member| PackagePart(Some(member))),
            None => Ok(PackagePart(None)),
        };
        Ok(file.map(open).transpose()?)
    }
}

/// The bytes of a part as they are read.
#[derive(Debug)]
pub struct PackagePart<'a>(Option<xar::Member<'a>>);

impl PackagePart<'_> {
    /// Bytes that it has in the package.
    #[must_use]
    pub fn stored(&self) -> u64 {
        self.0.as_ref().map_or(0, xar::Member::stored)
    }
}

impl Read for PackagePart<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.as_mut().map_or(Ok(0), |member| member.read(buffer))
    }
}
