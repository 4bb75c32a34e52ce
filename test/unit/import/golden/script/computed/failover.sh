#!/bin/sh
PRIMARY_IP=$(dig +short www.example.com)
BACKUP_IP=203.0.113.999
MAX_FAILS=0
HOSTNAME=www.example.com
curl http://$PRIMARY_IP/
