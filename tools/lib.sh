# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# shellcheck disable=SC2034 # others use what is set here
#
# What the scripts in this directory share: how they speak, how they stop, and what they know of
# the machine. To be sourced; it changes nothing by itself.

# The root of the checkout.
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)

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

# wrong_usage TEXT: the end of a run that was asked for what there is not.
wrong_usage()
{
	printf 'cloister: error: %s\n' "$1" >&2
	printf 'cloister:        see %s --help\n' "$0" >&2
	exit 2
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
		fail "$1 has ${free:-0} MiB free, and $2 MiB are needed for $3" \
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

# Where the scripts build; the tests and the tools are found there.
build=${CLOISTER_BUILD:-$root/build}

# everything_ready: packages, guest images (the directory in `images`) and a build that is up to
# date. Quick when all is there.
everything_ready()
{
	"$root/tools/setup"
	images=$("$root/tools/guest-images")
	[ -f "$build/build.ninja" ] || configure_build
	need_space "$root" 200 "the build"
	say "building"
	ninja -C "$build" --quiet >&2 ||
		fail "the build failed (the compiler's words are above)" \
			"if only $build is stale, delete it; then run the same command again"
}

configure_build()
{
	say "configuring the build in $build"
	meson setup "$build" "$root" >&2 ||
		fail "the build could not be configured (Meson's words are above)" \
			"if only $build is stale, delete it; then run the same command again"
}
