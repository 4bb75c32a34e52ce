#!/bin/sh
# run from cron every 30 seconds
PRIMARY_IP=203.0.113.1 BACKUP_IP=203.0.113.2
HOSTNAME=www.example.com
MAX_FAILS=3
FAILS_FILE=/tmp/fails
HTTP=`curl -s -o /dev/null -w "%{http_code}" --connect-timeout 5 --max-time 10 http://$PRIMARY_IP/health`
FAILS=`cat $FAILS_FILE 2>/dev/null || echo 0`
if [ "$HTTP" -eq 200 ]; then
  echo 0 > $FAILS_FILE
  IP=$PRIMARY_IP
else
  FAILS=`expr $FAILS + 1`
  echo $FAILS > $FAILS_FILE
  [ $FAILS -lt $MAX_FAILS ] && exit 0
  IP=$BACKUP_IP
fi
{ echo "server 127.0.0.1"; echo "update delete $HOSTNAME. A"; echo "update add $HOSTNAME. 60 A $IP"; echo "send"; } | nsupdate -k /etc/key
