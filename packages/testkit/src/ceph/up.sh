#!/bin/bash
# Starts a throw-away Ceph (1 mon, 1 memstore OSD) with two S3 frontends, from nothing, installing Debian's packages if missing:
# PORT answers with exact S3 error codes, PORT+1 has STS AssumeRole. Users: see the end of this file. Stop with down.sh.
# Usage: up.sh    env: DIR, PORT (rgw http), MON_PORT, OSD_PORTS=lo:hi
set -euo pipefail
DIR=${DIR:-${TMPDIR:-/tmp}/sluice-ceph}; PORT=${PORT:-22080}; MON_PORT=${MON_PORT:-22010}; OSD_PORTS=${OSD_PORTS:-22100:22160}
STORE=${STORE:-memstore}; MGR=${MGR:-0}; REGION=${REGION:-default}
t0=$(date +%s.%N); say(){ printf '[%5.1fs] %s\n' "$(echo "$(date +%s.%N)-$t0" | bc 2>/dev/null || awk -v a=$(date +%s.%N) -v b=$t0 'BEGIN{print a-b}')" "$*"; }
if ! command -v radosgw >/dev/null || ! command -v ceph-osd >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends radosgw ceph-mon ceph-osd ceph-common $([ "$MGR" = 1 ] && echo ceph-mgr) >/dev/null
  say "packages installed"
