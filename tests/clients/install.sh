#!/bin/sh
# Installs the agents that tests drive, under .tools/clients. Versions are named, so that a test
# means the same on every day.
set -e
folder="$(cd "$(dirname "$0")/../.." && pwd)/.tools/clients"
for version in "${@:-2.1.332}"; do
    there="$folder/claude-code-$version"
    [ -x "$there/node_modules/.bin/claude" ] && continue
    mkdir -p "$there"
    (cd "$there" && npm install --silent --no-fund --no-audit "@anthropic-ai/claude-code@$version")
done
