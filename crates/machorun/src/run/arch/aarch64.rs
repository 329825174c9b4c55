//! What differs by processor: 64-bit ARM. `x86_64.rs` has the same names.
//!
//! Darwin differs from the procedure call standard that Linux follows (*Writing ARM64 code for Apple platforms*): all
//! variadic arguments are on the stack, 8 bytes each, and `va_list` is a pointer to them; `long double` is `double`;
//! `x29` always leads to a frame record; arguments and results of less than 32 bits are extended by who passes them.

use std::arch::{asm, global_asm};
use std::io;
use std::ops::Range;

/// What `uname` says.
pub const MACHINE: &[u8] = b"arm64";

// The running thread's block: a thread-local variable of this program, so at a fixed distance from `tpidr_el0`.
global_asm!(
    ".section .tbss.machorun_block,\"awT\",@nobits",
    ".p2align 3",
    ".hidden machorun_block",
    ".globl machorun_block",
    ".type machorun_block, @tls_object",
    ".size machorun_block, 8",
    "machorun_block:",
    ".zero 8",
    ".text",
);

/// Where the pointer to the running thread's block is: bytes after what `tpidr_el0` says.
fn distance() -> u64 {
    let distance: u64;
    // SAFETY: a number; nothing is read.
    unsafe {
        asm!(
            "movz {0}, #:tprel_g1:machorun_block",
            "movk {0}, #:tprel_g0_nc:machorun_block",
            out(reg) distance,
            options(nostack, nomem, preserves_flags),
        );
    }
    distance
}

unsafe fn place() -> *mut *mut u8 {
    let own: u64;
    asm!("mrs {}, tpidr_el0", out(reg) own, options(nostack, nomem, preserves_flags));
    (own + distance()) as *mut *mut u8
}

/// Darwin's code reads `tpidrro_el0` for the address of the thread's own structure, which no Linux program can set: see
/// [`find_blocks_in`].
///
/// # Safety
/// The block lives as long as the thread, and its first word is its address.
pub unsafe fn set_block(block: *mut u8) {
    place().write(block);
}

/// The running thread's block.
///
/// # Safety
/// The thread has one.
pub unsafe fn block() -> *mut u8 {
    place().read()
}

/// `mrs x0, tpidrro_el0`; the register is the lowest five bits.
const READ_DARWIN: u32 = 0xd53b_d060;

/// `mrs x0, tpidr_el0`
const READ_LINUX: u32 = 0xd53b_d040;

/// How many instructions stand for one that reads `tpidrro_el0`.
const WORDS: usize = 5;

/// Replaces every read of `tpidrro_el0` by a branch to code that gets the block's address and branches back. That code is put
/// behind the image, which ends at `after`.
///
/// # Errors
/// When there is no memory near enough for a branch.
///
/// # Safety
/// The ranges are addresses of an image's instructions, and writable.
pub unsafe fn find_blocks_in(code: &[Range<u64>], after: u64) -> io::Result<()> {
    let whole = |range: &Range<u64>| range.start.next_multiple_of(4)..range.end.saturating_sub(3);
    let words = |range: &Range<u64>| whole(range).step_by(4).map(|at| at as *mut u32);
    let reads = |at: &*mut u32| at.read() & !31 == READ_DARWIN;
    let sites: Vec<*mut u32> = code.iter().flat_map(words).filter(reads).collect();
    if sites.is_empty() {
        return Ok(());
    }
    let len = sites.len() * WORDS * size_of::<u32>();
    let first = code.iter().map(|range| range.start).min().unwrap_or(after);
    let page = map_near(first..after, len)?;
    let branch = |from: *mut u32, to: *mut u32| {
        let words = (to as i64 - from as i64) / 4;
        // `b` has 26 bits for it.
        let near = (-(1 << 25)..1 << 25).contains(&words);
        near.then_some(0x1400_0000 | words as u32 & 0x03ff_ffff)
            .ok_or_else(|| io::Error::other("no memory near the image for code that finds a thread's structure"))
    };
    let distance = distance() as u32;
    for (number, at) in sites.into_iter().enumerate() {
        let register = at.read() & 31;
        let stub = page.cast::<u32>().add(number * WORDS);
        let add = |shift: u32, value: u32| 0x9100_0000 | shift << 22 | value << 10 | register << 5 | register;
        // mrs x, tpidr_el0; add x, x, distance; ldr x, [x]; b back
        stub.write(READ_LINUX | register);
        stub.add(1).write(add(1, distance >> 12));
        stub.add(2).write(add(0, distance & 0xfff));
        stub.add(3).write(0xf940_0000 | register << 5 | register);
        stub.add(4).write(branch(stub.add(4), at.add(1))?);
        at.write(branch(at, stub)?);
        written(at as u64..at as u64 + 4);
    }
    libc::mprotect(page, len, libc::PROT_READ | libc::PROT_EXEC);
    written(page as u64..page as u64 + len as u64);
    Ok(())
}

