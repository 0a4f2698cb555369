# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# What the scripts in this directory share: how they speak, how they stop, and what they know of
# the machine. To be sourced; it changes nothing by itself.

# The root of the checkout.
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)

# What lasts between runs and belongs to no checkout: guest images.
cache=${XDG_CACHE_HOME:-${HOME:?is not set: it says where the cache of guest images belongs}/.cache}/cloister

# say TEXT...: one line of progress, on the standard error, for the standard output may be a guest's.
say()
{
	printf 'cloister: %s\n' "$*" >&2
}

# fail TEXT...: the last line of a run that cannot go on. Every argument is a line: what failed,
# then what to do.
fail()
{
	trap - EXIT
	printf 'cloister: error: %s\n' "$1" >&2
	shift
	[ $# -eq 0 ] || printf 'cloister:        %s\n' "$@" >&2
	exit 1
}

# free_mib DIRECTORY: MiB free for us where the directory is, or will be.
free_mib()
{
	local where=$1

	while [ ! -d "$where" ]; do
		where=$(dirname -- "$where")
	done
	df --output=avail -BM -- "$where" | tail -n 1 | tr -dc '0-9'
}

# need_space DIRECTORY MIB WHAT: stop here when there is no room for it.
need_space()
{
	local free

	free=$(free_mib "$1")
	[ "${free:-0}" -ge "$2" ] ||
		fail "$1 has ${free:-0} MiB free, $3 needs $2 MiB" \
			"make room there, then run the same command again: it goes on from where it stopped"
}

# archive_address SUITE: the address of the Debian archive that this machine uses for a suite,
# taken from its apt configuration; nothing when there is none.
archive_address()
{
	# shellcheck disable=SC2016 # apt replaces these, not the shell
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' 2>/dev/null |
		awk -v suite="$1" '$2 == suite && $3 == "main" && !found++ { print $1 }'
}

# debian_codename: bookworm, trixie, ...; nothing on what is no Debian.
debian_codename()
{
	# shellcheck disable=SC1091 # not ours
	(. /etc/os-release && [ "$ID" = debian ] && printf '%s' "$VERSION_CODENAME")
}
