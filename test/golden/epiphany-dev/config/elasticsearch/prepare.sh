#!/bin/bash
set -euo pipefail
umask 077
files=/etc/hyperion/elasticsearch
export ES_PATH_CONF=/mnt/config
cp -r /usr/share/elasticsearch/config/. "$ES_PATH_CONF"/
cp "$files"/elasticsearch.yml "$files"/roles.yml "$ES_PATH_CONF"/
: >"$ES_PATH_CONF"/users
: >"$ES_PATH_CONF"/users_roles
# On its input, where no other process sees it; asked for twice.
while read -r name role key; do
  password="$(</etc/hyperion/passwords/"$key")"
  printf '%s\n%s\n' "$password" "$password" | elasticsearch-users useradd "$name" -r "$role"
done <"$files"/users.txt
if [[ -n "${S3_ACCESS_KEY:-}" ]]; then
  rm -f "$ES_PATH_CONF"/elasticsearch.keystore
  elasticsearch-keystore create
  printf '%s' "$S3_ACCESS_KEY" | elasticsearch-keystore add --stdin s3.client.default.access_key
  printf '%s' "$S3_SECRET_KEY" | elasticsearch-keystore add --stdin s3.client.default.secret_key
fi
