$TTL 300
@ SOA ns1 h 1 7200 1800 259200 300
@ NS ns1
@ NS ns2
ns1 A 192.0.2.53
ns2 A 192.0.2.54
a DYNA multifo!wwww
b DYNA nothing!x
c DYNA multifo
d DYNA weighted!cn
e DYNA static!cn
f DYNA reflect!me
g DYNA multifo!www extra
h 30/x DYNA multifo!www
i A 192.0.2.1
i DYNA multifo!www
j DYNC multifo!www
j TXT "x"
@ DYNC multifo!www
k DYNA multifo!www
k DYNA multifo!www
l A 192.0.2.300
m BOGUS x
n CH A 192.0.2.1
$GENERATE 1-2 x A 192.0.2.1
$INCLUDE nowhere
$INCLUDE example.com
out.example.net. DYNA multifo!www
out.example.net. MX 1 a
o 9999999999 A 192.0.2.1
p (
