$TTL 300
@ SOA ns1 h 1 7200 1800 259200 300
@ NS ns1
@ NS ns2
ns1 A 192.0.2.53
ns2 A 192.0.2.54
w DYNA multifo!www
