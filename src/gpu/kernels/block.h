/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vocabulary that device kernels are written in. A kernel is the work of one *block*: loops whose rounds any thread may take, in any order,
 * with barriers between them. On a GPU the block's threads share the rounds; compiled as plain C (tests) one thread takes them all, and a
 * barrier is nothing. So both run the same source, and what one computes the other does. With PG_HOST_THREADS so many threads of the host are a
 * block, and a tool that sees their races sees the barrier that is missing.
 *
 *     PG_KERNEL(name, arguments, threads) { ... args.x ... }   the launch gives a struct by value, and threads a block at most
 *     PG_FUNCTION type name(...)                                what kernels call
 *     PG_EACH(i, count) ...                                     rounds 0 .. count-1 of the block
 *     PG_ONCE ...                                               by one thread
 *     PG_BARRIER();                                             all that was written before is seen after; never inside PG_EACH or PG_ONCE
 *     PG_FENCE();                                               who sees what a thread wrote after it sees what it wrote before, in any block
 *     PG_SHARED type name[n];                                   the block's own memory, of any content
 *     PG_UNROLL for (...)                                       a loop of a constant number of rounds: its arrays live in registers
 *     PG_WORD(address)                                          an aligned word of memory that nobody writes to meanwhile
 *     PG_COLUMN, PG_ROW                                         which block of the grid it is
 */
#ifndef PG_BLOCK_H
#define PG_BLOCK_H

#include <stdint.h>
#include <string.h>

#ifdef __CUDA__

#define PG_KERNEL(name, arguments, threads) \
    extern "C" __attribute__((global)) __attribute__((launch_bounds(threads))) void name(const arguments args)
#define PG_FUNCTION         static __attribute__((device))
#define PG_SHARED           static __attribute__((shared))
#define PG_COLUMN           ((uint32_t)__nvvm_read_ptx_sreg_ctaid_x())
#define PG_ROW              ((uint32_t)__nvvm_read_ptx_sreg_ctaid_y())
#define PG_THREAD           ((uint32_t)__nvvm_read_ptx_sreg_tid_x())
#define PG_THREADS          ((uint32_t)__nvvm_read_ptx_sreg_ntid_x())
/* In words that the compiler cannot see through: of the intrinsic LLVM 14 believes that it changes no variable of the kernel's own, and moves
   loads of PG_SHARED ones across it. */
#define PG_BARRIER()        __asm__ volatile("bar.sync 0;" ::: "memory")
#define PG_FENCE()          __asm__ volatile("membar.gl;" ::: "memory")
#define PG_UNROLL           _Pragma("unroll")
#define PG_WORD(address)    ((uint32_t)__nvvm_ldg_ui((const unsigned *)(const void *)(address)))

#else

/* Where a block stands in its grid. */
typedef struct pg_place {
    uint32_t column, row;
} pg_place;

static inline uint32_t pg_word(const void *address)
{
    uint32_t word;
    memcpy(&word, address, sizeof word);
    return word;
}

#define PG_KERNEL(name, arguments, threads)             \
    void name(const arguments args, const pg_place pg_at); \
    void name(const arguments args, const pg_place pg_at)
#define PG_FUNCTION         static
#define PG_COLUMN           (pg_at.column)
#define PG_ROW              (pg_at.row)
#define PG_FENCE()          ((void)0)
#define PG_UNROLL
#define PG_WORD(address)    pg_word(address)

#ifdef PG_HOST_THREADS
extern _Thread_local uint32_t pg_thread;
void pg_barrier(void);
#define PG_SHARED           static
#define PG_THREAD           pg_thread
#define PG_THREADS          PG_HOST_THREADS
#define PG_BARRIER()        pg_barrier()
#else
#define PG_SHARED           static _Thread_local
#define PG_THREAD           0u
#define PG_THREADS          1u
#define PG_BARRIER()        ((void)0)
#endif

#endif

#define PG_EACH(i, count) for (uint32_t i = PG_THREAD; i < (count); i += PG_THREADS)
#define PG_ONCE           if (PG_THREAD == 0)

/* By many threads at once; ADD gives what was there before. */
#define PG_ADD(to, value) __atomic_fetch_add(to, value, __ATOMIC_RELAXED)
#define PG_OR(to, value)  ((void)__atomic_fetch_or(to, value, __ATOMIC_RELAXED))

#endif