/// Maps writable memory that a branch from anywhere in a range reaches. The kernel takes an address as a wish.
unsafe fn map_near(range: Range<u64>, len: usize) -> io::Result<*mut libc::c_void> {
    const STEP: u64 = 1 << 20;
    /// What `b` reaches, but for a bit of the page.
    const REACH: u64 = 127 << 20;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    let above = (0..REACH).step_by(STEP as usize).map(|step| range.end.saturating_add(step));
    let below = (STEP..REACH).step_by(STEP as usize).map(|step| range.start.saturating_sub(step) & !(STEP - 1));
    for wanted in above.zip(below).flat_map(|(above, below)| [above, below]) {
        let page = libc::mmap(wanted as *mut libc::c_void, len, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0);
        if page == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        if [range.start, range.end].iter().all(|end| end.abs_diff(page as u64) < REACH) {
            return Ok(page);
        }
        libc::munmap(page, len);
    }
    Err(io::Error::other("no memory near the image for code that finds a thread's structure"))
}

/// What descriptors of thread-local variables call: the descriptor is in `x0`, the address comes back there, and all other
/// registers but `x16`, `x17` and flags keep their values (`threadLocalHelpers.s` of dyld). `first_use` makes the variables
/// that belong to a key in this thread.
macro_rules! thread_local_getter {
    ($name:ident, $first_use:path) => {
        #[unsafe(naked)]
        pub unsafe extern "C" fn $name() {
            std::arch::naked_asm!(
                "mrs x17, tpidr_el0",
                "add x17, x17, #:tprel_hi12:machorun_block, lsl #12",
                "add x17, x17, #:tprel_lo12_nc:machorun_block",
                "ldr x17, [x17]",
                "ldr x16, [x0, #8]",
                "ldr x17, [x17, x16]",
                "cbz x17, 2f",
                "ldr x16, [x0, #16]",
                "add x0, x17, x16",
                "ret",
                // The first use in this thread.
                "2:",
                "stp x29, x30, [sp, #-16]!",
                "mov x29, sp",
                "sub sp, sp, #640",
                "stp x0, x1, [sp]",
                "stp x2, x3, [sp, #16]",
                "stp x4, x5, [sp, #32]",
                "stp x6, x7, [sp, #48]",
                "stp x8, x9, [sp, #64]",
                "stp x10, x11, [sp, #80]",
                "stp x12, x13, [sp, #96]",
                "stp x14, x15, [sp, #112]",
                "stp q0, q1, [sp, #128]",
                "stp q2, q3, [sp, #160]",
                "stp q4, q5, [sp, #192]",
                "stp q6, q7, [sp, #224]",
                "stp q8, q9, [sp, #256]",
                "stp q10, q11, [sp, #288]",
                "stp q12, q13, [sp, #320]",
                "stp q14, q15, [sp, #352]",
                "stp q16, q17, [sp, #384]",
                "stp q18, q19, [sp, #416]",
                "stp q20, q21, [sp, #448]",
                "stp q22, q23, [sp, #480]",
                "stp q24, q25, [sp, #512]",
                "stp q26, q27, [sp, #544]",
                "stp q28, q29, [sp, #576]",
                "stp q30, q31, [sp, #608]",
                "mov x0, x16",
                "bl {first_use}",
                "mov x17, x0",
                "ldp q30, q31, [sp, #608]",
                "ldp q28, q29, [sp, #576]",
                "ldp q26, q27, [sp, #544]",
                "ldp q24, q25, [sp, #512]",
                "ldp q22, q23, [sp, #480]",
                "ldp q20, q21, [sp, #448]",
                "ldp q18, q19, [sp, #416]",
                "ldp q16, q17, [sp, #384]",
                "ldp q14, q15, [sp, #352]",
                "ldp q12, q13, [sp, #320]",
                "ldp q10, q11, [sp, #288]",
                "ldp q8, q9, [sp, #256]",
                "ldp q6, q7, [sp, #224]",
                "ldp q4, q5, [sp, #192]",
                "ldp q2, q3, [sp, #160]",
                "ldp q0, q1, [sp, #128]",
                "ldp x14, x15, [sp, #112]",
                "ldp x12, x13, [sp, #96]",
                "ldp x10, x11, [sp, #80]",
                "ldp x8, x9, [sp, #64]",
                "ldp x6, x7, [sp, #48]",
                "ldp x4, x5, [sp, #32]",
                "ldp x2, x3, [sp, #16]",
                "ldp x0, x1, [sp]",
                "ldr x16, [x0, #16]",
                "add x0, x17, x16",
                "mov sp, x29",
                "ldp x29, x30, [sp], #16",
                "ret",
                first_use = sym $first_use,
            )
        }
    };
}
pub(crate) use thread_local_getter;

