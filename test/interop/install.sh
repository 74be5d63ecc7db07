#!/bin/bash
# Installs what the interop tests need on a Debian 12 machine: the Python clients of the databases
# and caches, with what those import, for the Djangos that run on the machine's own Python, and memcached. Then the Djangos.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
packages=(python3 python3-psycopg2 python3-mysqldb python3-packaging python3-async-timeout memcached)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  apt-get -qq update
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}"
fi
bash "$here/get-djangos.sh"
