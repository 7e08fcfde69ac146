#!/usr/bin/env bash
# Builds the images of the servers that the tests run against: build-images.sh [server…] (default: all).
# Needs a container engine. Where no image registry can be reached, the Debian base image is made with
# debootstrap from the mirror that this machine's own apt uses (root only); elsewhere it is pulled as usual.
set -euo pipefail
cd "$(dirname "$0")"

MINIO_VERSION=v0.0.0-20260212201848-7aac2a2c5b7c
BASE=debian:bookworm-slim

base_image() {
  if docker image inspect "$BASE" > /dev/null 2>&1 || docker pull -q "$BASE" > /dev/null 2>&1; then return; fi
  local mirror root
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(ORIGIN)' 'Created-By: Packages' |
    awk '$2 == "bookworm" && $3 == "Debian" { print $1; exit }')
  [ -n "$mirror" ] || { echo "No registry answers, and this machine's apt names no Debian mirror to build $BASE from." >&2; exit 1; }
  root=$(mktemp -d)
  debootstrap --variant=minbase bookworm "$root" "$mirror" > "$root.log" 2>&1 || { tail -20 "$root.log" >&2; exit 1; }
  tar -C "$root" -c . | docker import - "$BASE" > /dev/null
  rm -rf "$root" "$root.log"
}

# MinIO is published as source; its documented way is `go install`.
minio_binary() {
  [ -x minio/minio ] && return
  command -v go > /dev/null || { echo "MinIO is built from its source: install Go (https://go.dev/dl) and try again." >&2; exit 1; }
  CGO_ENABLED=0 GOBIN="$PWD/minio" go install -ldflags '-s -w' "github.com/minio/minio@$MINIO_VERSION"
}

for server in "${@:-minio radosgw}"; do
  for name in $server; do
    base_image
    [ "$name" != minio ] || minio_binary
    docker build -q -t "datasync-local/$name" "$name" > /dev/null
    echo "built datasync-local/$name"
  done
done
