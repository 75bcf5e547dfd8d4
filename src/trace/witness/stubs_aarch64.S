/* SPDX-License-Identifier: Apache-2.0 */
/* As stubs_x86_64.S, by the rules of AAPCS64: `this` is x0 always, a result in memory is named by x8. */
#define SLOTS  128
#define FRAME  320
#define VECTOR 80
#define RESULT 208

    .text
    .globl pw_stubs
    .hidden pw_stubs
    .type pw_stubs, %function
    .p2align 4
pw_stubs:
    .cfi_startproc
    .set slot, 0
    .rept 2 * SLOTS
    hint #34 /* bti c */
    mov w17, #slot
    b common
    .p2align 4
    .set slot, slot + 1
    .endr
    .cfi_endproc
    .size pw_stubs, . - pw_stubs

    .macro each_register both, one
    \both x0, x1, [x9]
    \both x2, x3, [x9, #16]
    \both x4, x5, [x9, #32]
    \both x6, x7, [x9, #48]
    \one x8, [x9, #64]
    \both q0, q1, [x9, #VECTOR]
    \both q2, q3, [x9, #VECTOR+32]
    \both q4, q5, [x9, #VECTOR+64]
    \both q6, q7, [x9, #VECTOR+96]
    .endm

    .type common, %function
    .p2align 4
common:
    .cfi_startproc
    stp x29, x30, [sp, #-16]!
    .cfi_def_cfa_offset 16
    .cfi_offset x29, -16
    .cfi_offset x30, -8
    mov x29, sp
    .cfi_def_cfa_register x29
    sub sp, sp, #FRAME
    mov x9, sp
    each_register stp, str
    str x30, [x9, #72]
    mov x0, sp
    mov w1, w17
    bl pw_trace_enter
    mov x16, x0
    cmn x1, #1
    b.eq 1f
    cmn x1, #2
    b.eq 2f
    add x1, x1, #15
    and x1, x1, #-16
    sub sp, sp, x1
    mov x2, #0
    add x3, x29, #16
4:
    cmp x2, x1
    b.hs 3f
    ldr x4, [x3, x2]
    add x5, sp, x2
    str x4, [x5]
    add x2, x2, #8
    b 4b
3:
    sub x9, x29, #FRAME
    each_register ldp, ldr
    blr x16
    sub x9, x29, #FRAME
    stp x0, x1, [x9, #RESULT]
    stp q0, q1, [x9, #RESULT+16]
    stp q2, q3, [x9, #RESULT+48]
    mov x0, x9
    bl pw_trace_leave
2:
    sub x9, x29, #FRAME
    ldp x0, x1, [x9, #RESULT]
    ldp q0, q1, [x9, #RESULT+16]
    ldp q2, q3, [x9, #RESULT+48]
    mov sp, x29
    .cfi_remember_state
    ldp x29, x30, [sp], #16
    .cfi_def_cfa sp, 0
    .cfi_restore x29
    .cfi_restore x30
    ret
1:
    .cfi_restore_state
    sub x9, x29, #FRAME
    each_register ldp, ldr
    mov sp, x29
    ldp x29, x30, [sp], #16
    .cfi_def_cfa sp, 0
    .cfi_restore x29
    .cfi_restore x30
    br x16
    .cfi_endproc
    .size common, . - common

    .section .note.GNU-stack, "", %progbits
