#!/usr/bin/env bash
# The image of the action, for the Dockerfile and for machines that reach no registry: the same source gives the same bytes.
#
# usage: image.sh root FOLDER          builds the release and fills FOLDER with the root of the image
#        image.sh layer FILE           the same as the image's one layer, a tar
#        image.sh pack BINARY FOLDER   fills FOLDER with a binary that is there
#        image.sh tar FOLDER FILE      makes the layer of a folder
#        image.sh import FILE TAG      makes an image of a layer, with the Dockerfile's labels and entrypoint
#
# Needs musl's target of rustup, gcc, GNU tar and /etc/ssl/certs/ca-certificates.crt; import needs docker. SOURCE_DATE_EPOCH
# is the time that all files get; without it they get the Epoch itself.
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
epoch=${SOURCE_DATE_EPOCH:-0}
bundle=/etc/ssl/certs/ca-certificates.crt

# Builds the binary and prints its path. No path of this machine may get into it: neither where the source lies nor where
# crates and toolchain do.
build() {
  local target sysroot folder
  target=$(uname -m)-unknown-linux-musl
  sysroot=$(cd "$source" && rustc --print sysroot)
  export RUSTFLAGS="--remap-path-prefix=$source=/gate --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo --remap-path-prefix=$sysroot=/rust"
  # ring's C code: compiled by plain gcc, and without the folder that cargo builds it in.
  export CC_x86_64_unknown_linux_musl=gcc CC_aarch64_unknown_linux_musl=gcc
  export CFLAGS="-ffile-prefix-map=${CARGO_HOME:-$HOME/.cargo}=/cargo"
  (cd "$source" && cargo build --release --locked --target "$target" --bin upgrade-gate >&2)
  folder=$(cd "$source" && cargo metadata --locked --format-version 1 --no-deps | sed -E 's/.*"target_directory":"([^"]*)".*/\1/')
  echo "$folder/$target/release/upgrade-gate"
}

pack() {
  local binary=$1 root=$2
  mkdir -p "$root/etc/ssl/certs" "$root/tmp"
  install -m 755 "$binary" "$root/upgrade-gate"
  # What the runner calls at the end of the job: the binary knows by this name what it is for.
  ln -s upgrade-gate "$root/upgrade-gate-post"
  install -m 644 "$bundle" "$root/etc/ssl/certs/ca-certificates.crt"
  chmod 755 "$root" "$root/etc" "$root/etc/ssl" "$root/etc/ssl/certs"
  chmod 1777 "$root/tmp"
  find "$root" -exec touch --no-dereference --date="@$epoch" {} +
}

layer() {
  tar --directory "$1" --create --file "$2" --format gnu --sort name --owner 0 --group 0 --numeric-owner --mtime "@$epoch" .
}

# The Dockerfile's last stage is the one place where labels and entrypoint are written, one instruction a line.
import() {
  local changes=()
  while IFS= read -r line; do
    changes+=(--change "$line")
  done < <(sed -n '/^FROM scratch/,$p' "$source/Dockerfile" | grep -E '^(LABEL|ENTRYPOINT) ')
  docker import "${changes[@]}" "$1" "$2" >/dev/null
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case "${1:-} $#" in
  "root 2") pack "$(build)" "$2" ;;
  "layer 2")
    pack "$(build)" "$work/root"
    layer "$work/root" "$2"
    ;;
  "pack 3") pack "$2" "$3" ;;
  "tar 3") layer "$2" "$3" ;;
  "import 3") import "$2" "$3" ;;
  *)
    sed -n '2,/^set/ { /^set/d; s/^# \{0,1\}//; p }' "$0" >&2
    exit 2
    ;;
esac
