#!/usr/bin/env bash
# Installs from Debian the editors that only speak LSP and the plugins the tests drive: Emacs with
# eglot, Vim with ALE, and fugitive for Neovim. Idempotent; prints nothing when done. Without the
# rights to install, it says what to install.
set -euo pipefail
packages=()
command -v emacs >/dev/null || packages+=(emacs-nox)
[ -d /usr/share/emacs/site-lisp/elpa-src ] && compgen -G "/usr/share/emacs/site-lisp/elpa-src/eglot-*" >/dev/null ||
	packages+=(elpa-eglot)
command -v vim >/dev/null || packages+=(vim)
[ -d /usr/share/vim-ale ] || packages+=(vim-ale)
[ -d /usr/share/vim-fugitive ] || packages+=(vim-fugitive)
[ ${#packages[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "Some tests of editors are left out until these are installed: apt-get install ${packages[*]}" >&2
	exit 0
fi
apt-get -qq update
DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${packages[@]}" >/dev/null 2>&1
