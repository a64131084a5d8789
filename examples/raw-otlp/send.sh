#!/bin/sh
# One call reported without any library: OTLP is JSON over HTTP. Sending it twice counts it once.
set -eu
endpoint="${SPANLEDGER_ENDPOINT:-http://127.0.0.1:4318}"
curl --fail-with-body --silent --show-error "$endpoint/v1/traces" \
  --header "content-type: application/json" \
  --data-binary "@$(dirname "$0")/call.json"
echo
