#!/bin/sh
# Runs a program inside an unpacked image, as a platform would: deploy/in-image.sh ROOT ENVIRONMENT USER PROGRAM …
# Its root cannot be written, not even by root; /tmp and /dev/shm are memory; the user has no right beyond its own files.
set -eu
if [ "${IN_IMAGE:-}" != 1 ]; then
    IN_IMAGE=1 exec unshare --mount "$0" "$@"
fi
root=$1 environment=$2 user=$3
shift 3
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o size=64m,mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o size=16m,mode=755 tmpfs "$root/dev"
for device in null zero urandom random; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/shm"
mount -t tmpfs -o size=64m,mode=1777 tmpfs "$root/dev/shm"
mount -o remount,bind,ro "$root"
unset IN_IMAGE HOME OLDPWD PWD VIRTUAL_ENV PYTHONPATH
# What the image sets comes last: its PATH is the one that counts. No value of it has a blank.
# shellcheck disable=SC2046
exec env $(cat "$environment") chroot "$root" /usr/bin/setpriv \
    --reuid "$user" --regid "$user" --clear-groups --no-new-privs --bounding-set=-all \
    sh -c 'cd /app && exec "$@"' sh "$@"
