#!/bin/sh
# root-fs.sh FOLDER: what an image without a shell has beside the service: node, what it is linked to with the names by
# which scanners know it, and the account that it runs as.
set -eu
root=$1
mkdir -p "$root/etc" "$root/usr/local/bin" "$root/var/lib/dpkg/status.d" "$root/tmp"
chmod 1777 "$root/tmp"
cp /usr/local/bin/node "$root/usr/local/bin/"
ldd /usr/local/bin/node | grep -o '/[^ ]*' | sort -u | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
  dpkg-query -S "$(realpath "$library")" "$library" 2>/dev/null | cut -d: -f1 | sort -u
done | sort -u | while read -r package; do
  dpkg-query -s "$package" > "$root/var/lib/dpkg/status.d/$package"
done
echo 'service:x:10001:10001::/nonexistent:/usr/sbin/nologin' > "$root/etc/passwd"
echo 'service:x:10001:' > "$root/etc/group"
