//! What functions share of how they are left.

use std::borrow::Cow;

/// What several functions share: DWARF's common information entry (CIE).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules<'data> {
    /// What distances in code are multiples of.
    pub code_alignment: u64,
    /// What distances on the stack are multiples of.
    pub data_alignment: i64,
    /// The register that stands for the address to return to.
    pub return_register: u8,
    /// DWARF's instructions that hold in the caller's place.
    pub instructions: Cow<'data, [u8]>,
    /// Unslid address of the pointer to the function that is asked what happens here, as when something is to be dropped.
    pub personality: Option<u64>,
    /// Whether its functions say where their tables for it are.
    pub has_tables: bool,
}
