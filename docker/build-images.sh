#!/usr/bin/env bash
# Builds the images of the emulator and of the servers that the tests run against:
# build-images.sh [--missing] [emulator|minio|radosgw|nfs|samba…] (default: all; --missing: only those that are not there).
# Needs a container engine. Where no image registry can be reached, the base images are made of what this machine has:
# Debian with debootstrap from the mirror that its own apt uses (root only), Node from its own program.
set -euo pipefail
cd "$(dirname "$0")"

MINIO_VERSION=v0.0.0-20260212201848-7aac2a2c5b7c
GO_IMAGE=golang:1.24-bookworm
BASE=debian:bookworm-slim
NODE_BASE=node:20-bookworm-slim

fail() {
  echo "$*" >&2
  exit 1
}

present() {
  docker image inspect "$1" > /dev/null 2>&1
}

present_or_pulled() {
  present "$1" || docker pull -q "$1" > /dev/null 2>&1
}

base_image() {
  if present_or_pulled "$BASE"; then return; fi
  local mirror root
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(ORIGIN)' 'Created-By: Packages' |
    awk '$2 == "bookworm" && $3 == "Debian" { print $1; exit }')
  [ -n "$mirror" ] || fail "No registry answers, and this machine's apt names no Debian mirror to build $BASE from."
  root=$(mktemp -d)
  debootstrap --variant=minbase bookworm "$root" "$mirror" > "$root.log" 2>&1 || { tail -20 "$root.log" >&2; exit 1; }
  tar -C "$root" -c . | docker import - "$BASE" > /dev/null
  rm -rf "$root" "$root.log"
}

# Says which image to build upon that has Node.
node_image() {
  if present_or_pulled "$NODE_BASE"; then
    echo "$NODE_BASE"
    return
  fi
  [ "$(uname -s)" = Linux ] || fail "$NODE_BASE cannot be pulled: a registry must be reached, once."
  base_image
  local context
  context=$(mktemp -d)
  cp "$(node -p process.execPath)" "$context/node"
  printf 'FROM %s\nCOPY node /usr/local/bin/node\nRUN node --version\n' "$BASE" > "$context/Dockerfile"
  docker build -q -t datasync-local/node "$context" > /dev/null
  rm -rf "$context"
  echo datasync-local/node
}

# The package as npm would give it to a user, with what it needs on the engine's kind of machine.
emulator() {
  local machine cpu image
  machine=$(docker info --format '{{.Architecture}}')
  case "$machine" in
    x86_64) cpu=x64 ;;
    aarch64) cpu=arm64 ;;
    *) fail "The emulator's image is built for x86_64 and aarch64; this engine runs on $machine." ;;
  esac
  rm -rf emulator/package
  mkdir emulator/package
  (cd .. && npm pack --silent --pack-destination docker/emulator/package > /dev/null)
  npm install --silent --no-audit --no-fund --omit=dev --os=linux --cpu="$cpu" --libc=glibc \
    --prefix emulator/package emulator/package/*.tgz
  rm emulator/package/*.tgz
  image=$(node_image)
  docker build -q --build-arg "NODE_IMAGE=$image" -t datasync-local -t datasync-local/emulator emulator > /dev/null
  echo "built datasync-local"
}

# MinIO is published as source; its documented way is `go install`.
minio_binary() {
  [ -x minio/minio ] && return
  local module="github.com/minio/minio@$MINIO_VERSION"
  if [ "$(uname -s)" = Linux ] && command -v go > /dev/null; then
    CGO_ENABLED=0 GOBIN="$PWD/minio" go install -ldflags '-s -w' "$module"
  elif present_or_pulled "$GO_IMAGE"; then
    docker run --rm -v "$PWD/minio:/out" -e CGO_ENABLED=0 -e GOBIN=/out "$GO_IMAGE" go install -ldflags '-s -w' "$module"
  else
    fail "MinIO is built from its source: install Go (https://go.dev/dl) and try again."
  fi
}

minio() {
  minio_binary
  server minio
}

radosgw() {
  server radosgw
}

nfs() {
  server nfs
}

samba() {
  server samba
}

server() {
  base_image
  docker build -q -t "datasync-local/$1" "$1" > /dev/null
  echo "built datasync-local/$1"
}

only_missing=
if [ "${1:-}" = --missing ]; then
  only_missing=yes
  shift
  if ! docker info > /dev/null 2>&1; then
    echo "No container engine answers here (docker info fails): no image is built."
    exit 0
  fi
fi
ALL=(emulator minio radosgw nfs samba)
[ $# -gt 0 ] || set -- "${ALL[@]}"
for name in "$@"; do
  if [ "$only_missing" ] && present "datasync-local/$name"; then continue; fi
  case "$name" in
    emulator | minio | radosgw | nfs | samba) "$name" ;;
    # Only the program, which needs no engine: it takes minutes, and other work can be done meanwhile.
    minio-binary) minio_binary ;;
    *) fail "There is no image \"$name\". There are: ${ALL[*]}." ;;
  esac
done