/// The jumps of `setjmp.h`: into a buffer and back, and the same with the signal mask, which two functions keep and put back.
/// Kept are the registers that a call keeps and where to return to, in the first 168 bytes of a buffer of 192.
macro_rules! jumps {
    ($set:ident, $jump:ident; $set_with_mask:ident => $keep:path, $jump_with_mask:ident => $put_back:path) => {
        #[unsafe(naked)]
        unsafe extern "C" fn $set() {
            std::arch::naked_asm!(
                "stp x19, x20, [x0]",
                "stp x21, x22, [x0, #16]",
                "stp x23, x24, [x0, #32]",
                "stp x25, x26, [x0, #48]",
                "stp x27, x28, [x0, #64]",
                "stp x29, x30, [x0, #80]",
                "stp d8, d9, [x0, #96]",
                "stp d10, d11, [x0, #112]",
                "stp d12, d13, [x0, #128]",
                "stp d14, d15, [x0, #144]",
                "mov x9, sp",
                "str x9, [x0, #160]",
                "mov w0, #0",
                "ret",
            )
        }

        #[unsafe(naked)]
        unsafe extern "C" fn $jump() {
            std::arch::naked_asm!(
                "ldp x19, x20, [x0]",
                "ldp x21, x22, [x0, #16]",
                "ldp x23, x24, [x0, #32]",
                "ldp x25, x26, [x0, #48]",
                "ldp x27, x28, [x0, #64]",
                "ldp x29, x30, [x0, #80]",
                "ldp d8, d9, [x0, #96]",
                "ldp d10, d11, [x0, #112]",
                "ldp d12, d13, [x0, #128]",
                "ldp d14, d15, [x0, #144]",
                "ldr x9, [x0, #160]",
                "mov sp, x9",
                "cmp w1, #0",
                "csinc w0, w1, wzr, ne",
                "ret",
            )
        }

        #[unsafe(naked)]
        unsafe extern "C" fn $set_with_mask() {
            std::arch::naked_asm!(
                "stp x0, x30, [sp, #-16]!",
                "bl {}",
                "ldp x0, x30, [sp], #16",
                "b {}",
                sym $keep,
                sym $set,
            )
        }

        #[unsafe(naked)]
        unsafe extern "C" fn $jump_with_mask() {
            std::arch::naked_asm!(
                "stp x0, x1, [sp, #-16]!",
                "bl {}",
                "ldp x0, x1, [sp], #16",
                "b {}",
                sym $put_back,
                sym $jump,
            )
        }
    };
}
pub(crate) use jumps;

/// How many bytes of a jump's buffer hold registers.
pub const JUMP: usize = 168;

/// A function of two arguments that also gets its caller's frame and where that goes on, which only machine code sees.
macro_rules! with_frame {
    ($name:ident => $function:path) => {
        #[unsafe(naked)]
        unsafe extern "C" fn $name() {
            std::arch::naked_asm!("mov x2, x29", "mov x3, x30", "b {}", sym $function)
        }
    };
}
pub(crate) use with_frame;

/// A function whose arguments from the second on are a list, of whatever length: it calls one that takes the list's address.
/// The list's first argument has a name, so it is in a register; the others are on the stack, and it is put before them.
macro_rules! listed {
    ($name:ident => $function:path) => {
        #[unsafe(naked)]
        unsafe extern "C" fn $name() {
            std::arch::naked_asm!(
                "stp x29, x30, [sp, #-32]!",
                "mov x29, sp",
                "str x1, [sp, #24]",
                "add x1, sp, #24",
                "bl {}",
                "ldp x29, x30, [sp], #32",
                "ret",
                sym $function,
            )
        }
    };
}
pub(crate) use listed;

/// A function that calls one without arguments, and then goes on as another, with its caller and up to two arguments as they were.
macro_rules! after {
    ($name:ident: $first:path => $function:path) => {
        #[unsafe(naked)]
        unsafe extern "C" fn $name() {
            std::arch::naked_asm!(
                "stp x0, x1, [sp, #-32]!",
                "str x30, [sp, #16]",
                "bl {first}",
                "ldr x30, [sp, #16]",
                "ldp x0, x1, [sp], #32",
                "b {function}",
                first = sym $first,
                function = sym $function,
            )
        }
    };
}
pub(crate) use after;

