$TTL 300
@ SOA ns1 h 1 7200 1800 259200 300
@ NS ns1
@ NS ns2
ns1 A 192.0.2.53
ns2 A 192.0.2.54
plain 60/10 DYNA metafo!plain
plain-us 60/10 DYNA metafo!plain/us
large 600/60 DYNA metafo!large
named DYNC metafo!named
there DYNC metafo!named/there
differ DYNA metafo!differ
names DYNC metafo!names
families DYNA metafo!families
