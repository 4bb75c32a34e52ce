$TTL 300
@ SOA ns1 h 1 7200 1800 259200 300
@ NS ns1
@ NS ns2
ns1 A 192.0.2.53
ns2 A 192.0.2.54
equal 300/60 DYNC weighted!equal
single 300/60 DYNC weighted!single
several 300/60 DYNC weighted!several
rotate 300/60 DYNC weighted!rotate
heavy 300/60 DYNC weighted!heavy
groups 300/60 DYNC weighted!groups
mixed 300/60 DYNC weighted!mixed
cnames 300/60 DYNC weighted!cnames
probed 300/60 DYNC weighted!probed
top 300/60 DYNA metafo!top
