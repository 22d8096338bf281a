#!/bin/sh
set -eu
export AZURE_USE_DEFAULT_CREDENTIAL=true
exec /vmrestore-prod -httpListenAddr=127.0.0.1:8420 -loggerFormat=json -storageDataPath=/storage \
  -src="azblob://metrics-backup/$REPLICA/latest"
