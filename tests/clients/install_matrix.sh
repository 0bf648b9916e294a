#!/bin/sh
# Installs the clients of the matrix beside Claude Code, under .tools/clients: opencode, Continue,
# aider, llm and the SDK for TypeScript. $1 is a Python. Versions are named, so that a test means
# the same on every day.
set -e
python="$(cd "$(dirname "$1")" && pwd)/$(basename "$1")"
folder="$(cd "$(dirname "$0")/../.." && pwd)/.tools/clients"
mkdir -p "$folder"
npm_client() {
    [ -e "$folder/$1/node_modules/$3" ] && return
    mkdir -p "$folder/$1"
    (cd "$folder/$1" && npm install --silent --no-fund --no-audit "$2")
}
npm_client opencode opencode-ai@1.18.33 .bin/opencode
npm_client continue @continuedev/cli@1.5.47 .bin/cn
npm_client sdk-typescript @anthropic-ai/sdk@1.14.0 @anthropic-ai/sdk/package.json
# uv finds the many packages of aider in a tenth of the time.
uv="$folder/uv/bin/uv"
[ -x "$uv" ] || { "$python" -m venv "$folder/uv"; "$folder/uv/bin/pip" install -q uv; }
python_client() {
    name="$1"; shift
    [ -x "$folder/$name/bin/$name" ] && return
    "$uv" -q venv --clear --python "$python" "$folder/$name"
    "$uv" -q pip install --python "$folder/$name/bin/python" "$@"
}
python_client aider aider-chat==0.86.2
python_client llm llm==0.36 llm-anthropic==0.30
