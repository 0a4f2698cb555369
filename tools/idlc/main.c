/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entry of the program; apart from it so that the tests can link the rest.
 */
#include "idlc.h"

int main(int argc, char **argv)
{
	return idlc_run(argc, argv, stdout, stderr);
}
