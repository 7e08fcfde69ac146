#!/bin/bash
# Makes a fresh one-machine cluster in memory, a user with the keys of the environment, and runs radosgw.
set -euo pipefail
: "${ACCESS_KEY:=datasync}" "${SECRET_KEY:=datasync-secret}" "${MEMORY_BYTES:=4294967296}"

cluster=$(uuidgen)
cat > /etc/ceph/ceph.conf <<CONF
[global]
fsid = $cluster
mon host = v1:127.0.0.1:6789
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr2 = false
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail warn = 1
mon data avail crit = 0
osd objectstore = memstore
memstore device bytes = $MEMORY_BYTES
osd max object name len = 2048
log file = /dev/null
mon cluster log file = /dev/null

[client.rgw]
rgw enable usage log = false
rgw frontends = beast endpoint=0.0.0.0:7480
rgw override bucket index max shards = 1
CONF

mkdir -p /var/lib/ceph/mon/ceph-a /var/lib/ceph/osd/ceph-0 /run/ceph
monmaptool --create --addv a v1:127.0.0.1:6789 --fsid "$cluster" /tmp/monmap > /dev/null
ceph-mon --mkfs -i a --monmap /tmp/monmap
ceph-mon -i a -f &

osd=$(uuidgen)
number=$(timeout 30 ceph osd create "$osd")
ceph-osd -i "$number" --mkfs --osd-uuid "$osd" > /tmp/mkfs.log 2>&1 || { cat /tmp/mkfs.log; exit 1; }
ceph osd crush add "osd.$number" 1 root=default host=here > /dev/null 2>&1
# On a busy machine the first start can lose a race with the monitor and end: it is started again.
(while ! ceph-osd -i "$number" -f >> /tmp/osd.log 2>&1; do sleep 0.2; done) &

radosgw-admin user create --uid=datasync --display-name=datasync \
  --access-key="$ACCESS_KEY" --secret-key="$SECRET_KEY" > /dev/null 2>&1

# Classes are but names here: their objects are in the same pool, and can be read at once.
for class in STANDARD_IA GLACIER DEEP_ARCHIVE; do
  place=(--placement-id=default-placement --storage-class="$class")
  radosgw-admin zonegroup placement add --rgw-zonegroup=default "${place[@]}" > /dev/null 2>&1
  radosgw-admin zone placement add --rgw-zone=default "${place[@]}" --data-pool=default.rgw.buckets.data > /dev/null 2>&1
done

# The gateway may be ended alone: the cluster keeps what it has. While /run/gateway-down exists it is not started again.
while true; do
  if [ -e /run/gateway-down ]; then sleep 0.2; else radosgw -f -n client.rgw || true; fi
done
