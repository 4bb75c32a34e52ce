#!/bin/sh
tar czf backup.tgz /home
