//! Architectures: the processors that programs are built for by name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::processor::{CpuType, Processor};

/// A processor architecture as Apple's tools name it after `-arch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arch {
    /// 32-bit PowerPC.
    Ppc,
    /// 32-bit Intel.
    I386,
    /// 64-bit Intel.
    X86_64,
    /// 64-bit ARM: Apple silicon.
    Arm64,
}

impl Arch {
    /// The name after `-arch`.
    pub fn name(self) -> &'static str {
        match self {
            Arch::Ppc => "ppc",
            Arch::I386 => "i386",
            Arch::X86_64 => "x86_64",
            Arch::Arm64 => "arm64",
        }
    }

    /// The architecture of a slice for this processor; nothing for others, and for variants such as `arm64e`.
    pub fn of(processor: Processor) -> Option<Arch> {
        let name = processor.to_string();
        [Arch::Ppc, Arch::I386, Arch::X86_64, Arch::Arm64].into_iter().find(|arch| arch.name() == name)
    }

    /// How Mach-O files number its processor.
    pub fn cpu(self) -> CpuType {
        match self {
            Arch::Ppc => CpuType::PPC,
            Arch::I386 => CpuType::I386,
            Arch::X86_64 => CpuType::X86_64,
            Arch::Arm64 => CpuType::ARM64,
        }
    }

    /// The size of its pages, bytes. The kernel maps slices and segments by pages.
    pub fn page_size(self) -> u64 {
        match self {
            Arch::Ppc | Arch::I386 | Arch::X86_64 => 4 << 10,
            Arch::Arm64 => 16 << 10,
        }
    }

    /// Whether clang and lld make it on any machine: lld refuses i386, clang ppc.
    pub fn is_cross_compiled(self) -> bool {
        matches!(self, Arch::X86_64 | Arch::Arm64)
    }

    /// The processor part of a GNU host triple, as `config.sub` spells it.
    pub fn gnu(self) -> &'static str {
        match self {
            Arch::Ppc => "powerpc",
            Arch::I386 => "i386",
            Arch::X86_64 => "x86_64",
            Arch::Arm64 => "aarch64",
        }
    }

    /// The macro that the compiler defines for this architecture.
    pub fn macro_name(self) -> &'static str {
        match self {
            Arch::Ppc => "__ppc__",
            Arch::I386 => "__i386__",
            Arch::X86_64 => "__x86_64__",
            Arch::Arm64 => "__aarch64__",
        }
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Arch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "ppc" => Ok(Arch::Ppc),
            "i386" => Ok(Arch::I386),
            "x86_64" => Ok(Arch::X86_64),
            "arm64" => Ok(Arch::Arm64),
            _ => Err(format!("unknown architecture `{text}`; known are ppc, i386, x86_64 and arm64")),
        }
    }
}
