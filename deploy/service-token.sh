#!/bin/sh
# Prints a service's token for the issuer of issuers.json, signed with its shared secret (HS256), valid for an hour.
# Whoever can read the secret can be any service: for trying out, and for back ends you trust with that.
#
#   service-token.sh SECRET_FILE NAME SCOPE        service-token.sh secret/issuer-secret backend 'user:*=read,write'
set -eu

[ $# -eq 3 ] || {
    echo "usage: $0 SECRET_FILE NAME SCOPE" >&2
    exit 2
}
command -v openssl >/dev/null || {
    echo "$0: openssl is needed and not here" >&2
    exit 1
}
case $2$3 in
*[\"\\]*)
    echo "$0: quotes and backslashes are not taken" >&2
    exit 2
    ;;
esac

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

secret=$(od -An -v -tx1 "$1" | tr -d ' \n' | sed 's/\(0[ad]\)*$//')
now=$(date +%s)
header=$(printf '{"alg":"HS256","typ":"JWT"}' | base64url)
claims=$(printf '{"iss":"shared-secret","aud":"atoll","sub":"%s","scope":"%s","iat":%d,"exp":%d}' \
    "$2" "$3" "$now" "$((now + 3600))" | base64url)
signature=$(printf '%s.%s' "$header" "$claims" |
    openssl dgst -sha256 -mac HMAC -macopt "hexkey:$secret" -binary | base64url)
printf '%s.%s.%s\n' "$header" "$claims" "$signature"
