/* Sends one Ethernet frame, given in hexadecimal, out of eth0: what no program that keeps to the rules would send. */
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/socket.h>

int main(int count, char **words) {
    unsigned char frame[1514];
    size_t length = 0;
    unsigned byte;
    if (count != 2) return 2;
    for (const char *digits = words[1]; length < sizeof frame && sscanf(digits, "%2x", &byte) == 1; digits += 2)
        frame[length++] = byte;
    struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = if_nametoindex("eth0")};
    int link = socket(AF_PACKET, SOCK_RAW, 0);
    return sendto(link, frame, length, 0, (struct sockaddr *)&to, sizeof to) != (ssize_t)length;
}
