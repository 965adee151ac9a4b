#!/usr/bin/env bash
# Makes upgrade-gate-test/gate:1: our own binary, static, in an image FROM scratch. With it the stand-in nodes
# and the store run as containers on machines that reach no image registry. Always builds, so that the image
# is never older than the source. Needs docker and the musl target of rustup; no root.
#
# usage: gate.sh [TAG]
# UPGRADE_GATE_LAYER: a layer that .ci/image.sh has just made of this source; nothing is built then.
set -euo pipefail
cd "$(dirname "$0")/../.."

image=upgrade-gate-test/gate:${1:-1}
if [[ -n ${UPGRADE_GATE_LAYER:-} ]]; then
  .ci/image.sh import "$UPGRADE_GATE_LAYER" "$image"
  echo "$image made of $UPGRADE_GATE_LAYER"
  exit
fi
target=x86_64-unknown-linux-musl

# musl, not gnu with crt-static: glibc's name look-up loads libraries at run time, which a scratch image lacks.
# Both compile every crate anew for their own target folder, so neither is faster.
rustup target list --installed | grep -qx "$target" || rustup target add "$target"
cargo build --locked --profile dev --target "$target" --bin upgrade-gate
folder=$(cargo metadata --locked --format-version 1 --no-deps | sed -E 's/.*"target_directory":"([^"]*)".*/\1/')

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Debug sections are most of a dev binary, and nobody reads a backtrace inside the image.
strip -o "$work/upgrade-gate" "$folder/$target/debug/upgrade-gate"

# The same files, labels and entrypoint as in the action's image: the tests of the action run on this one.
.ci/image.sh pack "$work/upgrade-gate" "$work/root"
.ci/image.sh tar "$work/root" "$work/layer.tar"
.ci/image.sh import "$work/layer.tar" "$image"
echo "$image made: $(docker image inspect --format '{{.Size}}' "$image") bytes"
