//! The block that every thread's `gs` register leads to, and thread-local variables in it.
//!
//! Darwin's x86_64 code reads `%gs:0` for the address of the thread's own structure (CPython's `_Py_ThreadId`,
//! mimalloc). Linux programs don't use `gs` at all, so it is free: every thread gets a block whose first word is its
//! own address. A *descriptor* of a thread-local variable is three words: a function, a key, an offset
//! (`struct tlv_descriptor`). Code calls the function with the descriptor in `rdi` and gets the address in `rax`; all
//! other registers but flags keep their values (`CSR_64_TLS_Darwin` in LLVM's X86CallingConv.td; vector registers may
//! change). Our key is the place in the block of the pointer to the image's variables of this thread.
//!
//! Blocks are not freed when a thread ends: destructors of Darwin's thread-specific data run later than we could know.

use std::arch::naked_asm;
use std::sync::{PoisonError, RwLock};

/// How many images may have thread-local variables.
const IMAGES: usize = 1000;

/// The first word of a block is its address; the others are pointers to the variables of images.
#[repr(C, align(64))]
struct Block {
    own: *mut Block,
    variables: [*mut u8; IMAGES],
}

/// `ARCH_SET_GS` of `asm/prctl.h`.
const ARCH_SET_GS: i32 = 0x1001;

/// Gives the running thread its block. Every thread calls it before it runs Darwin's code.
pub fn enter_thread() {
    // SAFETY: the block is zeroed memory of its own layout, which fits the type; `gs` is unused by Linux programs.
    unsafe {
        let block = std::alloc::alloc_zeroed(std::alloc::Layout::new::<Block>()).cast::<Block>();
        if block.is_null() {
            libc::abort();
        }
        (*block).own = block;
        libc::syscall(libc::SYS_arch_prctl, ARCH_SET_GS, block);
    }
}

/// The initial values of images' variables, in the order of their keys.
static TEMPLATES: RwLock<Vec<&'static [u8]>> = RwLock::new(Vec::new());

/// Gives an image a key for its descriptors: where the pointer to its variables is in a block, bytes. `None` when too many
/// images have some. Every thread's variables begin as a copy of `template`.
pub fn register(template: &'static [u8]) -> Option<u64> {
    let mut templates = TEMPLATES.write().unwrap_or_else(PoisonError::into_inner);
    let index = templates.len();
    if index >= IMAGES {
        return None;
    }
    templates.push(template);
    Some((std::mem::offset_of!(Block, variables) + index * size_of::<*mut u8>()) as u64)
}

/// The initial values that belong to a key.
fn template(key: u64) -> Option<&'static [u8]> {
    let index = (key as usize - std::mem::offset_of!(Block, variables)) / size_of::<*mut u8>();
    TEMPLATES.read().unwrap_or_else(PoisonError::into_inner).get(index).copied()
}

/// What descriptors call.
#[unsafe(naked)]
pub unsafe extern "C" fn thunk() {
    naked_asm!(
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
        first_use = sym first_use,
    )
}

/// Makes this thread's variables of an image.
unsafe extern "C" fn first_use(key: u64) -> *mut u8 {
    let variables = match template(key) {
        Some(template) => {
            let size = template.len().max(1);
            let layout = std::alloc::Layout::from_size_align(size, 64);
            // SAFETY: as many bytes as the template has, of which it fills all.
            layout.ok().map(|layout| unsafe {
                let variables = std::alloc::alloc(layout);
                if !variables.is_null() {
                    std::ptr::copy_nonoverlapping(template.as_ptr(), variables, template.len());
                }
                variables
            })
        }
        None => None,
    };
    match variables {
        Some(variables) if !variables.is_null() => {
            // SAFETY: `gs:0` is the address of this thread's block, and the key lies in it.
            unsafe {
                let block: *mut u8;
                std::arch::asm!("mov {}, gs:[0]", out(reg) block, options(nostack, readonly, preserves_flags));
                block.add(key as usize).cast::<*mut u8>().write(variables);
            }
            variables
        }
        // SAFETY: always safe.
        _ => unsafe { libc::abort() },
    }
}
