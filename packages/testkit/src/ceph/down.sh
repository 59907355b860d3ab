#!/bin/bash
# Stops what up.sh started (by pid), optionally removes the data. env: DIR, KEEP=1
DIR=${DIR:-${TMPDIR:-/tmp}/sluice-ceph}; R="$DIR"
[ -e "$R/pids" ] || { echo "nothing to stop"; exit 0; }
for n in rgwsts rgw mgr osd mon; do while read -r p name; do [ "$name" = $n ] || continue; kill "$p" 2>/dev/null; for i in $(seq 100); do [ -d /proc/$p ] || break; sleep .1; done; [ -d /proc/$p ] && kill -9 "$p"; done < "$R/pids"; done
rm -f "$R/pids"; [ "${KEEP:-0}" = 1 ] || rm -rf "$R"; echo stopped
