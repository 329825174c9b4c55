//! Bills of materials: the `Bom` of a component, which the installer keeps as the package's receipt.
//!
//! The file is a store of numbered blocks with a B-tree of paths in it. `format.rs` beside this file draws it.
//!
//! ```
//! use flatpkg::{bom, mode::Mode, payload::{self, Compression}, tree::{Entry, Tree, TreePath}};
//!
//! let mut tree = Tree::new(Entry::directory(Mode::EXECUTABLE));
//! tree.insert(TreePath::new("hello")?, Entry::file(*b"hello\n", Mode::PLAIN))?;
//! let facts = payload::write(&tree, Compression::Gzip, &mut Vec::new(), &|_| ())?;
//! let bytes = bom::write(&tree, &facts)?;
//!
//! let bom = bom::read(&bytes)?;
//! assert_eq!(bom.records[1].to_string(), "-rw-r--r-- 0/0 0 6 c=b3beab91 ./hello");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod btree;
mod error;
mod format;
mod read;
mod record;
mod record_bytes;
#[cfg(test)]
mod tests;
mod write;

pub use error::BomError;
pub use read::read;
pub use record::{DirectorySizes, Node, Record, records, totals};

use crate::payload::Facts;
use crate::tree::Tree;
use macho::CpuType;

/// A bill of materials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bom {
    /// Bytes for each processor, [`CpuType::NONE`] for all that isn't Mach-O. See [`totals`].
    pub totals: Vec<(CpuType, u32)>,
    /// What is known of each path, sorted by path; the root is the first. Some tools write bills without any path.
    pub records: Vec<Record>,
    /// How the file that was read is made.
    pub form: Form,
}

/// Properties of a file that its records don't show, but on which Apple's readers insist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// The free list is there; without it Apple's readers abort.
    pub free_list: bool,
    /// Records without the eight zero bytes at their end, as before 2015; macOS 26 doesn't list such files.
    pub short_records: usize,
    /// Records with more after their tail, such as a SHA-1 digest. It is not interpreted.
    pub long_records: usize,
    /// The paths are in the order of (parent's number, name); out of order `lsbom` stops in the middle.
    pub sorted: bool,
    /// The number of paths that BomInfo states.
    pub stated_paths: u32,
}

/// Writes the bill of materials of a tree. The bytes depend on nothing else.
///
/// # Errors
///
/// A file without facts.
pub fn write(tree: &Tree, facts: &Facts) -> Result<Vec<u8>, BomError> {
    Bom::new(records(tree, facts)?).encode()
}

impl Bom {
    /// The bill of materials of these records, with their totals. They are sorted by path.
    pub fn new(mut records: Vec<Record>) -> Bom {
        records.sort_by(|a, b| a.path.cmp(&b.path));
        let totals = totals(&records, DirectorySizes::Excluded);
        let form = Form {
            free_list: true,
            short_records: 0,
            long_records: 0,
            sorted: true,
            stated_paths: records.len() as u32,
        };
        Bom { totals, records, form }
    }

    /// The bytes of the file, in today's form whatever `form` says.
    ///
    /// # Errors
    ///
    /// When the records aren't sorted, aren't a tree with a root, or need more than 4 GiB.
    pub fn encode(&self) -> Result<Vec<u8>, BomError> {
        write::encode(&self.totals, &self.records, btree::Capacity::APPLE)
    }

    /// The record of a path given as a [`TreePath`](crate::tree::TreePath) or its bytes.
    pub fn get(&self, path: &(impl AsRef<[u8]> + ?Sized)) -> Option<&Record> {
        let found = self.records.binary_search_by(|record| record.path.as_bytes().cmp(path.as_ref()));
        found.ok().and_then(|at| self.records.get(at))
    }
}
