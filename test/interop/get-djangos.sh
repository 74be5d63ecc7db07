#!/bin/bash
# Puts the four Djangos of the interop tests into a cache folder, and is done at once when they are
# there. Installs nothing: everything is unpacked from Debian's own packages.
#
#   get-djangos.sh            into $DJANGOS, or ~/.cache/nestjs-django-sessions/djangos
#
# The first time takes about 20 seconds and 340 MB. Needs Debian 12.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
djangos=${DJANGOS:-${XDG_CACHE_HOME:-$HOME/.cache}/nestjs-django-sessions/djangos}

beside=$djangos/beside
missing=()
for version in 3.2 4.2 5.2 6.1; do
  "$djangos/bin/dj$version" -c 'import django' 2>/dev/null || missing+=("$version")
done
if [ ${#missing[@]} -gt 0 ] || [ ! -e "$beside/ready" ]; then
  [ "$(id -u)" != 0 ] || apt-get -qq update
fi
if [ ${#missing[@]} -gt 0 ]; then
  bash "$here/../vectors/get-djangos.sh" "$djangos" "${missing[@]}"
fi

# What some of them need beside: Django 3.2 has no Redis cache of its own, and for 6.1 Debian's
# mysqlclient is too old, so that a driver in pure Python stands in.
if [ ! -e "$beside/ready" ]; then
  mkdir -p "$beside/debs"
  (cd "$beside/debs" && apt-get -qq -o APT::Sandbox::User=root download python3-django-redis python3-pymysql)
  for deb in "$beside"/debs/*.deb; do dpkg -x "$deb" "$beside"; done
  touch "$beside/ready"
fi
echo "The Djangos are in $djangos"
