//! The export trie: which names an image offers, and where they are.
//!
//! A node is: ULEB128 size of its terminal part, that part (ULEB128 flags, then what they say), one byte counting
//! children, and for each child a NUL-terminated edge label and the ULEB128 offset of its node in the trie. The format
//! is described in `mach-o/loader.h` at `dyld_info_command`. A lookup follows one path: every edge must consume at
//! least one byte of the name, so a hostile trie costs no more steps than the name is long.

use std::ops::Range;

/// What a name leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Export<'data> {
    /// So many bytes after the start of the image.
    Offset(u64),
    /// This value, wherever the image lies.
    Absolute(u64),
    /// A name, the same one when empty, of the library with this ordinal, which counts from 1.
    Reexport(u64, &'data [u8]),
    /// A function at this offset gives the address.
    Resolver(u64),
}

/// `EXPORT_SYMBOL_FLAGS_KIND_MASK`, `mach-o/loader.h`, as are the others.
const KIND_MASK: u64 = 0x03;
const KIND_ABSOLUTE: u64 = 0x02;
const REEXPORT: u64 = 0x08;
const STUB_AND_RESOLVER: u64 = 0x10;

/// Reads a ULEB128 number and moves past it.
fn uleb(data: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = data.split_first()?;
        *data = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn c_str<'data>(data: &mut &'data [u8]) -> Option<&'data [u8]> {
    let end = data.iter().position(|&byte| byte == 0)?;
    let (text, rest) = data.split_at_checked(end)?;
    *data = rest.get(1..)?;
    Some(text)
}

/// Looks a name up. `Ok(None)` is a name that isn't exported.
///
/// # Errors
/// When the trie's bytes contradict each other on the way.
pub fn find<'data>(trie: &'data [u8], name: &[u8]) -> Result<Option<Export<'data>>, String> {
    let found = match terminal(trie, name) {
        Some(Some(at)) => trie.get(at).and_then(export).map(Some),
        other => other.map(|_| None),
    };
    found.ok_or_else(|| format!("the export trie is cut off on the way to {}", String::from_utf8_lossy(name)))
}

/// Where the terminal part of a name's node lies in the trie; an outer `None` is a malformed trie.
pub(crate) fn terminal(trie: &[u8], name: &[u8]) -> Option<Option<Range<usize>>> {
    if trie.is_empty() {
        return Some(None);
    }
    let mut rest = name;
    let mut node = trie;
    loop {
        let size = usize::try_from(uleb(&mut node)?).ok()?;
        let (terminal, mut children) = node.split_at_checked(size)?;
        if rest.is_empty() {
            let end = trie.len() - children.len();
            return Some((size > 0).then(|| end - terminal.len()..end));
        }
        let (&count, edges) = children.split_first()?;
        children = edges;
        let mut next = None;
        for _ in 0..count {
            let label = c_str(&mut children)?;
            let offset = uleb(&mut children)?;
            if !label.is_empty()
                && let Some(after) = rest.strip_prefix(label)
            {
                next = Some((after, offset));
                break;
            }
        }
        let Some((after, offset)) = next else { return Some(None) };
        rest = after;
        node = trie.get(usize::try_from(offset).ok()?..)?;
    }
}

fn export(mut terminal: &[u8]) -> Option<Export<'_>> {
    let flags = uleb(&mut terminal)?;
    let value = uleb(&mut terminal)?;
    Some(if flags & REEXPORT != 0 {
        Export::Reexport(value, c_str(&mut terminal)?)
    } else if flags & STUB_AND_RESOLVER != 0 {
        Export::Resolver(uleb(&mut terminal)?)
    } else if flags & KIND_MASK == KIND_ABSOLUTE {
        Export::Absolute(value)
    } else {
        Export::Offset(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `_a` at 0x1000, `_ab` re-exported as `_x` from library 2, absolute `_c`.
    const TRIE: &[u8] = &[
        0, 1, b'_', 0, 5, // the root: one edge to 5
        0, 2, b'a', 0, 13, b'c', 0, 26, // 5: edges to 13 and 26
        3, 0, 0x80, 0x20, 1, b'b', 0, 21, // 13: flags 0, address 0x1000
        3, 8, 2, 0, 0, // 21: re-export
        2, 2, 7, 0, // 26: absolute
    ];

    #[test]
    fn every_kind_is_found() {
        assert_eq!(find(TRIE, b"_a"), Ok(Some(Export::Offset(0x1000))));
        assert_eq!(find(TRIE, b"_ab"), Ok(Some(Export::Reexport(2, b""))));
        assert_eq!(find(TRIE, b"_c"), Ok(Some(Export::Absolute(7))));
        for absent in ["", "_", "_abc", "_b", "a"] {
            assert_eq!(find(TRIE, absent.as_bytes()), Ok(None), "{absent}");
        }
        assert_eq!(find(&[], b"_a"), Ok(None));
    }

    #[test]
    fn an_edge_without_a_label_leads_nowhere() {
        // A node whose only edge is empty and leads back to itself.
        assert_eq!(find(&[0, 1, 0, 0], b"_a"), Ok(None));
    }

    proptest! {
        #[test]
        fn any_bytes_end_in_an_answer(trie: Vec<u8>, name: Vec<u8>) {
            let _ = find(&trie, &name);
        }

        #[test]
        fn so_do_damaged_tries(at in 0..TRIE.len(), byte: u8, name in "_[abc]{0,4}") {
            let mut trie = TRIE.to_vec();
            trie[at] = byte;
            let _ = find(&trie, name.as_bytes());
        }
    }
}
