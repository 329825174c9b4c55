//! The installed files as an mtree manifest, which `bsdtar` and BSD's `mtree` read: kind, owner, mode, time, size and digest
//! of every path (mtree(5)).

use std::fmt::Write as _;

use effect::{Node, Placed};
use flatpkg::bom;
use flatpkg::tree::TreePath;

use super::contents::Contents;

/// What every manifest begins with.
const HEAD: &str = "#mtree\n";

/// The manifest, sorted by path.
pub fn text(contents: &Contents) -> String {
    let mut text = HEAD.to_owned();
    for (path, (record, digest)) in contents.paths() {
        let (mode, uid, gid, time) = (record.mode, record.uid, record.gid, record.mtime);
        let owner = format!("mode={mode} uid={uid} gid={gid} time={time}.0");
        let kind = match &record.node {
            bom::Node::Directory => Kind::Directory,
            bom::Node::Symlink { target, .. } => Kind::Link(target),
            _ => Kind::File(record.size, digest.map(str::to_owned)),
        };
        line(&mut text, path.as_bytes(), &kind, &owner);
    }
    text
}

/// The manifest of what an installation leaves, without times.
pub fn of_placed<'a>(paths: impl Iterator<Item = (&'a TreePath, &'a Placed)>) -> String {
    let mut text = HEAD.to_owned();
    for (path, placed) in paths {
        let attributes = &placed.attributes;
        let owner = format!("mode={} uid={} gid={}", attributes.mode, attributes.uid, attributes.gid);
        let kind = match &placed.node {
            Node::Directory => Kind::Directory,
            Node::Symlink(target) => Kind::Link(target),
            Node::File { size, digest } => Kind::File(*size, Some(digest.to_string())),
        };
        line(&mut text, path.as_bytes(), &kind, &owner);
    }
    text
}

/// What a line says of the kind of entry.
enum Kind<'a> {
    Directory,
    Link(&'a [u8]),
    /// Bytes, and SHA-256.
    File(u64, Option<String>),
}

fn line(text: &mut String, path: &[u8], kind: &Kind<'_>, owner: &str) {
    let path = escape(path);
    _ = match kind {
        Kind::Directory => writeln!(text, "./{path} type=dir {owner}"),
        Kind::Link(target) => writeln!(text, "./{path} type=link {owner} link={}", escape(target)),
        Kind::File(size, digest) => {
            let digest = digest.as_ref().map(|digest| format!(" sha256digest={digest}")).unwrap_or_default();
            writeln!(text, "./{path} type=file {owner} size={size}{digest}")
        }
    };
}

/// Everything but plain characters as three octal digits, as vis(3) does it.
fn escape(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len()), |mut text, byte| {
        match byte {
            b'\\' | b'#' | b'=' | b'*' | b'?' | b'[' | 0..=b' ' | 0x7f.. => _ = write!(text, "\\{byte:03o}"),
            _ => text.push(char::from(*byte)),
        }
        text
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn odd_characters_are_octal() {
        assert_eq!(super::escape("Python 3.13/ü#".as_bytes()), r"Python\0403.13/\303\274\043");
    }
}
