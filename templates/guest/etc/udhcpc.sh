#!/bin/sh
# What udhcpc calls with the answer of the DHCP server in its environment.
case $1 in
bound | renew)
    ifconfig "$interface" "$ip" netmask "$subnet"
    for gateway in $router; do
        route add default gw "$gateway" dev "$interface" 2>/dev/null
        break
    done
    # Once: what a task writes there stays.
    [ "$1" = bound ] || exit 0
    for server in $dns; do echo "nameserver $server"; done >/etc/resolv.conf
    read -r up _ </proc/uptime
    echo "bulkhead: address $ip $up" >/dev/console
    # Tells the host our hardware address, so that its first connection asks nobody.
    arping -q -c 1 -w 1 -I "$interface" "${gateway:-$serverid}" >/dev/null 2>&1 &
    ;;
esac
