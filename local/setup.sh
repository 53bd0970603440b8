#!/bin/sh
# Sets up what every make target needs: .venv (tools and local deployment) and .venv-emulator, both from uv.lock.
# Does nothing, and says nothing, when uv.lock has not changed since the last time.
set -eu
cd "$(dirname "$0")/.."

UV_VERSION=0.13.9

say() { echo "set-up: $*" >&2; }
fail() { say "$*"; exit 1; }

wanted=$(cat uv.lock pyproject.toml cli/pyproject.toml local/setup.sh | cksum)
is_current() { [ "$(cat "$1/.set-up" 2>/dev/null)" = "$wanted" ] && "$1/bin/python" -c '' 2>/dev/null; }
if is_current .venv && is_current .venv-emulator; then exit 0; fi

# The runtime's own minor Python. A name on PATH is no proof (pyenv's shims exist and fail), so each candidate is run.
is_python_313() { "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' >/dev/null 2>&1; }
find_python_313() {
    for candidate in python3.13 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13.*/bin/python3.13 python3; do
        if is_python_313 "$candidate"; then command -v "$candidate"; return; fi
    done
    return 1
}

# uv from PATH if it is recent enough, else from PyPI into an environment of its own.
is_recent_uv() {
    version=$("$1" --version 2>/dev/null | cut -d' ' -f2) && [ -n "$version" ] &&
        [ "$(printf '%s\n%s\n' "$UV_VERSION" "$version" | sort -V | head -n 1)" = "$UV_VERSION" ]
}
find_uv() {
    for candidate in uv .venv-uv/bin/uv; do
        if is_recent_uv "$candidate"; then command -v "$candidate"; return; fi
    done
    say "installing uv $UV_VERSION"
    rm -rf .venv-uv
    "${python:-python3}" -m venv .venv-uv >&2 &&
        .venv-uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION" >&2 ||
        fail "could not install uv; install uv $UV_VERSION or newer yourself (it needs pip and venv) and try again"
    echo .venv-uv/bin/uv
}

unset VIRTUAL_ENV UV_PROJECT_ENVIRONMENT UV_PYTHON
python=$(find_python_313) || python=
uv=$(find_uv)
if [ -z "$python" ]; then
    say "no Python 3.13 found, asking uv for one"
    "$uv" python install --quiet 3.13 2>/dev/null && python=$("$uv" python find 3.13) ||
        fail "Python 3.13 is needed (it is what the functions run on): install it, for example with pyenv, and try again"
fi

sync() { # sync <environment> <what for> <options…>
    if is_current "$1"; then return; fi
    say "installing the packages for $2 into $1 (a minute, the first time)"
    environment=$1
    shift 2
    UV_PROJECT_ENVIRONMENT=$environment "$uv" sync --quiet --frozen --python "$python" "$@" ||
        fail "uv could not install the packages into $environment"
    echo "$wanted" >"$environment/.set-up"
}

sync .venv "the tools"
sync .venv-emulator "the emulator" --only-group emulator
