/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader: from the firmware to the kernel. It runs where the firmware put the image, on one
 * core, with MMU and caches as it found them (off), trusts nothing that it has not hashed, and
 * hands over with nothing switched on that was off.
 */
#ifndef BOOT_H
#define BOOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <idl/manifest.h>

/* At LOADER_HEADER_OFFSET in the image, filled in by the host tool. */
extern struct image_header image_header;

/* Entry from the architecture's start-up code; `image` is where the image was loaded. */
void boot_main(uintptr_t image) __attribute__((noreturn));

/* Speak through the UART at `address` from now on; 0: be silent. */
void console_open(uint64_t address);
/* Leave the UART as it was found. */
void console_close(void);
/* Print one line (the format without a newline). */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Print one line that says why there is no going on and what to do, and power off. */
void stop(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
/* stop() for an exception that nobody expected; the registers as the architecture has them. */
void stop_exception(uint64_t syndrome, uint64_t pc, uint64_t address) __attribute__((noreturn));

/* The manifest of the image, hashed and of the right version, made for this place. Or it stops. */
const struct manifest *image_manifest(uintptr_t image);
/* Check where each component stands and its hash. Or it stops. */
void image_check_components(const struct manifest *m);
/* The manifest's components. */
const struct manifest_component *image_components(const struct manifest *m);

/* Check that the machine has the memory that the manifest speaks of. Or it stops. */
void memory_check(const struct manifest *m);

/*
 * What each architecture provides.
 */

/*
 * Check that the processor is in the state and has the features that the kernel needs. Or it stops.
 */
void arch_check_processor(void);
/* The kind of manifest that this loader is for. */
extern const enum architecture arch_architecture;
/* Make a UART ready to send; gives what arch_uart_restore() needs. */
uint32_t arch_uart_enable(uint64_t address);
void arch_uart_restore(uint64_t address, uint32_t state);
void arch_uart_put(uint64_t address, char c);
/*
 * Whether eight bytes at `address` (8-aligned) can be read, written and read back. They are left as
 * they were.
 */
bool arch_probe(uint64_t address);
/*
 * Let what is in memory, and nothing older in any cache, be what everybody sees there, as
 * instructions too.
 */
void arch_cache_clean(uint64_t address, uint64_t size);
/* Jump to the kernel. */
void arch_enter_kernel(uint64_t kernel, const struct manifest *m) __attribute__((noreturn));
/* Power off, or sleep for ever where the firmware cannot. */
void arch_power_off(void) __attribute__((noreturn));

#endif
