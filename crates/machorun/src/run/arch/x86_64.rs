//! What differs by processor: x86_64. `aarch64.rs` has the same names.
//!
//! Darwin and Linux pass arguments alike on x86_64 (System V ABI): a variadic integer or pointer is in the register of a
//! named one, so functions with optional arguments need nothing here.

use std::arch::asm;
use std::io;
use std::ops::Range;

/// What `uname` says.
pub const MACHINE: &[u8] = b"x86_64";

/// `ARCH_SET_GS` of `asm/prctl.h`.
const ARCH_SET_GS: i32 = 0x1001;

/// Darwin's code reads `%gs:0` for the address of the thread's own structure, whose first word is that address; Linux
/// programs don't use `gs` at all.
///
/// # Safety
/// The block lives as long as the thread, and its first word is its address.
pub unsafe fn set_block(block: *mut u8) {
    libc::syscall(libc::SYS_arch_prctl, ARCH_SET_GS, block);
}

/// The running thread's block.
///
/// # Safety
/// The thread has one.
pub unsafe fn block() -> *mut u8 {
    let block;
    asm!("mov {}, gs:[0]", out(reg) block, options(nostack, readonly, preserves_flags));
    block
}

/// Code finds the thread's structure as it is.
///
/// # Errors
/// None here.
///
/// # Safety
/// None here.
pub unsafe fn find_blocks_in(_code: &[Range<u64>], _after: u64) -> io::Result<()> {
    Ok(())
}

/// What descriptors of thread-local variables call: the descriptor is in `rdi`, the address comes back in `rax`, and all
/// other registers but flags keep their values (`CSR_64_TLS_Darwin` in LLVM's X86CallingConv.td; vector registers may
/// change). `first_use` makes the variables that belong to a key in this thread.
macro_rules! thread_local_getter {
    ($name:ident, $first_use:path) => {
        #[unsafe(naked)]
        pub unsafe extern "C" fn $name() {
            std::arch::naked_asm!(
                "mov rax, [rdi + 8]",
                "mov rax, gs:[rax]",
                "test rax, rax",
                "jz 2f",
                "add rax, [rdi + 16]",
                "ret",
                // The first use in this thread. All but rax must survive.
                "2:",
                "push rbp",
                "mov rbp, rsp",
                "push rdi",
                "push rsi",
                "push rdx",
                "push rcx",
                "push r8",
                "push r9",
                "push r10",
                "push r11",
                "and rsp, -16",
                "mov rdi, [rdi + 8]",
                "call {first_use}",
                "lea rsp, [rbp - 64]",
                "pop r11",
                "pop r10",
                "pop r9",
                "pop r8",
                "pop rcx",
                "pop rdx",
                "pop rsi",
                "pop rdi",
                "pop rbp",
                "add rax, [rdi + 16]",
                "ret",
                first_use = sym $first_use,
            )
        }
    };
}
pub(crate) use thread_local_getter;

/// The jumps of `setjmp.h`: into a buffer and back, and the same with the signal mask, which two functions keep and put back.
/// Kept are the registers that a call keeps and where to return to, in the first 64 bytes of a buffer of 148.
macro_rules! jumps {
    ($set:ident, $jump:ident; $set_with_mask:ident => $keep:path, $jump_with_mask:ident => $put_back:path) => {
        #[unsafe(naked)]
        unsafe extern "C" fn $set() {
            std::arch::naked_asm!(
                "mov [rdi], rbx",
                "mov [rdi + 8], rbp",
                "mov [rdi + 16], r12",
                "mov [rdi + 24], r13",
                "mov [rdi + 32], r14",
                "mov [rdi + 40], r15",
                "lea rax, [rsp + 8]",
                "mov [rdi + 48], rax",
                "mov rax, [rsp]",
                "mov [rdi + 56], rax",
                "xor eax, eax",
                "ret",
            )
        }

        #[unsafe(naked)]
        unsafe extern "C" fn $jump() {
            std::arch::naked_asm!(
                "mov rbx, [rdi]",
                "mov rbp, [rdi + 8]",
                "mov r12, [rdi + 16]",
                "mov r13, [rdi + 24]",
                "mov r14, [rdi + 32]",
                "mov r15, [rdi + 40]",
                "mov rsp, [rdi + 48]",
                "mov eax, esi",
                "test eax, eax",
                "jnz 2f",
                "inc eax",
                "2:",
                "jmp [rdi + 56]",
            )
        }

        #[unsafe(naked)]
        unsafe extern "C" fn $set_with_mask() {
            std::arch::naked_asm!("push rdi", "call {}", "pop rdi", "jmp {}", sym $keep, sym $set)
        }

        #[unsafe(naked)]
        unsafe extern "C" fn $jump_with_mask() {
            std::arch::naked_asm!(
                "sub rsp, 24",
                "mov [rsp], rdi",
                "mov [rsp + 8], rsi",
                "call {}",
                "mov rdi, [rsp]",
                "mov rsi, [rsp + 8]",
                "jmp {}",
                sym $put_back,
                sym $jump,
            )
        }
    };
}
pub(crate) use jumps;

