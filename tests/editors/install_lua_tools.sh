#!/usr/bin/env bash
# Installs what checks the Neovim plugin's Lua under .tools/lua: luacheck unpacked from Debian
# packages beside its interpreter, StyLua as a WebAssembly package. Idempotent; touches no system
# folder; prints nothing when done.
set -euo pipefail
cd "$(dirname "$0")/../.."
root="$PWD/.tools/lua"
mkdir -p "$root"

if [ ! -x "$root/luacheck" ]; then
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	# The sandbox user of apt cannot write where an ordinary user works.
	(cd "$work" && apt-get -qq -o APT::Sandbox::User=root download lua-check lua-argparse lua-filesystem lua5.1 >/dev/null)
	for package in "$work"/*.deb; do dpkg-deb -x "$package" "$root/debian"; done
	cat >"$root/luacheck" <<-'RUN'
		#!/bin/sh
		here=$(cd "$(dirname "$0")" && pwd)/debian/usr
		LUA_PATH="$here/share/lua/5.1/?.lua;$here/share/lua/5.1/?/init.lua" \
		LUA_CPATH="$(echo "$here"/lib/*/lua/5.1)/?.so" \
		exec "$here/bin/lua5.1" "$here/bin/luacheck" "$@"
	RUN
	chmod +x "$root/luacheck"
fi

if [ ! -d "$root/node_modules/@johnnymorganz/stylua" ]; then
	npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$root" @johnnymorganz/stylua@2.5.2
fi
