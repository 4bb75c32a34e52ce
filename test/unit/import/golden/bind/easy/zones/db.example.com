; the zone as it is
$TTL 1h
@	IN SOA ns1 hostmaster (
		2024010101 ; serial
		2h 15m 2w 5m )
	NS ns1
	NS ns2.example.net.
ns1	A 192.0.2.53
www	300 A 192.0.2.1
	AAAA 2001:db8::1
$ORIGIN lb
a	A 192.0.2.9
