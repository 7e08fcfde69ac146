#!/bin/bash
# Writes Ganesha's configuration from the environment and runs it.
set -euo pipefail
: "${NFS_VERSIONS:=3,4.0,4.1,4.2}"    # offered, any of these
: "${NFS_EXPORTS:=/export}"           # directories, made where they are missing. One alone may be read-only or be
                                      # squashed in another way: /export,/export/given:ro,/export/theirs:root_squash
: "${NFS_SQUASH:=no_root_squash}"     # or root_squash, all_squash
: "${NFS_ANON_UID:=65534}" "${NFS_ANON_GID:=65534}" # who a squashed client is
: "${NFS_READ_ONLY:=no}"              # yes: EROFS for whoever writes
: "${NFS_OWNERS:=numeric}"            # of version 4; "names" maps ids, and tells root@localdomain instead of 0
: "${NFS_PRIVILEGED_PORTS:=no}"       # yes: only clients with a source port below 1024 ("secure")
: "${NFS_PORT:=2049}" "${NFS_MOUNT_PORT:=20048}" "${NFS_BIND:=0.0.0.0}"
: "${NFS_RPCBIND:=yes}"               # no: nothing on port 111; only without version 3, which has to be told there
: "${NFS_LEASE_SECONDS:=30}"          # of version 4
: "${NFS_GRACE_SECONDS:=0}"           # after a start, in which only what was open before may be opened
: "${NFS_CACHE_SECONDS:=0}"           # how long attributes are believed; 0: changes made in the container show at once
: "${NFS_LOG:=EVENT}"                 # Ganesha's level: WARN, EVENT, INFO, DEBUG, FULL_DEBUG

fail() {
  echo "datasync-local/nfs: $*" >&2
  exit 64
}

# one_of NAME VALUE…: the setting has one of these values, in any case of letters.
one_of() {
  local name=$1 value
  shift
  for value in "$@"; do
    if [ "${!name,,}" = "$value" ]; then return; fi
  done
  fail "$name=${!name} is none of: $*"
}

protocols=() minors=()
for version in ${NFS_VERSIONS//,/ }; do
  case $version in
    3) protocols+=(3) ;;
    4.[012]) minors+=("${version#4.}") ;;
    *) fail "NFS_VERSIONS=$NFS_VERSIONS: \"$version\" is none of: 3 4.0 4.1 4.2" ;;
  esac
done
if [ "${#minors[@]}" -gt 0 ]; then protocols+=(4); fi
[ "${#protocols[@]}" -gt 0 ] || fail "NFS_VERSIONS is empty: nothing would be offered."
one_of NFS_SQUASH no_root_squash root_squash all_squash
one_of NFS_READ_ONLY yes no
one_of NFS_OWNERS numeric names
one_of NFS_PRIVILEGED_PORTS yes no
one_of NFS_RPCBIND yes no
if [ "${NFS_RPCBIND,,}" = no ] && [[ "${protocols[*]}" = *3* ]]; then fail "NFS_RPCBIND=no, but version 3 needs it"; fi

# Ganesha starts without what it needs too, and then has no export.
readonly NEEDS="start this container with --cap-add DAC_READ_SEARCH --security-opt seccomp=unconfined"
capabilities=$(awk '$1 == "CapBnd:" { print $2 }' /proc/self/status)
((0x$capabilities & 1 << 2)) || fail "$NEEDS"
for export in ${NFS_EXPORTS//,/ }; do
  path=${export%%:*}
  mkdir -p "$path"
  python3 /has-handles.py "$path" || fail "$path cannot be exported. Give a volume or a tmpfs, and $NEEDS"
done

join() {
  local IFS=,
  echo "$*"
}

export_blocks() {
  local id=1 export path access squash
  for export in ${NFS_EXPORTS//,/ }; do
    path=${export%%:*} access=RW squash=$NFS_SQUASH
    if [ "${NFS_READ_ONLY,,}" = yes ]; then access=RO; fi
    case $export in
      *:ro) access=RO ;;
      *:*) squash=${export#*:} ;;
    esac
    cat <<CONF
EXPORT {
  Export_Id = $id;
  Path = $path;
  Pseudo = $path;
  Access_Type = $access;
  Squash = $squash;
  Anonymous_Uid = $NFS_ANON_UID;
  Anonymous_Gid = $NFS_ANON_GID;
  PrivilegedPort = $([ "${NFS_PRIVILEGED_PORTS,,}" = yes ] && echo true || echo false);
  SecType = sys;
  Transports = TCP;
  Protocols = $(join "${protocols[@]}");
  Attr_Expiration_Time = $NFS_CACHE_SECONDS;
  FSAL { Name = VFS; }
}
CONF
    id=$((id + 1))
  done
}

mkdir -p /var/run/ganesha /run/rpcbind /var/lib/nfs/ganesha
{
  cat <<CONF
NFS_CORE_PARAM {
  Protocols = $(join "${protocols[@]}");
  NFS_Port = $NFS_PORT;
  MNT_Port = $NFS_MOUNT_PORT;
  Bind_addr = $NFS_BIND;
  Enable_NLM = false;
  Enable_RQUOTA = false;
  fsid_device = true;
}
NFSv4 {
  Lease_Lifetime = $NFS_LEASE_SECONDS;
  Graceless = $([ "$NFS_GRACE_SECONDS" = 0 ] && echo true || echo false);
  $([ "$NFS_GRACE_SECONDS" = 0 ] || echo "Grace_Period = $NFS_GRACE_SECONDS;")
  Minor_Versions = $(join "${minors[@]:-0}");
  Only_Numeric_Owners = $([ "${NFS_OWNERS,,}" = numeric ] && echo true || echo false);
  RecoveryBackend = fs;
}
NFS_KRB5 { Active_krb5 = false; }
$([ "$NFS_CACHE_SECONDS" != 0 ] || echo "MDCACHE { Dir_Chunk = 0; Getattr_Dir_Invalidation = true; }")
LOG {
  Default_Log_Level = $NFS_LOG;
  # That no D-Bus is here is no news.
  Components { DBUS = FATAL; }
}
CONF
  export_blocks
} > /etc/ganesha/ganesha.conf

if [ "${NFS_RPCBIND,,}" = yes ]; then
  # What an earlier life of this container left: rpcbind would believe it.
  rm -f /run/rpcbind/*.xdr
  rpcbind -w
fi
exec ganesha.nfsd -F -L /dev/stdout -f /etc/ganesha/ganesha.conf -N "NIV_$NFS_LOG"
