#!/bin/sh
# Stands in for vminsert (gate "insert") and vmselect (gate "select"): vmauth of the same version, which takes the cluster's
# URL paths and hands them, without their tenant, to the first storage node. No replication, no merging over nodes.
set -eu
gate=$1
shift
node=''
shutdown=''
for argument in "$@"; do
  case "$argument" in
    -storageNode=*) [ -n "$node" ] || node=$(printf '%s' "${argument#-storageNode=}" | cut -d, -f1) ;;
    -http.shutdownDelay=*) shutdown=$argument ;;
  esac
done
# A storage group's name may stand before the node.
node=${node#*/}
[ -n "$node" ] || { echo "vm$gate: -storageNode is missing" >&2; exit 1; }
case "$gate" in insert) port=8480 ;; *) port=8481 ;; esac
cat >/dev/shm/gate.yml <<END
unauthorized_user:
  url_map:
    - src_paths: ["/$gate/0/prometheus/.*"]
      drop_src_path_prefix_parts: 3
      url_prefix: "http://$node"
    - src_paths: ["/$gate/0/opentelemetry/.*"]
      drop_src_path_prefix_parts: 2
      url_prefix: "http://$node"
END
# shellcheck disable=SC2086 # empty or one flag
exec vmauth -auth.config=/dev/shm/gate.yml -httpListenAddr=":$port" -loggerFormat=json -maxConcurrentRequests=1000 $shutdown
