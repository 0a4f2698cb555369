/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The prototypes of all invocations, made from the IDL: each object's file includes this to be checked against it.
 */
#pragma once

#include <invocation.h>

#include <idl/kernel_dispatch.h>
