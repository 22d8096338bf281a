#!/bin/sh
set -eu
exec /vmrestore-prod -httpListenAddr=127.0.0.1:8420 -loggerFormat=json -customS3Endpoint=https://s3.eu-central-1.amazonaws.com:443 -s3ForcePathStyle=false -storageDataPath=/storage \
  -src="s3://${cloud:bucket-metrics-backup}/$REPLICA/latest"
