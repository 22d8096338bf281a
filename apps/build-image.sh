#!/bin/sh
# Builds the image of the five services with whichever of docker, podman and buildah is there.
#   apps/build-image.sh registry.example.com/hyperion/telemetry-services:0.1.0
# CONTAINER_TOOL names the tool, BASE another base image (a mirror, a digest). It builds; `docker push` and its like publish.
set -eu

image="${1:?usage: apps/build-image.sh <repository>:<version>}"
root="$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)"

tool="${CONTAINER_TOOL:-}"
for candidate in docker podman buildah; do
  [ -n "$tool" ] && break
  # A command without its service (docker's daemon) is of no use.
  if command -v "$candidate" >/dev/null 2>&1 && "$candidate" info >/dev/null 2>&1; then tool="$candidate"; fi
done

case "$tool" in
  docker | podman | buildah) ;;
  '')
    echo 'build-image.sh: none of docker, podman and buildah works here; install one, or set CONTAINER_TOOL' >&2
    exit 2
    ;;
  *)
    echo "build-image.sh: CONTAINER_TOOL=$tool is none of docker, podman and buildah" >&2
    exit 2
    ;;
esac

set -- build --file "$root/apps/Dockerfile" --tag "$image"
[ -n "${BASE:-}" ] && set -- "$@" --build-arg "BASE=$BASE"
exec "$tool" "$@" "$root"
