/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI: the Debug Console, which is the line of the guest's UART. */
#include <stdbool.h>
#include <stddef.h>

#include <sbi.h>
#include <vmm.h>

bool sbi_has_console(const struct vmm *vmm)
{
	return vmm->arch.ns16550a.uart.host != NULL;
}

bool sbi_put(struct vmm *vmm, uint8_t byte)
{
	return ns16550a_put(&vmm->arch.ns16550a, &byte, 1);
}

bool sbi_get(struct vmm *vmm, uint8_t *byte)
{
	return ns16550a_get(&vmm->arch.ns16550a, byte, 1);
}

/* As many as there is room for. */
static int64_t console_write(struct vmm *vmm, const uint64_t *a, uint64_t *value)
{
	const void *from = memory_readable(&vmm->memory, a[1], a[0]);

	if (a[2] || !from)
		return SBI_ERR_INVALID_PARAM;
	*value = ns16550a_put(&vmm->arch.ns16550a, from, a[0]);
	return SBI_SUCCESS;
}

static int64_t console_read(struct vmm *vmm, const uint64_t *a, uint64_t *value)
{
	void *to = memory_range(&vmm->memory, a[1], a[0]);

	if (a[2] || !to)
		return SBI_ERR_INVALID_PARAM;
	*value = ns16550a_get(&vmm->arch.ns16550a, to, a[0]);
	return SBI_SUCCESS;
}

bool sbi_dbcn(struct vcpu *vcpu, uint64_t function, const uint64_t *a, struct sbi_answer *answer)
{
	switch (function) {
	case 0:
		answer->error = console_write(vcpu->vmm, a, &answer->value);
		return true;
	case 1:
		answer->error = console_read(vcpu->vmm, a, &answer->value);
		return true;
	case 2:
		/* It blocks: without room the call is made again. */
		if (!sbi_put(vcpu->vmm, (uint8_t)a[0]))
			answer->disposition = DISPOSITION_RESUME;
		return true;
	}
	return false;
}
