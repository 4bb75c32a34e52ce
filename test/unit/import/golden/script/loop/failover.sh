#!/usr/bin/env bash
set -euo pipefail

readonly PRIMARY_IP=203.0.113.1
readonly BACKUP_IP=203.0.113.2
readonly BACKUP_IP_2='198.51.100.7'
readonly BACKUP_IPV6="2001:db8::2"
readonly PRIMARY_IPV6="2001:db8::1"
HOSTNAME=app
ZONE=lb.example.net
CURL_OPTS=(--connect-timeout "${CONNECT_TIMEOUT:-3}" -m "${MAX_TIME:-5}" -fsSk)
FAIL_THRESHOLD=${FAIL_THRESHOLD:-5}
RECOVERY_THRESHOLD=2
CHECK_INTERVAL=15

is_healthy() {
    local ip=$1
    curl "${CURL_OPTS[@]}" --resolve "$HOSTNAME.$ZONE:8443:$ip" -L \
        -H 'X-Probe: failover' -u "probe:$PROBE_PASSWORD" \
        "https://$HOSTNAME.$ZONE:8443/api/health?deep=1" | grep -qi '"status": *"ok"'
}

set_record() {
    { echo "server ns1.$ZONE"; echo "zone $ZONE."
      echo "update delete $HOSTNAME.$ZONE. A"
      echo "update add $HOSTNAME.$ZONE. 30 A $1"
      echo send; } | nsupdate -k /etc/failover.key
    mail -s "failover to $1" ops@example.net </dev/null
    curl -s -X POST -d "text=failover to $1" https://hooks.example.com/T123
    ssh db2 pg_ctl promote
}

while true; do
    if is_healthy "$PRIMARY_IP"; then
        ok=$((ok + 1)); bad=0
        case "$state" in
            backup) [ "$ok" -ge "$RECOVERY_THRESHOLD" ] && set_record "$PRIMARY_IP" ;;
            *) : ;;
        esac
    elif is_healthy "$BACKUP_IP"; then
        bad=$((bad + 1))
        [ "$bad" -ge "$FAIL_THRESHOLD" ] && set_record "$BACKUP_IP"
    fi
    sleep "$CHECK_INTERVAL"
done
