#!/bin/bash
# Runs the tests that need no editor on every Python from 3.11 that is there, each in an environment
# of its own below .tools/pythons. Arguments name interpreters; without them those on PATH and in
# pyenv are taken. The last lines list each with its result.
set -u
cd "$(dirname "$0")/../.."
pythons=("$@")
if [ ${#pythons[@]} -eq 0 ]; then
  for minor in 11 12 13 14 15; do
    for found in "$(command -v "python3.$minor")" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3."$minor".*/bin/python; do
      if [ -x "$found" ] && "$found" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        pythons+=("$found")
        break
      fi
    done
  done
fi
results=()
failed=0
for python in "${pythons[@]}"; do
  version=$("$python" -c 'import platform; print(platform.python_version())')
  folder=.tools/pythons/$version
  [ -x "$folder/bin/python" ] || "$python" -m venv "$folder"
  if "$folder/bin/python" -m pip install --quiet --disable-pip-version-check -e '.[dev]' \
    && "$folder/bin/python" -m pytest -p no:cacheprovider -q -n 2 -m "not editors" ${TESTS:-tests/unit tests/wire}; then
    results+=("$version passed")
  else
    results+=("$version FAILED")
    failed=1
  fi
done
printf '%s\n' "${results[@]:-no Python from 3.11 on was found}"
exit $failed
