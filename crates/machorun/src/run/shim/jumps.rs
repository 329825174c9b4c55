//! `_setjmp` and `_longjmp`. Darwin's buffer has 148 bytes (`machine/setjmp.h`), glibc's 200, so glibc's can't be used.
//! Saved are the registers that a call keeps (System V ABI) and where to return to; not the signal mask.

use std::arch::naked_asm;

use super::shims;

#[unsafe(naked)]
unsafe extern "C" fn set() {
    naked_asm!(
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
unsafe extern "C" fn jump() {
    naked_asm!(
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

shims! {
    ["__setjmp" => set]
    ["__longjmp" => jump]
}
