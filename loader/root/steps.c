/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps that connect what objects.c makes: capabilities, mappings, contents of memory, times,
 * threads, VCpus, bindings, windows.
 */
#include "build.h"

#include <stdarg.h>

#include <cloister/message.h>
#include <cloister/print.h>
#include <cloister/string.h>
#include <idl/kernel_client.h>
#include <idl/kernel_names.h>
#include <idl/manifest_names.h>
#include <idl/root.h>

#define PAGE_SIZE 4096ULL

bool step_failed(struct failure *failure, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_format_list(failure->text, sizeof(failure->text), format, arguments);
	va_end(arguments);
	return false;
}

bool step_done(enum status status, const struct record *record, const char *step,
	       struct failure *failure)
{
	if (status == OK)
		return true;
	return step_failed(failure, "%s %u%s%s: %s: %s", record->table, record->index,
			   record->name ? " " : "", record->name ? record->name : "", step,
			   status_name(status));
}

bool step_capability(const struct description *d, uint32_t index, struct failure *failure)
{
	const struct manifest_capability *capability = &d->capabilities[index];
	const struct record record = { "capability", index, NULL };

	if (capability->rights == RIGHTS_ALL && capability->badge == 0)
		return step_done(cnode_copy(ROOT_SLOT_CNODE, capability->source, capability->cnode,
					    capability->slot),
				 &record, "copy", failure);
	return step_done(cnode_mint(ROOT_SLOT_CNODE, capability->source, capability->cnode,
				    capability->slot, capability->rights, capability->badge),
			 &record, "mint", failure);
}

bool step_page_table(const struct description *d, uint32_t index, struct failure *failure)
{
	const struct manifest_page_table *table = &d->page_tables[index];
	const struct record record = { "page table", index, NULL };

	return step_done(page_table_map(table->slot, table->address_space, table->address), &record,
			 "map", failure);
}

bool step_mapping(const struct description *d, uint32_t index, struct failure *failure)
{
	const struct manifest_mapping *mapping = &d->mappings[index];
	const struct record record = { "mapping", index, NULL };

	if (mapping->size_bits > 30)
		return step_failed(failure, "mapping %u: frames of 2^%u bytes cannot be", index,
				   mapping->size_bits);
	for (uint32_t i = 0; i < mapping->count; i++) {
		uint64_t offset = (uint64_t)i << mapping->size_bits;

		if (!step_done(frame_map(mapping->frame + i, mapping->address_space,
					 mapping->address + offset, mapping->rights,
					 (enum memory_type)mapping->memory_type),
			       &record, "map", failure))
			return false;
	}
	return true;
}

bool step_load(const struct description *d, uint32_t index, struct failure *failure)
{
	const struct manifest_load *load = &d->loads[index];
	const struct record record = { "load", index, NULL };
	const uint8_t *from = description_image(d, load->physical, load->size);
	uint64_t left = load->size;

	if (from == NULL)
		return step_failed(failure,
				   "load %u: 0x%lx bytes at 0x%lx are not all in the image", index,
				   (unsigned long)load->size, (unsigned long)load->physical);
	if (load->size > load->count * PAGE_SIZE)
		return step_failed(failure, "load %u: 0x%lx bytes do not fit in %u frames", index,
				   (unsigned long)load->size, load->count);
	for (uint32_t i = 0; left > 0; i++) {
		uint64_t size = left < PAGE_SIZE ? left : PAGE_SIZE;

		if (!step_done(scratch_map(load->frame + i, RIGHT_READ | RIGHT_WRITE), &record,
			       "map to fill", failure))
			return false;
		memcpy((void *)(uintptr_t)ROOT_SCRATCH, from, size);
		if (!step_done(scratch_unmap(), &record, "unmap", failure))
			return false;
		from += size;
		left -= size;
	}
	return true;
}

bool step_sched_context(const struct description *d, uint32_t index, struct failure *failure)
{
	const struct manifest_sched_context *context = &d->sched_contexts[index];
	const struct record record = { "sched_context", index, NULL };

	if (context->period > MICROSECONDS_MAX || context->budget > MICROSECONDS_MAX)
		return step_failed(failure, "sched_context %u: %lu us of %lu are too long", index,
				   (unsigned long)context->budget, (unsigned long)context->period);
	if (context->limit > MICROSECONDS_MAX)
		return step_failed(failure, "sched_context %u: a limit of %lu us is too long",
				   index, (unsigned long)context->limit);
	if (!step_done(sched_context_configure(context->slot, ticks_of(context->budget),
					       ticks_of(context->period)),
		       &record, "configure", failure))
		return false;
	return context->limit == 0 ||
	       step_done(sched_context_set_limit(context->slot, ticks_of(context->limit)), &record,
			 "set_limit", failure);
}

