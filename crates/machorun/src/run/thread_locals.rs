//! The block that every thread has, and thread-local variables in it.
//!
//! Darwin's code asks a register for the address of the thread's own structure (CPython's `_Py_ThreadId`, mimalloc): every
//! thread gets a block whose first word is its own address, and `arch` leads that register to it. A *descriptor* of a
//! thread-local variable is three words: a function, a key, an offset (`struct tlv_descriptor`). Code calls the function
//! with the descriptor and gets the address. Our key is the place in the block of the pointer to the image's variables of
//! this thread.
//!
//! Blocks are not freed when a thread ends: destructors of Darwin's thread-specific data run later than we could know.

use std::sync::{PoisonError, RwLock};

use super::arch;

/// How many images may have thread-local variables.
const IMAGES: usize = 1000;

/// The first word of a block is its address; the others are pointers to the variables of images.
#[repr(C, align(64))]
struct Block {
    own: *mut Block,
    variables: [*mut u8; IMAGES],
}

/// Gives the running thread its block. Every thread calls it before it runs Darwin's code.
pub fn enter_thread() {
    // SAFETY: the block is zeroed memory of its own layout, which fits the type, and is never freed.
    unsafe {
        let block = std::alloc::alloc_zeroed(std::alloc::Layout::new::<Block>()).cast::<Block>();
        if block.is_null() {
            libc::abort();
        }
        (*block).own = block;
        arch::set_block(block.cast());
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

arch::thread_local_getter!(thunk, first_use);

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
            // SAFETY: the key lies in this thread's block.
            unsafe { arch::block().add(key as usize).cast::<*mut u8>().write(variables) };
            variables
        }
        // SAFETY: always safe.
        _ => unsafe { libc::abort() },
    }
}
