//! Reading a table of contents.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Checksum, Data, Encoding, Extended, File, FinderCreateTime, MemberKind, Stat, Toc, TocChecksum};
use crate::budget::Budget;
use crate::xar::values::{missing, number, optional, parsed, wrong};
use crate::xar::{Signature, Style, XarError};
use crate::xml::{self, Element};

/// The longest name in bytes; file systems allow 255.
const MAX_NAME: usize = 1024;

/// All paths together may have so many times the bytes of the document; real ones have a tenth of it. Nested directories with long
/// names would grow quadratically without it.
const PATHS: u64 = 8;

impl Toc {
    /// Reads a table of contents from its XML.
    ///
    /// # Errors
    /// Not XML, beyond the limits, or an element that everything else depends on is missing or not a number: the checksum,
    /// and for each file its id, type, name and where its data lies.
    pub fn parse(xml: &[u8]) -> Result<Self, XarError> {
        let root = xml::parse(xml::text(xml)?)?;
        let toc = (root.name == "xar").then(|| root.child("toc")).flatten();
        let toc = toc.ok_or_else(|| missing("document", "toc", "an element inside <xar>"))?;
        let checksum = toc.child("checksum").ok_or_else(|| missing("<toc>", "checksum", "an element"))?;
        let signatures = toc.children.iter().filter(|child| matches!(child.name.as_str(), "signature" | "x-signature"));
        let mut files = Vec::new();
        collect(toc, None, &mut files, &Budget::new(xml.len() as u64, PATHS))?;
        Ok(Self {
            creation_time: toc.text_of("creation-time").unwrap_or_default().to_owned(),
            checksum: TocChecksum {
                style: style(checksum, "checksum", "<toc>")?,
                offset: number(checksum, "offset", "<checksum>")?,
                size: number(checksum, "size", "<checksum>")?,
            },
            signatures: signatures.map(Signature::from_element).collect::<Result<_, _>>()?,
            files,
        })
    }
}

/// Adds the files directly inside an element, each followed by what is inside it. The depth is limited by [`xml::parse`].
fn collect(element: &Element, parent: Option<usize>, files: &mut Vec<File>, budget: &Budget) -> Result<(), XarError> {
    for child in element.children_named("file") {
        let file = file(child, parent, files)?;
        budget.take(file.path.len() as u64)?;
        let index = files.len();
        files.push(file);
        collect(child, Some(index), files, budget)?;
    }
    Ok(())
}

fn file(element: &Element, parent: Option<usize>, files: &[File]) -> Result<File, XarError> {
    let mut names = element.children_named("name").map(name).collect::<Result<Vec<_>, _>>()?.into_iter();
    let name = names.next().ok_or_else(|| missing("<file>", "name", "an element"))?;
    let path = match parent.and_then(|index| files.get(index)) {
        Some(directory) => format!("{}/{name}", directory.path),
        None => name.clone(),
    };
    let place = path.as_str();
    let id = element.attribute("id").unwrap_or_default();
    let finder_create_time = element.child("FinderCreateTime").map(|time| FinderCreateTime {
        nanoseconds: time.text_of("nanoseconds").unwrap_or_default().to_owned(),
        time: time.text_of("time").unwrap_or_default().to_owned(),
    });
    let kind = match element.text_of("type") {
        Some("file") => MemberKind::File,
        Some("directory") => MemberKind::Directory,
        Some(other) => MemberKind::Other(other.to_owned()),
        None => return Err(missing(place, "type", "an element")),
    };
    let extended = element.children_named("ea").map(|ea| {
        Ok(Extended {
            id: ea.attribute("id").and_then(|id| id.parse().ok()),
            name: ea.text_of("name").unwrap_or_default().to_owned(),
            data: data(ea, place)?,
        })
    });
    Ok(File {
        id: parsed(id, "file", place, "an id attribute, a number")?,
        parent,
        kind,
        data: element.child("data").map(|child| data(child, place)).transpose()?,
        stat: stat(element, place)?,
        finder_create_time,
        extended: extended.collect::<Result<_, XarError>>()?,
        other_names: names.filter(|other| *other != name).collect(),
        name,
        path,
    })
}

/// The text of `<name>`, which is base64 when it could not be written as UTF-8 text.
fn name(element: &Element) -> Result<String, XarError> {
    let name = if element.attribute("enctype") == Some("base64") {
        let bytes = STANDARD.decode(element.text.trim()).unwrap_or_default();
        String::from_utf8(bytes)
            .map_err(|_| XarError::Name { name: element.text.clone(), why: "not UTF-8 inside base64" })?
    } else {
        element.text.clone()
    };
    check_name(&name)?;
    Ok(name)
}

/// Whether a name can be one component of a path.
pub(in crate::xar) fn check_name(name: &str) -> Result<(), XarError> {
    let why = match name {
        "" => "empty",
        "." | ".." => "it leads elsewhere",
        _ if name.len() > MAX_NAME => "longer than 1024 bytes",
        _ if name.contains('/') => "it has a slash",
        _ if name.contains('\0') => "it has a NUL",
        _ => return Ok(()),
    };
    Err(XarError::Name { name: name.chars().take(80).collect(), why })
}

fn data(element: &Element, place: &str) -> Result<Data, XarError> {
    let checksum = |name: &'static str| {
        element
            .child(name)
            .map(|child| {
                Ok::<_, XarError>(Checksum { style: style(child, name, place)?, hex: child.text.trim().to_owned() })
            })
            .transpose()
    };
    let encoding = element.child("encoding").and_then(|encoding| encoding.attribute("style"));
    Ok(Data {
        length: number(element, "length", place)?,
        offset: number(element, "offset", place)?,
        size: number(element, "size", place)?,
        encoding: encoding.map_or(Encoding::Stored, Encoding::from_mime),
        // The name that xar 1.5 gave it, and the tool Packages to this day.
        extracted: checksum("extracted-checksum")?.or(checksum("unarchived-checksum")?),
        archived: checksum("archived-checksum")?,
    })
}

fn stat(element: &Element, place: &str) -> Result<Stat, XarError> {
    let text = |name| element.text_of(name).map(str::to_owned);
    let mode = element
        .text_of("mode")
        .map(|mode| u32::from_str_radix(mode, 8).map_err(|_| wrong(place, "mode", mode, "octal digits")));
    Ok(Stat {
        ctime: text("ctime"),
        mtime: text("mtime"),
        atime: text("atime"),
        group: text("group"),
        gid: optional(element, "gid", place)?,
        user: text("user"),
        uid: optional(element, "uid", place)?,
        mode: mode.transpose()?,
        deviceno: optional(element, "deviceno", place)?,
        inode: optional(element, "inode", place)?,
    })
}

fn style(element: &Element, name: &'static str, place: &str) -> Result<Style, XarError> {
    let text = element.attribute("style").unwrap_or_default();
    Style::from_name(text).ok_or_else(|| wrong(place, name, text, "a style of none, sha1, md5, sha256 or sha512"))
}