bool step_thread(const struct description *d, uint32_t index, struct failure *failure)
{
	const struct manifest_thread *thread = &d->threads[index];
	const struct record record = { "thread", index, thread->name };

	if (!step_done(thread_configure(thread->thread, thread->cnode, thread->address_space,
					thread->fault_endpoint),
		       &record, "configure", failure) ||
	    !step_done(thread_set_priority(thread->thread, thread->priority), &record,
		       "set_priority", failure) ||
	    !step_done(thread_start_at(thread->thread, thread->entry, thread->stack, PROCESS_CONFIG,
				       0),
		       &record, "start_at", failure))
		return false;
	return thread->sched_context == 0 ||
	       step_done(sched_context_bind(thread->sched_context, thread->thread), &record,
			 "bind to its sched_context", failure);
}

bool step_vcpu_server(const struct description *d, uint32_t index, struct failure *failure)
{
	const struct manifest_vcpu *vcpu = &d->vcpus[index];
	const struct record record = { "vcpu", index, d->guests[vcpu->guest].name };

	return step_done(vcpu_configure(vcpu->vcpu, vcpu->guest_space, vcpu->endpoint, vcpu->id),
			 &record, "configure", failure) &&
	       step_done(address_space_map_vcpu(vcpu->vmm_address_space, vcpu->vcpu,
						vcpu->page_address),
			 &record, "map its pages in the VMM", failure);
}

bool step_vcpu_time(const struct description *d, uint32_t index, struct failure *failure)
{
	const struct manifest_vcpu *vcpu = &d->vcpus[index];
	const struct record record = { "vcpu", index, d->guests[vcpu->guest].name };

	return step_done(vcpu_set_priority(vcpu->vcpu, vcpu->priority), &record, "set_priority",
			 failure) &&
	       step_done(vcpu_set_answer_limit(vcpu->vcpu, ticks_of(vcpu->answer_limit)), &record,
			 "set_answer_limit", failure) &&
	       step_done(sched_context_bind(vcpu->sched_context, vcpu->vcpu), &record,
			 "bind to its sched_context", failure);
}

bool step_binding(const struct description *d, uint32_t index, struct failure *failure)
{
	const struct manifest_binding *binding = &d->bindings[index];
	const struct record record = { "binding", index, binding_kind_name(binding->kind) };

	switch (binding->kind) {
	case BINDING_EVENT:
		return step_done(notification_bind_event(binding->a, binding->b), &record, "bind",
				 failure);
	case BINDING_IRQ:
		return step_done(irq_handler_bind(binding->a, binding->b), &record, "bind",
				 failure);
	case BINDING_THREAD:
		return step_done(notification_bind_thread(binding->a, binding->b), &record, "bind",
				 failure);
	case BINDING_TIME:
		return step_done(sched_context_bind(binding->a, binding->b), &record, "bind",
				 failure);
	default:
		return step_failed(failure, "binding %u: there is no kind %u", index,
				   binding->kind);
	}
}

bool step_window(const struct description *d, uint32_t index, struct failure *failure)
{
	const struct manifest_window *window = &d->windows[index];
	const struct record record = { "window", index, NULL };

	return step_done(guest_space_set_window(window->guest_space, window->window,
						window->address, window->pages, window->endpoint,
						window->doorbell, window->doorbell_offset),
			 &record, "set", failure);
}

bool step_start_thread(const struct description *d, uint32_t index, struct failure *failure)
{
	const struct manifest_thread *thread = &d->threads[index];
	const struct record record = { "thread", index, thread->name };

	if (thread->serve != 0)
		return step_done(thread_serve(thread->thread, thread->serve), &record, "serve",
				 failure);
	return step_done(thread_resume(thread->thread), &record, "resume", failure);
}

bool step_start_vcpu(const struct description *d, uint32_t index, struct failure *failure)
{
	const struct manifest_vcpu *vcpu = &d->vcpus[index];
	const struct record record = { "vcpu", index, d->guests[vcpu->guest].name };

	return !vcpu->start || step_done(vcpu_start(vcpu->vcpu), &record, "start", failure);
}