/// How many bytes of a jump's buffer hold registers.
pub const JUMP: usize = 64;

/// A function of two arguments that also gets its caller's frame and where that goes on, which only machine code sees.
macro_rules! with_frame {
    ($name:ident => $function:path) => {
        #[unsafe(naked)]
        unsafe extern "C" fn $name() {
            std::arch::naked_asm!("mov rdx, rbp", "mov rcx, [rsp]", "jmp {}", sym $function)
        }
    };
}
pub(crate) use with_frame;

/// A function whose arguments from the second on are a list, of whatever length: it calls one that takes the list's address.
/// Five arguments are in registers, which are put before those on the stack, where the address to return to was.
macro_rules! listed {
    ($name:ident => $function:path) => {
        #[unsafe(naked)]
        unsafe extern "C" fn $name() {
            std::arch::naked_asm!(
                "pop r10",
                "push r9",
                "push r8",
                "push rcx",
                "push rdx",
                "push rsi",
                "mov rsi, rsp",
                "push r10",
                "push rbp",
                "mov rbp, rsp",
                "and rsp, -16",
                "call {}",
                "mov rsp, rbp",
                "pop rbp",
                "pop r10",
                "add rsp, 40",
                "jmp r10",
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
                "push rdi",
                "push rsi",
                "sub rsp, 8",
                "call {first}",
                "add rsp, 8",
                "pop rsi",
                "pop rdi",
                "jmp {function}",
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
                "test rdi, rdi",
                "jnz 2f",
                "xor eax, eax",
                "xor edx, edx",
                "xorps xmm0, xmm0",
                "xorps xmm1, xmm1",
                "ret",
                "2: and rsp, -16",
                "mov rdi, rsi",
                "call {sent}",
                sent = sym $sent,
            )
        }
    };
}
pub(crate) use messages;

/// Functions with one or two optional arguments that are integers or pointers, `NAME: NAMED => FUNCTION`: they are where named
/// ones would be.
macro_rules! optional {
    ($($name:ident: $named:literal => $function:path;)*) => {
        $(use $function as $name;)*
    };
}
pub(crate) use optional;

/// Code that calls a function, which doesn't come back, with one argument.
pub fn call(argument: u64, function: u64) -> Vec<u8> {
    // mov rdi, argument; mov rax, function; and rsp, -16; call rax
    let mut code = vec![0x48, 0xbf];
    code.extend(argument.to_le_bytes());
    code.extend([0x48, 0xb8]);
    code.extend(function.to_le_bytes());
    code.extend([0x48, 0x83, 0xe4, 0xf0, 0xff, 0xd0]);
    code
}

/// Makes instructions that were just written be what the processor runs; here it sees them by itself.
///
/// # Safety
/// None here.
pub unsafe fn written(_code: Range<u64>) {}

/// What `sysctlbyname` says of the processor: nothing, which programs take for an old one.
pub fn known(_name: &[u8]) -> Option<Vec<u8>> {
    None
}

/// A symbol as this processor's libraries name it.
pub fn symbol(name: &str) -> &str {
    name
}
