@ SOA ns1 hostmaster 1 7200 1800 259200 900
@ NS ns1
ns1 A 192.0.2.53
www 120/20 DYNA simplefo!www
all 300 DYNA multifo!all
some 300 DYNA weighted!some
far 300 DYNC metafo!far
near 300 DYNA geoip!near