fi
R="$DIR"
[ -e "$R/pids" ] && { echo "already up? run down.sh first ($R/pids exists)" >&2; exit 1; }
rm -rf "$R"; mkdir -p "$R"/{mon,osd,mgr,run,log}
FSID=$(cat /proc/sys/kernel/random/uuid); OSDID=$(cat /proc/sys/kernel/random/uuid)
cat > "$R/ceph.conf" <<C
[global]
fsid = $FSID
mon_host = [v2:127.0.0.1:$MON_PORT/0,v1:127.0.0.1:$((MON_PORT+1))/0]
mon_initial_members = a
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_ipv6 = false
ms_bind_port_min = ${OSD_PORTS%:*}
ms_bind_port_max = ${OSD_PORTS#*:}
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
ms_mon_client_mode = crc
ms_client_mode = crc
run_dir = $DIR/run
admin_socket = $DIR/run/\$name.asok
log_file = $DIR/log/\$name.log
crash_dir = $DIR/log
mon_cluster_log_file = $DIR/log/cluster.log
debug_mon = 0/0
debug_osd = 0/0
debug_ms = 0/0
debug_paxos = 0/0
debug_rocksdb = 0/0
debug_rgw = ${DEBUG_RGW:-1/5}
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pgp_num = 1
osd_pool_default_pg_autoscale_mode = off
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
mon_max_pg_per_osd = 1000
osd_crush_chooseleaf_type = 0
osd_max_object_name_len = 2048
[mon]
mon_data = $DIR/mon
mon_data_avail_crit = 1
mon_data_avail_warn = 2
paxos_propose_interval = 0.05
paxos_min_wait = 0.01
[mgr]
mgr_data = $DIR/mgr
mgr_initial_modules =
[osd]
osd_data = $DIR/osd
osd_objectstore = $STORE
memstore_device_bytes = 4294967296
bluestore_block_size = 8589934592
bluestore_block_create = true
osd_memory_target = 939524096
osd_op_num_shards = 2
osd_op_num_threads_per_shard = 1
osd_class_load_list = *
osd_class_default_list = *
[client]
rgw_data = $DIR/rgw
rgw_frontends = beast endpoint=127.0.0.1:$PORT
rgw_dns_name = s3.localhost
rgw_s3_auth_use_sts = false
rgw_sts_key = abcdefghijklmnop
rgw_sts_min_session_duration = 900
rgw_crypt_require_ssl = false
rgw_crypt_s3_kms_backend = testing
rgw_crypt_s3_kms_encryption_keys = testkey-1=YmluCmJvb3N0CmJvb3N0LWJ1aWxkCmNlcGguY29uZgo= testkey-2=aWIKTWFrZWZpbGUKbWFuCm91dApzcmMKVGVzdGluZwo=
rgw_lc_debug_interval = ${LC_DEBUG:--1}
rgw_enable_usage_log = false
rgw_thread_pool_size = 64
rgw_relaxed_s3_bucket_names = false
rgw_init_timeout = 60
rgw_enable_gc_threads = true
${RGW_EXTRA:-}
[client.rgw.sts]
rgw_frontends = beast endpoint=127.0.0.1:$((PORT+1))
rgw_s3_auth_use_sts = true
C
C="$DIR/ceph.conf"; : > "$R/pids"
bg(){ local n=$1; shift; setsid "$@" >"$R/log/$n.out" 2>&1 & echo "$! $n" >> "$R/pids"; }
monmaptool --create --fsid "$FSID" --addv a "[v2:127.0.0.1:$MON_PORT/0,v1:127.0.0.1:$((MON_PORT+1))/0]" "$DIR/monmap" >/dev/null
ceph-mon -c "$C" -i a --mkfs --monmap "$DIR/monmap" >/dev/null
bg mon ceph-mon -c "$C" -i a -f
for i in $(seq 100); do timeout 5 ceph -c "$C" mon stat >/dev/null 2>&1 && break; sleep .2; done
say "mon up"
ceph -c "$C" config set mon auth_allow_insecure_global_id_reclaim false >/dev/null 2>&1 || true
[ "$MGR" = 1 ] && bg mgr ceph-mgr -c "$C" -i a -f
ceph -c "$C" osd new "$OSDID" >/dev/null
ceph-osd -c "$C" -i 0 --mkfs --osd-uuid "$OSDID" >"$R/log/mkfs.out" 2>&1
bg osd ceph-osd -c "$C" -i 0 -f
for i in $(seq 150); do ceph -c "$C" osd stat 2>/dev/null | grep -q "1 up" && break; sleep .2; done
say "osd up ($STORE)"
bg rgw radosgw -c "$C" -n client.rgw.a -f
for i in $(seq 300); do curl -s -o /dev/null "http://127.0.0.1:$PORT/" && break; sleep .2; done
curl -sf -o /dev/null "http://127.0.0.1:$PORT/" || { echo "radosgw did not answer"; tail -n 20 "$R/log/client.rgw.a.log"; exit 1; }
say "radosgw answers on http://127.0.0.1:$PORT (no STS: exact error codes)"
bg rgwsts radosgw -c "$C" -n client.rgw.sts -f
for i in $(seq 300); do curl -sf -o /dev/null "http://127.0.0.1:$((PORT+1))/" && break; sleep .1; done
say "radosgw with STS answers on http://127.0.0.1:$((PORT+1)) (every bad credential is AccessDenied there)"
A=(radosgw-admin -c "$C" -n client.rgw.a --admin-socket= )
"${A[@]}" user create --uid full --display-name "Full" --access-key FULLACCESSKEY000001 --secret-key fullSecretKey/With+Odd=Chars00000000001 --caps "roles=*;user-policy=*;buckets=*;users=*;metadata=*;oidc-provider=*" >/dev/null
"${A[@]}" user create --uid reader --display-name "Reader" --access-key READACCESSKEY000001 --secret-key readSecretKey0000000000000000000000000001 >/dev/null
"${A[@]}" user create --uid nolist --display-name "No ListBucket" --access-key NOLIACCESSKEY000001 --secret-key noliSecretKey0000000000000000000000000001 >/dev/null
"${A[@]}" user create --uid assumer --display-name "May only AssumeRole" --access-key ASSUACCESSKEY000001 --secret-key assuSecretKey0000000000000000000000000001 >/dev/null
say "users created (full, reader, nolist, assumer)"
echo "RSS: $(awk '{print $1}' "$R/pids" | while read p; do awk -v n="$(awk -v p=$p '$1==p{print $2}' "$R/pids")" '/VmRSS/{printf "%s=%dMB ", n, $2/1024}' /proc/$p/status; done)"
