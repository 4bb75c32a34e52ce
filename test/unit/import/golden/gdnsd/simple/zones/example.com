$TTL 86400
@	SOA ns1 hostmaster (
	2026112501 ; serial
	7200 30M 3D 900 )
@	NS	ns1
@	NS	ns2.example.net.
ns1	A	192.0.2.53
@	7200	MX	10 mail

www	30/5	DYNA	simplefo!www
mail	300	DYNA	multifo!mail
shop	CNAME	www
	; a comment
@	TXT	"v=spf1 a:mail.example.com" " -all"
