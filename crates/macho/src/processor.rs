//! Processors, as Mach-O files number them and Apple's tools name them (`<mach/machine.h>`).

use std::fmt;

/// A processor type. It shows as the name `lipo` uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CpuType(pub u32);

impl CpuType {
    /// Zero: no processor. In a bill of materials, everything that isn't Mach-O.
    pub const NONE: CpuType = CpuType(0);
    /// 32-bit Intel.
    pub const I386: CpuType = CpuType(7);
    /// 32-bit PowerPC.
    pub const PPC: CpuType = CpuType(18);
    /// 64-bit Intel.
    pub const X86_64: CpuType = CpuType(0x0100_0007);
    /// 64-bit Apple silicon.
    pub const ARM64: CpuType = CpuType(0x0100_000C);

    fn name(self) -> Option<&'static str> {
        Some(match self {
            CpuType::NONE => "none",
            CpuType::I386 => "i386",
            CpuType::PPC => "ppc",
            CpuType::X86_64 => "x86_64",
            CpuType::ARM64 => "arm64",
            CpuType(0x0200_000C) => "arm64_32",
            CpuType(0x0100_0012) => "ppc64",
            _ => return None,
        })
    }
}

impl fmt::Display for CpuType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "cpu {:#010x}", self.0),
        }
    }
}

/// A processor and its variant. It shows as Apple's tools call it: `arm64e`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Processor {
    /// Which processor.
    pub cpu: CpuType,
    /// Its variant, with capability bits in the highest byte, as the header has it.
    pub subtype: u32,
}

impl fmt::Display for Processor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subtype = self.subtype & 0x00ff_ffff;
        match (self.cpu, subtype) {
            (CpuType::X86_64, 3) | (CpuType::ARM64, 0) => self.cpu.fmt(f),
            (CpuType::X86_64, 8) => f.pad("x86_64h"),
            (CpuType::ARM64, 1) => f.pad("arm64v8"),
            (CpuType::ARM64, 2) => f.pad("arm64e"),
            (CpuType::X86_64 | CpuType::ARM64 | CpuType::NONE, _) => self.numbers(f, subtype),
            (cpu, _) => match cpu.name() {
                Some(name) => f.pad(name),
                None => self.numbers(f, subtype),
            },
        }
    }
}

impl Processor {
    fn numbers(self, f: &mut fmt::Formatter<'_>, subtype: u32) -> fmt::Result {
        write!(f, "processor {:#x}.{subtype}", self.cpu.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_apples_tools() {
        let name = |cpu, subtype| Processor { cpu: CpuType(cpu), subtype }.to_string();
        assert_eq!(name(0x0100_0007, 0x8000_0003), "x86_64");
        assert_eq!([name(0x0100_0007, 8), name(0x0100_000c, 2)], ["x86_64h", "arm64e"]);
        assert_eq!([name(7, 3), name(18, 100), name(0x0200_000c, 1)], ["i386", "ppc", "arm64_32"]);
        assert_eq!([name(0x0100_000c, 9), name(12, 9)], ["processor 0x100000c.9", "processor 0xc.9"]);
        assert_eq!(format!("{:>8}|{}", CpuType::ARM64, CpuType(12)), "   arm64|cpu 0x0000000c");
    }
}
