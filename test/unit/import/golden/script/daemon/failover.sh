#!/usr/bin/env bash
set -euo pipefail
PRIMARY_IP="${PRIMARY_IP:-203.0.113.1}"
BACKUP_IP="${BACKUP_IP:-203.0.113.2}"
HOSTNAME="${1:-www.example.com}"
ZONE="example.com."
NAMESERVER="ns1.example.com"
TSIG_KEY="/etc/bind/ddns.key"
readonly MAX_FAILS=3 TTL=60 CHECK_INTERVAL=30
CHECK_URL="http://${PRIMARY_IP}/health"
log() { echo "$(date '+%F %T') $*" | tee -a /var/log/failover.log; }
check_health() {
    local code
    code=$(curl --silent --output /dev/null --write-out '%{http_code}' --connect-timeout 5 --max-time 10 "$CHECK_URL" || true)
    [[ "$code" == "200" ]]
}
switch_to() {
    local ip=$1
    printf 'server %s\nzone %s\nupdate delete %s A\nupdate add %s %d A %s\nsend\n' "$NAMESERVER" "$ZONE" "$HOSTNAME" "$HOSTNAME" "$TTL" "$ip" | nsupdate -k "$TSIG_KEY"
    log "switched $HOSTNAME to $ip"
}
fail_count=0
active="$PRIMARY_IP"
while :; do
    if check_health; then
        fail_count=0
        if [[ "$active" != "$PRIMARY_IP" ]]; then switch_to "$PRIMARY_IP"; active="$PRIMARY_IP"; fi
    else
        ((fail_count++)) || true
        if (( fail_count >= MAX_FAILS )) && [[ "$active" == "$PRIMARY_IP" ]]; then
            switch_to "$BACKUP_IP"; active="$BACKUP_IP"
        fi
    fi
    sleep "$CHECK_INTERVAL"
done
