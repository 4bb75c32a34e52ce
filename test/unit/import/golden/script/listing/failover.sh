#!/bin/bash
# DNS failover: switch www.example.com to the backup when the primary is down.
# crontab:
#   * * * * * /usr/local/bin/dns-failover.sh
#   * * * * * sleep 30; /usr/local/bin/dns-failover.sh

PRIMARY_IP="203.0.113.1"
BACKUP_IP="203.0.113.2"
HOSTNAME="www.example.com"
ZONE="example.com"
DNS_SERVER="127.0.0.1"
KEY_FILE="/etc/bind/failover.key"
TTL=60
MAX_FAILS=3
STATE_FILE="/var/run/dns-failover.state"
FAIL_FILE="/var/run/dns-failover.fails"

fails=$(cat "$FAIL_FILE" 2>/dev/null || echo 0)
current=$(cat "$STATE_FILE" 2>/dev/null || echo "$PRIMARY_IP")

check_primary() {
  local status
  status=$(curl -s -o /dev/null -w '%{http_code}' \
    --connect-timeout 5 --max-time 10 \
    -H "Host: $HOSTNAME" "http://$PRIMARY_IP/health")
  [ "$status" = "200" ]
}

update_dns() {
  nsupdate -k "$KEY_FILE" <<END
server $DNS_SERVER
zone $ZONE
update delete $HOSTNAME A
update add $HOSTNAME $TTL A $1
send
END
  echo "$1" > "$STATE_FILE"
  logger -t dns-failover "$HOSTNAME is now $1"
}

if check_primary; then
  fails=0
  if [ "$current" != "$PRIMARY_IP" ]; then
    update_dns "$PRIMARY_IP"
  fi
else
  fails=$((fails + 1))
  if [ "$fails" -ge "$MAX_FAILS" ] && [ "$current" = "$PRIMARY_IP" ]; then
    update_dns "$BACKUP_IP"
  fi
fi
echo "$fails" > "$FAIL_FILE"
