#!/bin/sh
# Stands in for vmstorage: the single-node program of the same version, listening on vmstorage's three ports. It speaks
# HTTP on them, which is why vminsert and vmselect have stand-ins too.
set -eu
exec victoria-metrics -httpListenAddr=:8482 -httpListenAddr=:8400 -httpListenAddr=:8401 \
  -opentelemetry.usePrometheusNaming=true "$@"
