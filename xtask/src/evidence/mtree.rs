//! The installed files as an mtree manifest, which `bsdtar` and BSD's `mtree` read: kind, owner, mode, time, size and digest
//! of every path (mtree(5)).

use std::fmt::Write as _;

use flatpkg::bom::Node;

use super::contents::Contents;

/// The manifest, sorted by path.
pub fn text(contents: &Contents) -> String {
    let mut text = "#mtree\n".to_owned();
    for (path, (record, digest)) in contents.paths() {
        let (mode, uid, gid, time) = (record.mode, record.uid, record.gid, record.mtime);
        let owner = format!("mode={mode} uid={uid} gid={gid} time={time}.0");
        let path = escape(path.as_bytes());
        _ = match &record.node {
            Node::Directory => writeln!(text, "./{path} type=dir {owner}"),
            Node::Symlink { target, .. } => writeln!(text, "./{path} type=link {owner} link={}", escape(target)),
            _ => {
                let digest = digest.map(|digest| format!(" sha256digest={digest}")).unwrap_or_default();
                writeln!(text, "./{path} type=file {owner} size={}{digest}", record.size)
            }
        };
    }
    text
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
