# The image's description: what it is and what it is made of.
# shellcheck shell=bash

packages_json() { sed -n 's/^\([^ =]*\)=\([^ ]*\)$/    "\1": "\2"/p' "$1" | sed '$!s/$/,/'; }

# $1: directory of the image; $2: name of the disk in it; $3: list of packages; $4: digest of the inputs.
write_manifest() {
    local sum digest
    sum=$(sha256sum <"$1/$2" | cut -d ' ' -f 1)
    digest=$(echo "$2 $sum" | sha256sum | cut -d ' ' -f 1)
    cat >"$1/manifest.json" <<END
{
  "name": "debian",
  "kind": "disk",
  "architecture": "x86_64",
  "digest": "sha256:$digest",
  "format": "qcow2",
  "files": {
    "$2": { "sha256": "$sum", "size": $(stat -c %s "$1/$2") }
  },
  "packages": {
$(packages_json "$3")
  },
  "inputs": "$4"
}
END
}
