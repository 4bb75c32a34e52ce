#!/bin/bash
# cron: * * * * * failover.sh; and 30 seconds later again
#   * * * * * /usr/local/bin/failover.sh
#   * * * * * sleep 30; /usr/local/bin/failover.sh
PRIMARY_IP=203.0.113.1
BACKUP_IP=203.0.113.2
HOSTNAME=www.example.com
ZONE=example.com
TTL=60
MAX_FAILS=3
CHECK_URL="http://$PRIMARY_IP/health"

status=$(curl -s -o /dev/null -w '%{http_code}' --connect-timeout 5 --max-time 10 -H "Host: $HOSTNAME" "$CHECK_URL")
if [ "$status" = 200 ]; then
  fails=0
  target=$PRIMARY_IP
else
  fails=$(( $(cat /run/fails) + 1 ))
  [ "$fails" -ge "$MAX_FAILS" ] && target=$BACKUP_IP
fi
echo $fails > /run/fails
nsupdate -k /etc/key <<END
zone $ZONE
update delete $HOSTNAME A
update add $HOSTNAME $TTL A $target
send
END
