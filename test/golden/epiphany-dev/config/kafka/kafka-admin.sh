#!/bin/bash
# -f: the rule for all topics is called *, and nothing here means file names.
set -euf -o pipefail
files=/etc/hyperion/kafka

kafka() {
  local program="$1"
  shift
  "/opt/kafka/bin/$program" --bootstrap-server "$KAFKA_BOOTSTRAP" --command-config "$files/admin.properties" "$@" </dev/null
}

apply_topics() {
  local described line name partitions copies settings setting present differs
  described="$(kafka kafka-topics.sh --describe)"
  while read -r name partitions copies settings; do
    line="$(awk -F "\t" -v topic="Topic: $name" '$1 == topic && /PartitionCount:/' <<<"$described")"
    if [[ -z "$line" ]]; then
      # shellcheck disable=SC2086 -- one argument for each setting
      kafka kafka-topics.sh --create --if-not-exists --topic "$name" --partitions "$partitions" \
        --replication-factor "$copies" --config ${settings//,/ --config }
      continue
    fi
    present="${line#*PartitionCount: }"
    present="${present%%[!0-9]*}"
    if ((present < partitions)); then
      echo "Topic $name: $present partitions become $partitions."
      kafka kafka-topics.sh --alter --topic "$name" --partitions "$partitions"
    elif ((present > partitions)); then
      echo "Topic $name has $present partitions, declared are $partitions: left so, fewer would lose data."
    fi
    differs=
    for setting in ${settings//,/ }; do
      [[ ",${line##*Configs: }," == *",$setting,"* ]] || differs=yes
    done
    if [[ -n "$differs" ]]; then
      kafka kafka-configs.sh --alter --entity-type topics --entity-name "$name" --add-config "$settings"
    fi
  done <"$files/topics.txt"
}

# The rules that Kafka has, in the form of acls.txt.
present_acls() {
  kafka kafka-acls.sh --list | tr "(),=" "    " | awk '
    /^Current ACLs/ {
      for (i = 1; i < NF; i++) {
        if ($i == "resourceType") resource = $(i + 1)
        if ($i == "name") name = $(i + 1)
        if ($i == "patternType") pattern = $(i + 1)
      }
    }
    $1 == "principal" { sub(/^User:/, "", $2); print resource, name, pattern, $2, $6 }'
}

# Takes rules on its input; one call for all resources of a user, an operation and a pattern.
change_acls() {
  local change="$1" user operation pattern resources
  awk '
    { key = $4 " " $5 " " tolower($3); resources[key] = resources[key] " --" tolower($1) " " $2 }
    END { for (key in resources) print key resources[key] }' | sort |
    while read -r user operation pattern resources; do
      # shellcheck disable=SC2086 -- several arguments
      kafka kafka-acls.sh "$change" --force --allow-principal "User:$user" --operation "$operation" \
        --resource-pattern-type "$pattern" $resources
    done
}

# The lines of the second text that the first has not.
missing_from() {
  awk 'NR == FNR { known[$0]; next } $0 != "" && !($0 in known)' <(echo "$1") <(echo "$2")
}

apply_acls() {
  local present wanted
  present="$(present_acls)"
  wanted="$(cat "$files/acls.txt")"
  missing_from "$present" "$wanted" | change_acls --add
  missing_from "$wanted" "$present" | change_acls --remove
}

reload_certificates() {
  local id listener settings=
  for listener in $KAFKA_LISTENERS; do
    settings+=",listener.name.$listener.ssl.keystore.location=/etc/hyperion/tls/tls-combined.pem"
  done
  for id in $KAFKA_BROKER_IDS; do
    kafka kafka-configs.sh --alter --entity-type brokers --entity-name "$id" --add-config "${settings#,}"
  done
}

case "${1:-}" in
  apply)
    apply_topics
    apply_acls
    ;;
  reload-certificates) reload_certificates ;;
  *)
    echo "usage: kafka-admin.sh apply | reload-certificates" >&2
    exit 2
    ;;
esac
