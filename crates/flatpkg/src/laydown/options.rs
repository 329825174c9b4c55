//! What may be laid down.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What may be written in all unless something else is asked for: 20 GiB.
pub const MAX_SIZE: u64 = 20 << 30;

/// What is allowed.
#[derive(Debug, Clone)]
pub struct Options {
    /// Owners are set. Only root can give files away.
    pub owners: bool,
    /// Setuid and setgid bits are set, where owners are.
    pub keep_setid: bool,
    /// The most that is written, in bytes: each entry counts for its size in blocks of 4 KiB, and for one block at least.
    pub max_size: u64,
    /// Nothing more is written once this is set.
    pub stop: Arc<AtomicBool>,
}

impl Default for Options {
    /// No owners, no special bits, [`MAX_SIZE`].
    fn default() -> Self {
        Self { owners: false, keep_setid: false, max_size: MAX_SIZE, stop: Arc::default() }
    }
}

impl Options {
    /// Owners as they are stated, if we are root.
    #[must_use]
    pub fn with_owners(self) -> Self {
        Self { owners: rustix::process::geteuid().is_root(), ..self }
    }
}
