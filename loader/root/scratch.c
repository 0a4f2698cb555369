/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A look into other programs' memory: a frame's capability has one mapping only, so a copy of it is
 * made in a slot of its own, mapped in the root server's scratch region, and deleted again.
 */
#include "root.h"

#include <idl/kernel_client.h>

enum status scratch_map(cap_t frame, uint32_t rights)
{
	enum status status;

	status = cnode_copy(ROOT_SLOT_CNODE, frame, ROOT_SLOT_CNODE, ROOT_SLOT_SCRATCH);
	if (status != OK)
		return status;
	status = frame_map(ROOT_SLOT_SCRATCH, ROOT_SLOT_ADDRESS_SPACE, ROOT_SCRATCH, rights,
			   MEMORY_NORMAL);
	if (status != OK)
		cnode_delete(ROOT_SLOT_CNODE, ROOT_SLOT_SCRATCH);
	return status;
}

enum status scratch_unmap(void)
{
	return cnode_delete(ROOT_SLOT_CNODE, ROOT_SLOT_SCRATCH);
}
