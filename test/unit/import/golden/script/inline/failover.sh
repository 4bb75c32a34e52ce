#!/bin/sh
# Runs every minute.
FALL=2
PRIMARY=198.51.100.10
SECONDARY=198.51.100.20
RECORD=mail.example.org
RECORD_TTL=120
if nc -z -w 5 $PRIMARY 25; then exit 0; fi
n=$(cat /tmp/n); n=$((n + 1)); echo $n > /tmp/n
if [ $n -ge $FALL ]; then
	printf 'zone example.org\nupdate delete %s A\nsend\n' $RECORD | nsupdate
fi
