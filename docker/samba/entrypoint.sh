#!/bin/bash
# Writes Samba's configuration from the environment and runs it. There are always these shares:
#   share     /share
#   readonly  /share again, for reading only
#   small     /small, to be mounted by whoever wants it small: --tmpfs /small:size=8m
#   private   is there, and lets nobody in
#   dfs       the root of a DFS namespace with the link "elsewhere"
set -euo pipefail
: "${SMB_USER:=datasync}" "${SMB_PASSWORD:=Passw0rd!}" "${SMB_DOMAIN:=WORKGROUP}"
: "${SMB_MIN_PROTOCOL:=SMB2_02}" "${SMB_MAX_PROTOCOL:=SMB3_11}" # SMB2_02 SMB2_10 SMB3_00 SMB3_02 SMB3_11
: "${SMB_SIGNING:=default}"      # or mandatory, disabled
: "${SMB_ENCRYPTION:=default}"   # or required, off
: "${SMB_READ_ONLY:=no}"         # of the share "share"
: "${SMB_PRIVILEGES:=yes}"       # the user may give files to others and see SACLs, as AWS asks for; no: may not
: "${SMB_PORT:=445}"
: "${SMB_BIND:=}"                # addresses or interfaces; all of them without a value
: "${SMB_LOG:=0}"                # Samba's level, 0 to 10

fail() {
  echo "datasync-local/samba: $*" >&2
  exit 64
}

# one_of NAME VALUE…: the setting has one of these values.
one_of() {
  local name=$1 value
  shift
  for value in "$@"; do
    if [ "${!name}" = "$value" ]; then return; fi
  done
  fail "$name=${!name} is none of: $*"
}

one_of SMB_MIN_PROTOCOL SMB2_02 SMB2_10 SMB3_00 SMB3_02 SMB3_11
one_of SMB_MAX_PROTOCOL SMB2_02 SMB2_10 SMB3_00 SMB3_02 SMB3_11
one_of SMB_SIGNING default mandatory disabled
one_of SMB_ENCRYPTION default required off
one_of SMB_READ_ONLY yes no
one_of SMB_PRIVILEGES yes no

mkdir -p /share /small /private /dfs
cat > /etc/samba/smb.conf <<CONF
[global]
  workgroup = $SMB_DOMAIN
  netbios name = FILES
  server role = standalone server
  disable netbios = yes
  smb ports = $SMB_PORT
  server min protocol = $SMB_MIN_PROTOCOL
  server max protocol = $SMB_MAX_PROTOCOL
  server signing = $SMB_SIGNING
  server smb encrypt = $SMB_ENCRYPTION
  ntlm auth = ntlmv2-only
  map to guest = never
  load printers = no
  printing = bsd
  printcap name = /dev/null
  logging = file
  log file = /dev/stdout
  log level = $SMB_LOG
  host msdfs = yes
  # As Windows does: attributes and the time of creation are kept, names that begin with a dot are like any other.
  ea support = yes
  store dos attributes = yes
  hide dot files = no
  mangled names = no
  # Rights are those of the security descriptor alone, with any SID in it. It is kept in a user attribute: another
  # one would need a privileged container.
  vfs objects = acl_xattr
  acl_xattr:security_acl_name = user.NTACL
  acl_xattr:ignore system acls = yes
  acl_xattr:default acl style = everyone
  force unknown acl user = yes
  inherit acls = yes
  # Locks on a part of a file are asked for at every read and write.
  strict locking = yes

[share]
  path = /share
  read only = $SMB_READ_ONLY

[readonly]
  path = /share
  read only = yes

[small]
  path = /small
  read only = no
  # A tmpfs need not have extended attributes.
  vfs objects = acl_xattr xattr_tdb
  xattr_tdb:file = /var/lib/samba/small-xattr.tdb

[private]
  path = /private
  read only = no
  valid users = root

[dfs]
  path = /dfs
  msdfs root = yes
CONF
if [ -n "$SMB_BIND" ]; then
  sed -i "s|^\[global\]|&\n  interfaces = $SMB_BIND\n  bind interfaces only = yes|" /etc/samba/smb.conf
fi

# The same user and the same SIDs in every container: S-1-5-21-1-2-3-1000 is the user.
id "$SMB_USER" > /dev/null 2>&1 || useradd -M -u 1000 -s /usr/sbin/nologin "$SMB_USER"
chown "$SMB_USER" /share /small
ln -sfn 'msdfs:other.example\share' /dfs/elsewhere
net setlocalsid S-1-5-21-1-2-3
printf '%s\n%s\n' "$SMB_PASSWORD" "$SMB_PASSWORD" | smbpasswd -s -a "$SMB_USER" > /dev/null
if [ "$SMB_PRIVILEGES" = yes ]; then
  net sam rights grant "$SMB_USER" \
    SeRestorePrivilege SeBackupPrivilege SeTakeOwnershipPrivilege SeSecurityPrivilege > /dev/null
fi
exec smbd -F --no-process-group --debug-stdout