/// Objective-C's messages: one to nil gives back nothing, in whichever register; of any other a function hears the selector, and
/// doesn't come back.
macro_rules! messages {
    ($name:ident => $sent:path) => {
        #[unsafe(naked)]
        #[allow(non_snake_case)]
        unsafe extern "C" fn $name() {
            std::arch::naked_asm!(
                "cbnz x0, 2f",
                "mov x1, xzr",
                "movi v0.2d, #0",
                "movi v1.2d, #0",
                "movi v2.2d, #0",
                "movi v3.2d, #0",
                "ret",
                "2: mov x0, x1",
                "b {sent}",
                sent = sym $sent,
            )
        }
    };
}
pub(crate) use messages;

/// Functions with one or two optional arguments that are integers or pointers, `NAME: NAMED => FUNCTION`: they are fetched from
/// the stack to where named ones would be. What isn't there is something of the caller's, and not looked at.
macro_rules! optional {
    ($($name:ident: $named:literal => $function:path;)*) => {
        $(
            #[unsafe(naked)]
            unsafe extern "C" fn $name() {
                std::arch::naked_asm!(
                    "ldp x{first}, x{second}, [sp]",
                    "b {function}",
                    first = const $named,
                    second = const $named + 1,
                    function = sym $function,
                )
            }
        )*
    };
}
pub(crate) use optional;

/// Code that calls a function, which doesn't come back, with one argument.
pub fn call(argument: u64, function: u64) -> Vec<u8> {
    // ldr x0, argument; ldr x16, function; br x16; nop
    let mut code: Vec<u8> = [0x5800_0080_u32, 0x5800_00b0, 0xd61f_0200, 0xd503_201f].map(u32::to_le_bytes).concat();
    code.extend(argument.to_le_bytes());
    code.extend(function.to_le_bytes());
    code
}

/// Makes instructions that were just written be what the processor runs: data and instructions have caches of their own.
///
/// # Safety
/// The range is mapped, and readable.
pub unsafe fn written(code: Range<u64>) {
    // `CTR_EL0`: the logarithms of the smallest cache lines, in words.
    let lines: u64;
    asm!("mrs {}, ctr_el0", out(reg) lines, options(nostack, nomem, preserves_flags));
    let lines_of = |shift: u64| {
        let line = 4 << (lines >> shift & 15);
        (code.start & !(line - 1)..code.end).step_by(line as usize)
    };
    for at in lines_of(16) {
        asm!("dc cvau, {}", in(reg) at, options(nostack, preserves_flags));
    }
    asm!("dsb ish", options(nostack, preserves_flags));
    for at in lines_of(0) {
        asm!("ic ivau, {}", in(reg) at, options(nostack, preserves_flags));
    }
    asm!("dsb ish", "isb", options(nostack, preserves_flags));
}

/// What macOS 11 calls abilities of the processor (`bsd/kern/kern_mib.c` of XNU), and the bits of `AT_HWCAP` for them
/// (`asm/hwcap.h`).
const ABILITIES: &[(&[u8], u64)] = &[
    (b"hw.optional.floatingpoint", 1),
    (b"hw.optional.neon", 1 << 1),
    (b"hw.optional.neon_hpfp", 1 << 10),
    (b"hw.optional.neon_fp16", 1 << 10),
    (b"hw.optional.armv8_1_atomics", 1 << 8),
    (b"hw.optional.armv8_crc32", 1 << 7),
    (b"hw.optional.armv8_2_fhm", 1 << 23),
    (b"hw.optional.armv8_2_sha512", 1 << 21),
    (b"hw.optional.armv8_2_sha3", 1 << 17),
    (b"hw.optional.arm64", 0),
];

/// What `sysctlbyname` says of the processor: an M1, but for what this one can't do.
pub fn known(name: &[u8]) -> Option<Vec<u8>> {
    if name == b"machdep.cpu.brand_string" {
        return Some(b"Apple M1\0".to_vec());
    }
    let (_, wanted) = ABILITIES.iter().find(|(ability, _)| *ability == name)?;
    // SAFETY: always safe.
    let has = unsafe { libc::getauxval(libc::AT_HWCAP) };
    Some(i32::from(has & wanted == *wanted).to_le_bytes().to_vec())
}

/// A symbol as this processor's libraries name it: 64-bit inodes are all that there has ever been, so names don't say it.
pub fn symbol(name: &str) -> &str {
    name.strip_suffix("$INODE64").unwrap_or(name)
}
