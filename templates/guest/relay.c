/* Passes standard input on to standard output, then writes what went through to the file that it is given: its length and
 * two sums of its 64-bit words, the second of which counts each word as often as words follow it. SSH has proved every packet, so
 * this need only see what was lost, doubled or moved; it takes a tenth of MD5's time under emulation. It is run by
 * `bulkhead-task`, for the reasons given there. TransferSum.swift does the same. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 256 << 10, WORD = 8 };
static unsigned char piece[WORD + PIECE];
static unsigned long long length, first, second;

static void add(const unsigned char *bytes, size_t words) {
    for (; words > 0; words--, bytes += WORD) {
        unsigned long long word;
        memcpy(&word, bytes, WORD);
        first += word;
        second += first;
    }
}

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

static int fail(const char *what) {
    perror(what);
    return 1;
}

int main(int count_of_words, char **words) {
    FILE *sum;
    size_t rest = 0; /* Bytes of a word that is not whole yet, at the beginning. */
    for (;;) {
        const ssize_t count = read(STDIN_FILENO, piece + rest, PIECE);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail("read");
        if (count == 0) break;
        if (!put(piece + rest, (size_t)count)) return fail("write");
        length += (unsigned long long)count;
        rest += (size_t)count;
        add(piece, rest / WORD);
        memmove(piece, piece + rest / WORD * WORD, rest % WORD);
        rest %= WORD;
    }
    memset(piece + rest, 0, WORD);
    if (rest > 0) add(piece, 1);
    sum = count_of_words > 1 ? fopen(words[1], "w") : NULL;
    if (!sum || fprintf(sum, "%llx-%llx-%llx\n", length, first, second) < 0 || fclose(sum) != 0) return fail("sum");
    return 0;
}
