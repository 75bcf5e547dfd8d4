/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the entries of copied vtables point to: 16 bytes a slot, the slots of methods whose `this` is the first argument, then those whose
 * result lies in memory, where it is the second. All arguments are saved, the witness is asked, and the call goes on as it came: by a jump,
 * or, where its result matters, by a call with its stack arguments copied. pw_registers (witness.h) is the frame.
 */
#define SLOTS  128
#define FRAME  272
#define RAX    48
#define VECTOR 64
#define RESULT 192
#define CALLER 240

    .text
    .globl pw_stubs
    .hidden pw_stubs
    .type pw_stubs, @function
    .p2align 4
pw_stubs:
    .cfi_startproc
    .set slot, 0
    .rept 2 * SLOTS
    endbr64
    movl $slot, %r11d
    jmp common
    .p2align 4
    .set slot, slot + 1
    .endr
    .cfi_endproc
    .size pw_stubs, . - pw_stubs

    .macro each_register move
    \move %rdi, 0(%rsp)
    \move %rsi, 8(%rsp)
    \move %rdx, 16(%rsp)
    \move %rcx, 24(%rsp)
    \move %r8, 32(%rsp)
    \move %r9, 40(%rsp)
    \move %rax, RAX(%rsp)
    \move %r10, 56(%rsp)
    .endm

    .macro load_registers
    movq -FRAME(%rbp), %rdi
    movq 8-FRAME(%rbp), %rsi
    movq 16-FRAME(%rbp), %rdx
    movq 24-FRAME(%rbp), %rcx
    movq 32-FRAME(%rbp), %r8
    movq 40-FRAME(%rbp), %r9
    movq RAX-FRAME(%rbp), %rax
    movq 56-FRAME(%rbp), %r10
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    movaps VECTOR+16*\n-FRAME(%rbp), %xmm\n
    .endr
    .endm

    .type common, @function
    .p2align 4
common:
    .cfi_startproc
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register %rbp
    subq $FRAME, %rsp
    each_register movq
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    movaps %xmm\n, VECTOR+16*\n(%rsp)
    .endr
    movq 8(%rbp), %rax
    movq %rax, CALLER(%rsp)
    movq %rsp, %rdi
    movl %r11d, %esi
    call pw_trace_enter
    movq %rax, %r11
    cmpq $-1, %rdx
    je 1f
    cmpq $-2, %rdx
    je 2f
    testq %rdx, %rdx
    je 3f
    movq %rdx, %rcx
    addq $15, %rdx
    andq $-16, %rdx
    subq %rdx, %rsp
    shrq $3, %rcx
    leaq 16(%rbp), %rsi
    movq %rsp, %rdi
    cld
    rep movsq
3:
    load_registers
    call *%r11
    movq %rax, RESULT-FRAME(%rbp)
    movq %rdx, RESULT+8-FRAME(%rbp)
    movaps %xmm0, RESULT+16-FRAME(%rbp)
    movaps %xmm1, RESULT+32-FRAME(%rbp)
    leaq -FRAME(%rbp), %rdi
    call pw_trace_leave
2:
    movq RESULT-FRAME(%rbp), %rax
    movq RESULT+8-FRAME(%rbp), %rdx
    movaps RESULT+16-FRAME(%rbp), %xmm0
    movaps RESULT+32-FRAME(%rbp), %xmm1
    movq %rbp, %rsp
    .cfi_remember_state
    popq %rbp
    .cfi_def_cfa %rsp, 8
    ret
1:
    .cfi_restore_state
    load_registers
    movq %rbp, %rsp
    popq %rbp
    .cfi_def_cfa %rsp, 8
    jmp *%r11
    .cfi_endproc
    .size common, . - common

    .section .note.GNU-stack, "", @progbits
