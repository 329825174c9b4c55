//! What can be wrong with a bill of materials.

use crate::budget::Exceeded;
use crate::shown::shown;
use crate::tree::{BadPath, TreePath};

/// Why a bill of materials can't be written or read. Offsets are bytes from the file's start.
#[derive(Debug, thiserror::Error)]
pub enum BomError {
    /// The checksum of a file wasn't made.
    #[error("there is no checksum for {path}", path = shown(path))]
    NoFacts {
        /// The path inside the tree.
        path: TreePath,
    },
    /// More paths or bytes than 32-bit numbers reach.
    #[error("the bill of materials needs more than 4 GiB")]
    TooLarge,
    /// The root is missing, or isn't first.
    #[error("the first path is {got:?}, expected the root \".\"")]
    NoRoot {
        /// The first path, empty if there is none.
        got: String,
    },
    /// A path's directory has no record.
    #[error("{path} has no parent directory in the bill of materials", path = shown(path))]
    NoParent {
        /// The path.
        path: TreePath,
    },
    /// Two records for one path, or records out of order.
    #[error("{path} is there twice or out of order", path = shown(path))]
    Duplicate {
        /// The path.
        path: TreePath,
    },
    /// The first bytes.
    #[error("the file starts with \"{got}\", expected \"BOMStore\" and version 1")]
    Magic {
        /// Its first bytes, escaped.
        got: String,
    },
    /// A part lies outside the file, or is too short for what it should hold.
    #[error("{what} needs bytes {offset} to {end}, the file has {length}")]
    Bounds {
        /// Which part.
        what: &'static str,
        /// Its start.
        offset: u64,
        /// Its end.
        end: u64,
        /// Length of the file.
        length: u64,
    },
    /// A block is empty, not in the index, or of another shape than its use demands.
    #[error("block {block} is no {expected}")]
    Block {
        /// Its number.
        block: u32,
        /// What it is used as.
        expected: &'static str,
    },
    /// Blocks shared by so many paths, or paths so long, that reading them would be far more work than the file is long.
    #[error(transparent)]
    Budget(#[from] Exceeded),
    /// One of the five variables.
    #[error(
        "there is no variable {name:?}: the store is no bill of materials (a compiled asset catalog, Assets.car, is none)"
    )]
    NoVariable {
        /// Its name.
        name: &'static str,
    },
    /// The nodes of the tree form a circle, or refer to more paths than the file can hold.
    #[error("block {block} is used again, or the tree refers to more than {limit} paths")]
    Endless {
        /// Number of the node.
        block: u32,
        /// Paths that a file of this length can hold.
        limit: usize,
    },
    /// Two paths have one number, or a path's directory is missing or lies in the path itself.
    #[error("path {name:?} has the number {id} of another one or a directory ({parent}) that is not there")]
    Number {
        /// The last component, lossily as text.
        name: String,
        /// Its number.
        id: u32,
        /// The number of its directory.
        parent: u32,
    },
    /// A name can't be part of a path.
    #[error("path number {id} has a bad name")]
    Name {
        /// The path's number.
        id: u32,
        /// What is wrong with it.
        source: BadPath,
    },
}
