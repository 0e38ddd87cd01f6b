/* Passes standard input on to standard output, then prints the MD5 of what went through to standard error, as md5sum
 * does. In place of busybox's tee and md5sum: tee moves a kilobyte at a time, and each of those costs an emulated guest
 * two changes of process. Large pipes for the same reason; where the kernel refuses them, they stay as they are. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <tomcrypt.h>
#include <unistd.h>

enum { PIECE = 256 << 10 };
static unsigned char piece[PIECE];

static int put(const unsigned char *bytes, size_t count) {
    while (count > 0) {
        const ssize_t written = write(STDOUT_FILENO, bytes, count);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return 0;
        bytes += written;
        count -= (size_t)written;
    }
    return 1;
}

int main(void) {
    unsigned char digest[16];
    hash_state sum;
    fcntl(STDIN_FILENO, F_SETPIPE_SZ, PIECE);
    fcntl(STDOUT_FILENO, F_SETPIPE_SZ, PIECE);
    md5_init(&sum);
    for (;;) {
        const ssize_t count = read(STDIN_FILENO, piece, PIECE);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return 1;
        if (count == 0) break;
        md5_process(&sum, piece, (unsigned long)count);
        if (!put(piece, (size_t)count)) return 1;
    }
    md5_done(&sum, digest);
    for (size_t i = 0; i < sizeof digest; i++) fprintf(stderr, "%02x", digest[i]);
    fputs("  -\n", stderr);
    return 0;
}
