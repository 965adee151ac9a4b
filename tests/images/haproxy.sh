#!/usr/bin/env bash
# Makes upgrade-gate-test/haproxy:1 from Debian's own haproxy package: for machines that reach a Debian mirror
# and no image registry. Does nothing when the image exists. Needs root, debootstrap and docker.
#
# usage: haproxy.sh [SUITE] [TAG]     bookworm has haproxy 2.6 (default, tag 1), trixie has 3.0
set -euo pipefail

suite=${1:-bookworm}
image=upgrade-gate-test/haproxy:${2:-1}
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

if docker image inspect "$image" >/dev/null 2>&1; then
  echo "$image exists"
  exit 0
fi
for tool in debootstrap docker tar; do
  command -v "$tool" >/dev/null || { echo "haproxy.sh needs $tool: apt-get install debootstrap docker.io tar" >&2; exit 1; }
done
if [[ $(id -u) -ne 0 ]]; then
  echo "haproxy.sh needs root, because debootstrap does" >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
root=$work/root

debootstrap --variant=minbase --include=haproxy,ca-certificates "$suite" "$root" "$mirror" >"$work/log" 2>&1 \
  || { tail -n 20 "$work/log" >&2; echo "debootstrap of $suite from $mirror failed, see above" >&2; exit 1; }

# Nothing of this is read when haproxy runs, and it is half of the size.
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/* \
  "$root"/usr/share/{doc,man,info,locale,lintian,bash-completion,zoneinfo}/*
mkdir -p "$root/usr/local/etc/haproxy"

# The same user, command and stop signal (haproxy's graceful stop) as in the official image. An import
# cannot set a stop signal, so a build of one layer it is.
mkdir "$work/context"
tar -C "$root" --one-file-system -c -f "$work/context/root.tar" .
cat >"$work/context/Dockerfile" <<'DOCKERFILE'
FROM scratch
ADD root.tar /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
USER haproxy
STOPSIGNAL SIGUSR1
CMD ["haproxy","-W","-db","-f","/usr/local/etc/haproxy/haproxy.cfg"]
DOCKERFILE
docker build --quiet --tag "$image" "$work/context" >/dev/null
echo "$image made: $(docker image inspect --format '{{.Size}}' "$image") bytes"
