#!/bin/sh
# venv.sh PYTHON FOLDER REQUIREMENTS: makes the virtual environment and brings it to the pinned packages. Safe to repeat.
set -u
python=$1 venv=$2 requirements=$3

stop() { printf '\n%s\n\n' "$*" >&2; exit 1; }

command -v "$python" >/dev/null 2>&1 ||
  stop "There is no $python here. Install Python 3.11 or newer, or name the one you have: make PYTHON=/path/to/python3.12 …"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  stop "Helpdesk needs Python 3.11 or newer; $python is $("$python" -V 2>&1). Name a newer one: make PYTHON=python3.12 …"

# tried, not asked: root may write everywhere, but not into what is mounted read-only
folder=$venv
[ -d "$folder" ] || folder=$(dirname "$venv")
if mkdir "$folder/.try.$$" 2>/dev/null; then
  rmdir "$folder/.try.$$"
else
  stop "Nothing can be written into $(cd "$folder" 2>/dev/null && pwd -P || echo "$folder"): it is read-only, belongs to somebody else, or its disk is full.
Copy this folder to a place of your own and start there."
fi

# an environment whose interpreter went away with an upgrade, or whose making was interrupted, is made again
if [ -e "$venv" ] && ! "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
  rm -rf "$venv" || stop "$venv is broken and cannot be removed. Remove it by hand."
fi

has_pip() { "$venv/bin/python" -m pip --version >/dev/null 2>&1; }
make_venv() { rm -rf "$venv"; "$python" -m venv "$venv" >/dev/null 2>&1 && has_pip; }
install_debian_venv() {  # Debian keeps a part of Python's venv in a package of its own
  command -v apt-get >/dev/null 2>&1 || return 1
  become=""
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null || return 1
    become="sudo -n"
  fi
  echo "Installing python3-venv …"
  $become apt-get update -q >/dev/null 2>&1
  $become env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends python3-venv >/dev/null 2>&1
}

if ! has_pip; then
  free=$(df -Pk . 2>/dev/null | awk 'NR==2 {print $4}')
  [ "${free:-2000000}" -gt 1500000 ] || stop "The virtual environment needs 1.5 GB; this disk has $((free / 1024)) MB left. Free some space and start again."
  echo "Making the virtual environment $venv …"
  if ! make_venv && ! { install_debian_venv && make_venv; }; then
    if "$python" -m pip --version >/dev/null 2>&1 && rm -rf "$venv" && "$python" -m venv --without-pip "$venv" >/dev/null 2>&1; then
      "$python" -m pip --python "$venv/bin/python" install -q pip >/dev/null 2>&1
    fi
  fi
  has_pip || { rm -rf "$venv"; stop "This Python cannot make virtual environments. On Debian and Ubuntu, run once:

  sudo apt-get install python3-venv"; }
fi

echo "Fetching the pinned packages of $requirements (only what is missing) …"
said=$("$venv/bin/python" -m pip install -q --disable-pip-version-check --no-input --retries 2 -r "$requirements" 2>&1) || {
  case $said in
    *"No space left"*) stop "No space is left on the disk of $venv. Free some and start again." ;;
    *"No matching distribution"*|*"Connection"*|*"connection"*|*"resolution"*|*"timed out"*|*"ProxyError"*|*"SSL"*)
      printf '%s\n' "$said" | tail -n 3 >&2
      stop "The packages could not be fetched. Is this machine on the network? What was fetched is kept; start again." ;;
    *) printf '%s\n' "$said" | tail -n 15 >&2
      stop "pip could not install the pinned packages; its last words stand above." ;;
  esac
}
