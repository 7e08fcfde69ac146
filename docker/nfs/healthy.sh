#!/bin/bash
# Whether NFS answers to its NULL procedure, in the newest version that is offered.
case ${NFS_VERSIONS:-4} in
  *4*) version=4 ;;
  *) version=3 ;;
esac
port=${NFS_PORT:-2049}
exec rpcinfo -a "127.0.0.1.$((port / 256)).$((port % 256))" -T tcp 100003 "$version" > /dev/null
