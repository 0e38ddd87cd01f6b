/* What tries to get out of a guest, and what listens in the next one, for `bulkhead self-test walls`. It decides nothing:
 * which frames are sent is told on standard input, one a line in hexadecimal digits, and what is heard is reported by the
 * two digits that follow TOKEN in a frame. It also takes processes and memory, as many as it gets, and sends more files
 * than a disk holds. On the host it tries what a user without rights can open, connect to or signal. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { FRAME = 65536, TIMES = 3 };

/* The first interface that is not the loopback. */
static unsigned interface_index(void) {
    struct if_nameindex *all = if_nameindex();
    for (struct if_nameindex *one = all; one && one->if_index; one++)
        if (strcmp(one->if_name, "lo")) return one->if_index;
    return 0;
}

static int open_socket(int protocol) {
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(protocol)};
    int descriptor = socket(AF_PACKET, SOCK_RAW, 0);
    address.sll_ifindex = interface_index();
    if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&address, sizeof address)) {
        perror("canary");
        exit(1);
    }
    return descriptor;
}

/* Twice more after a while: what hears may be busy. */
static int send_all(void) {
    static char line[2 * FRAME + 2];
    static unsigned char frames[128][2048];
    size_t lengths[128], count = 0;
    int descriptor = open_socket(0);
    while (count < 128 && fgets(line, sizeof line, stdin) && line[0] != '.') {
        size_t length = 0;
        unsigned byte;
        while (length < sizeof frames[0] && sscanf(line + 2 * length, "%2x", &byte) == 1) frames[count][length++] = byte;
        lengths[count++] = length;
    }
    for (int time = 0; time < TIMES; time++) {
        for (size_t i = 0; i < count; i++)
            if (send(descriptor, frames[i], lengths[i], 0) < 0) perror("canary: send");
        usleep(200000);
    }
    printf("sent %zu\n", count);
    return 0;
}

static int hear(const char *token) {
    static char frame[FRAME];
    char heard[100] = {0};
    struct sockaddr_ll from;
    int descriptor = open_socket(ETH_P_ALL), room = 4 << 20;
    struct packet_mreq mode = {.mr_ifindex = interface_index(), .mr_type = PACKET_MR_PROMISC};
    setsockopt(descriptor, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mode, sizeof mode);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    puts("listening");
    fflush(stdout);
    for (;;) {
        socklen_t size = sizeof from;
        ssize_t length = recvfrom(descriptor, frame, sizeof frame, 0, (struct sockaddr *)&from, &size);
        if (length < 0) return 1;
        char *found = from.sll_pkttype == PACKET_OUTGOING ? NULL : memmem(frame, length, token, strlen(token));
        if (!found || found + strlen(token) + 2 > frame + length) continue;
        int number = (found[strlen(token)] - '0') * 10 + found[strlen(token) + 1] - '0';
        if (number < 0 || number >= (int)sizeof heard || heard[number]++) continue;
        printf("heard %02d\n", number);
        fflush(stdout);
    }
}

/* Each child does the same, until the time is over for all. */
static int bomb(int seconds) {
    time_t end = time(NULL) + seconds;
    signal(SIGCHLD, SIG_IGN);
    while (time(NULL) < end) fork();
    return 0;
}

static int hog(void) {
    const size_t step = 1 << 20;
    for (char *space; (space = malloc(step));) memset(space, 1, step);
    return 1;
}

/* The head of an archive's entry that has no content. */
static void entry(const char *name, char type) {
    char block[512] = {0};
    unsigned sum = 0;
    snprintf(block, 100, "%s", name);
    memcpy(block + 100, type == '5' ? "0000755" : "0000644", 7);
    memcpy(block + 108, "0000000", 7);
    memcpy(block + 116, "0000000", 7);
    memcpy(block + 124, "00000000000", 11);
    memcpy(block + 136, "00000000000", 11);
    memset(block + 148, ' ', 8);
    block[156] = type;
    memcpy(block + 257, "ustar\00000", 8);
    for (size_t i = 0; i < sizeof block; i++) sum += (unsigned char)block[i];
    snprintf(block + 148, 8, "%06o", sum);
    fwrite(block, sizeof block, 1, stdout);
}

/* An archive of empty files, a thousand in each directory below TOP. */
static int tree(int count, const char *top) {
    static const char end[1024];
    char name[100];
    entry(top, '5');
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%s/%d", top, i / 1000);
        if (i % 1000 == 0) entry(name, '5');
        snprintf(name, sizeof name, "%s/%d/%d", top, i / 1000, i);
        entry(name, '0');
    }
    fwrite(end, sizeof end, 1, stdout);
    return 0;
}

/* To read a file, to write it, to connect to a socket, to signal a process. */
static int attempt(char way, const char *target) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int result = 0, descriptor = -1;
    strncpy(address.sun_path, target, sizeof address.sun_path - 1);
    switch (way) {
    case 'r': result = descriptor = open(target, O_RDONLY | O_NONBLOCK); break;
    case 'w': result = descriptor = open(target, O_RDWR | O_NONBLOCK); break;
    case 'c':
        descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
        result = connect(descriptor, (struct sockaddr *)&address, sizeof address);
        break;
    case 'k': result = kill(atoi(target), 0); break;
    default: errno = EINVAL, result = -1;
    }
    int error = result < 0 ? errno : 0;
    if (descriptor >= 0) close(descriptor);
    return error;
}

/* A line for each try: 0, or why not. */
static int reach(uid_t user, gid_t group) {
    static char line[4200];
    if (setgroups(0, NULL) || setgid(group) || setuid(user)) {
        perror("canary: reach");
        return 1;
    }
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        printf("%d\n", attempt(line[0], line + 2));
    }
    return 0;
}

int main(int count, char **words) {
    setvbuf(stdin, NULL, _IONBF, 0);
    if (count == 2 && !strcmp(words[1], "send")) return send_all();
    if (count == 3 && !strcmp(words[1], "hear")) return hear(words[2]);
    if (count == 3 && !strcmp(words[1], "fork")) return bomb(atoi(words[2]));
    if (count == 2 && !strcmp(words[1], "hog")) return hog();
    if (count == 4 && !strcmp(words[1], "reach")) return reach(atoi(words[2]), atoi(words[3]));
    if (count == 4 && !strcmp(words[1], "tree")) return tree(atoi(words[2]), words[3]);
    fputs("usage: canary send <FRAMES | hear TOKEN | fork SECONDS | hog | tree COUNT TOP | reach USER GROUP <TRIES\n",
          stderr);
    return 2;
}
