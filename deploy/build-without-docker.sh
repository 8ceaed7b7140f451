#!/bin/sh
# Builds the Dockerfile with buildah on a base of this machine's own, and proves the image: `make image`.
# What it makes stands in var/image and is used again by the next run; it needs Debian or Ubuntu, root, and their packages.
set -eu
cd "$(dirname "$0")/.."

SUITE=${SUITE:-bookworm}
MIRROR=${MIRROR:-http://deb.debian.org/debian}
PLACE=$PWD/var/image
# Layers one over the other where the kernel can, else each a copy of all below it.
DRIVER=vfs
! grep -qw overlay /proc/filesystems || DRIVER=overlay
STORAGE="--storage-driver $DRIVER --root $PLACE/storage-$DRIVER --runroot $PLACE/run-$DRIVER"
BASE=localhost/miomio-base:$SUITE
IMAGE=localhost/miomio:latest

say() { printf '%6s s  %s\n' "$(($(date +%s) - BEGAN))" "$1"; }
fail() { echo "$1" >&2; exit 1; }
BEGAN=$(date +%s)

[ "$(id -u)" = 0 ] || fail "Building needs root: debootstrap and chroot do. Try: sudo make image"

missing=
for program in buildah debootstrap; do
    command -v $program > /dev/null || missing="$missing $program"
done
if [ -n "$missing" ]; then
    command -v apt-get > /dev/null || fail "Needed and not there:$missing"
    say "installing$missing"
    apt-get update -q > /dev/null
    # shellcheck disable=SC2086  # names of packages, one word each
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing > /dev/null
fi
[ -x .venv/bin/moto_server ] || fail "The development requirements are needed, too: run make image, not this script."

# Options of buildah are words; the place has no blanks in it unless the checkout's own path has.
# shellcheck disable=SC2086
build() { buildah $STORAGE "$@"; }
case $PLACE in *[[:space:]]*) fail "The path of this checkout has a blank in it, which buildah's options cannot have." ;; esac

mkdir -p "$PLACE"
tidy() {
    build rm --all > /dev/null 2>&1 || true
    rm -rf "$PLACE/base.partly"
}
trap tidy EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if ! build inspect --type image "$BASE" > /dev/null 2>&1; then
    rm -rf "$PLACE/base.partly"
    say "a base of $SUITE: Python and nothing to compile with"
    debootstrap --variant=minbase --include=python3,python3-venv,python-is-python3,ca-certificates \
        "$SUITE" "$PLACE/base.partly" "$MIRROR" > "$PLACE/debootstrap.log" \
        || fail "debootstrap failed: see var/image/debootstrap.log"
    rm -rf "$PLACE"/base.partly/var/cache/apt/* "$PLACE"/base.partly/var/lib/apt/lists/* \
        "$PLACE"/base.partly/usr/share/doc/* "$PLACE"/base.partly/usr/share/man/* "$PLACE"/base.partly/usr/share/locale/*
    container=$(build from scratch)
    build add "$container" "$PLACE/base.partly" / > /dev/null
    build commit --rm "$container" "$BASE" > /dev/null 2>&1
    rm -rf "$PLACE/base.partly"
fi

say "building"
# A machine's own pip settings and the authorities that it trusts hold for the build, and are no part of the image.
set --
for kept in /etc/pip.conf /etc/ssl/certs; do
    [ ! -e $kept ] || set -- "$@" --volume "$kept:$kept:ro"
done
build bud --isolation chroot --layers --quiet "$@" --build-arg "BASE=$BASE" \
    --build-arg "RELEASE=$(git rev-parse HEAD)" --tag "$IMAGE" . > "$PLACE/build.log" 2>&1 \
    || { tail -20 "$PLACE/build.log" >&2; fail "The build failed: see var/image/build.log"; }

container=$(build from "$IMAGE")
build inspect --format '{{range .OCIv1.Config.Env}}{{println .}}{{end}}' "$container" > "$PLACE/env"
build inspect --format '{{.OCIv1.Config.User}}' "$container" > "$PLACE/user"
root=$(build mount "$container")
say "built"
.venv/bin/python -m deploy.image "$root" "$PLACE"
say "in all"
