#!/bin/sh
PRIMARY_IP=203.0.113.1
BACKUP_IP=203.0.113.2
HOSTNAME=www..example.com
CHECK_URL=ftp://203.0.113.1/health
MAX_FAILS=1000
TTL=tomorrow
INTERVAL=0
curl --max-time never "$CHECK_URL" || nsupdate
