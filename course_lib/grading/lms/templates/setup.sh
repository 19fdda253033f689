#!/usr/bin/env bash
# Run once, as root, when Gradescope builds the image: Python, the packages, the secret seed.
set -euo pipefail
root="${AUTOGRADER_ROOT:-/autograder}"
source="$root/source"
venv="$root/venv"

good_python() {  # the first Python that the course is tested on, and that can make an environment
    local name
    for name in python3.13 python3.12 python3.11 python3; do
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
            2>/dev/null; then
            echo "$name"
            return
        fi
    done
}

python="$(good_python)"
if [ -z "$python" ] && command -v apt-get >/dev/null; then
    apt-get update && apt-get install -y python3 python3-pip python3-venv
    python="$(good_python)"
fi
if [ -n "$python" ]; then
    "$python" -m venv "$venv"
else  # an image whose own Python is older, such as Ubuntu 22.04's
    echo "no Python from 3.11 to 3.13 in this image: uv brings one"
    python3 -m pip install --quiet uv
    export UV_PYTHON_INSTALL_DIR="$root/python"
    python3 -m uv venv --seed --python 3.12 "$venv"
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$source/requirements.txt"
cd "$source/course"
"$venv/bin/python" -m course_lib.grading.lms.container prepare "$root"
chmod -R go= "$source/course/solutions" "$source/seed"
