#!/bin/sh
# Installs the homeserver that tests/matrix runs against into an environment of its own: its pins
# differ from ours. Takes about a minute and 240 MB, once.
#
#     tests/servers/synapse.sh [folder]      default: $WIREWATCH_SYNAPSE_VENV, else .venv-synapse
set -eu
version=1.163.2
root=$(cd "$(dirname "$0")/../.." && pwd)
venv=${1:-${WIREWATCH_SYNAPSE_VENV:-$root/.venv-synapse}}
python=${PYTHON:-python3}

if "$venv/bin/python" -c "
import importlib.metadata, sys
sys.exit(importlib.metadata.version('matrix-synapse') != '$version')" 2>/dev/null; then
    exit 0
fi
echo "Installing Synapse $version into $venv (once; about a minute) ..."
"$python" -m venv "$venv"
"$venv/bin/python" -m pip --disable-pip-version-check --quiet --quiet install \
    --require-hashes -r "$root/requirements-synapse.lock"
