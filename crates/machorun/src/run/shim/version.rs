//! The version of the system that programs are told they run on.

/// The parts of [`crate::MACOS`].
pub fn macos() -> [u32; 3] {
    let mut parts = crate::MACOS.split('.').map(|part| part.parse().unwrap_or(0));
    std::array::from_fn(|_| parts.next().unwrap_or(0))
}

/// Its kernel.
pub const KERNEL: &str = "20.6.0";
