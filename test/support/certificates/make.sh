#!/usr/bin/env bash
# Makes the certificates beside this script anew: an authority of our own and what it has signed. For tests only; needs openssl.
set -euo pipefail
cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
from=20200101000000Z
until=21200101000000Z

cat > "$work/ca.cnf" <<END
[ca]
default_ca = authority
[authority]
new_certs_dir = $work
database = $work/index
rand_serial = yes
default_md = sha256
policy = policy
unique_subject = no
copy_extensions = copy
[policy]
commonName = supplied
END
touch "$work/index"

key() { openssl ecparam -genkey -name prime256v1 -noout -out "$1.key.pem"; }
sign() { openssl ca -batch -notext -config "$work/ca.cnf" -in "$work/request.pem" -out "$1.pem" "${@:2}"; }
request() { openssl req -new -key "$1.key.pem" -subj "/CN=$2" -addext "${3:-subjectAltName=DNS:$2}" -out "$work/request.pem"; }

openssl ecparam -genkey -name prime256v1 -noout -out "$work/authority.key.pem"
openssl req -new -key "$work/authority.key.pem" -subj '/CN=Understudy test authority' \
  -addext basicConstraints=critical,CA:TRUE -out "$work/request.pem"
sign authority -selfsign -keyfile "$work/authority.key.pem" -startdate "$from" -enddate "$until"

by_authority=(-cert authority.pem -keyfile "$work/authority.key.pem")
key good
request good www.probe.test 'subjectAltName=DNS:www.probe.test,IP:127.0.0.1,IP:::1'
sign good "${by_authority[@]}" -startdate "$from" -enddate "$until"
key expired
request expired www.probe.test
sign expired "${by_authority[@]}" -startdate "$from" -enddate 20200201000000Z
key wrong-name
request wrong-name other.probe.test
sign wrong-name "${by_authority[@]}" -startdate "$from" -enddate "$until"
key self-signed
request self-signed www.probe.test
sign self-signed -selfsign -keyfile self-signed.key.pem -startdate "$from" -enddate "$until"
