// Frames as they pass an interface, and a network interface of our own. Both need CAP_NET_ADMIN or CAP_NET_RAW.
#pragma once
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/// Hears every frame that passes an interface, in both directions.
static inline int linux_packet_socket(const char *interface) {
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    int room = 4 << 20, descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    address.sll_ifindex = (int)if_nametoindex(interface);
    if (descriptor < 0) return -1;
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (address.sll_ifindex && !bind(descriptor, (struct sockaddr *)&address, sizeof address)) return descriptor;
    close(descriptor);
    return -1;
}

static inline ssize_t linux_packet_read(int descriptor, void *buffer, size_t size, int *is_outgoing) {
    struct sockaddr_ll from;
    socklen_t length = sizeof from;
    ssize_t count = recvfrom(descriptor, buffer, size, 0, (struct sockaddr *)&from, &length);
    *is_outgoing = count >= 0 && from.sll_pkttype == PACKET_OUTGOING;
    return count;
}

/// An interface that is gone with its descriptor; whatever the host sends there is read from it, a packet at a time.
static inline int linux_tunnel(const char *interface) {
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    int descriptor = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
    if (descriptor < 0 || !ioctl(descriptor, TUNSETIFF, &request)) return descriptor;
    close(descriptor);
    return -1;
}
