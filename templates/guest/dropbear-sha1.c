/* SHA-1 for dropbear alone, beside dropbear-fast.c: an emulated processor takes a fifth less time for it than for
 * libtomcrypt's, whose rounds are loops. It is a quarter of the time of all that is received. Only whole blocks are ours:
 * how it begins and ends stays libtomcrypt's, and it is replaced only if the results are libtomcrypt's own. */
#include <dlfcn.h>
#include <string.h>
#include <tomcrypt.h>

enum { BLOCK = 64, SIZE = 20 };

#define TURN(x, n) ((x) << (n) | (x) >> (32 - (n)))
/* A word of the block, and one that is made of four before it. */
#define READ(i) (w[i] = __builtin_bswap32(w[i]))
#define MIX(i) (w[(i) & 15] ^= w[((i) + 13) & 15] ^ w[((i) + 8) & 15] ^ w[((i) + 2) & 15], \
                w[(i) & 15] = TURN(w[(i) & 15], 1))
#define CHOOSE(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
#define PARITY(x, y, z) ((x) ^ (y) ^ (z))
#define MAJORITY(x, y, z) (((x) & (y)) + ((z) & ((x) ^ (y))))
#define ROUND(a, b, c, d, e, f, k, word) (e += TURN(a, 5) + f(b, c, d) + (k) + (word), b = TURN(b, 30))
#define FIVE(f, k, word, i) \
    ROUND(a, b, c, d, e, f, k, word(i)); \
    ROUND(e, a, b, c, d, f, k, word((i) + 1)); \
    ROUND(d, e, a, b, c, f, k, word((i) + 2)); \
    ROUND(c, d, e, a, b, f, k, word((i) + 3)); \
    ROUND(b, c, d, e, a, f, k, word((i) + 4))
#define SIXTEENTH(i) ((i) < 16 ? READ(i) : MIX(i))
#define TWENTY(f, k, word, i) FIVE(f, k, word, i); FIVE(f, k, word, (i) + 5); FIVE(f, k, word, (i) + 10); FIVE(f, k, word, (i) + 15)

static void compress(ulong32 state[5], const unsigned char *block) {
    unsigned int w[16], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    memcpy(w, block, BLOCK);
    TWENTY(CHOOSE, 0x5a827999u, SIXTEENTH, 0);
    TWENTY(PARITY, 0x6ed9eba1u, MIX, 20);
    TWENTY(MAJORITY, 0x8f1bbcdcu, MIX, 40);
    TWENTY(PARITY, 0xca62c1d6u, MIX, 60);
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
}

static int process(hash_state *md, const unsigned char *in, unsigned long count) {
    struct sha1_state *sha = &md->sha1;
    if (sha->curlen >= BLOCK || sha->length + 8ULL * count < sha->length) return CRYPT_INVALID_ARG;
    while (count > 0) {
        const unsigned long room = BLOCK - sha->curlen, part = count < room ? count : room;
        if (part == BLOCK) {
            compress(sha->state, in);
            sha->length += 8 * BLOCK;
        } else {
            memcpy(sha->buf + sha->curlen, in, part);
            sha->curlen += (ulong32)part;
            if (sha->curlen == BLOCK) {
                compress(sha->state, sha->buf);
                sha->length += 8 * BLOCK;
                sha->curlen = 0;
            }
        }
        in += part;
        count -= part;
    }
    return CRYPT_OK;
}

/* Whether any way of taking it in gives what libtomcrypt's own code gives. */
static int agrees(const struct ltc_hash_descriptor *own) {
    unsigned char text[5 * BLOCK], theirs[SIZE], ours[SIZE];
    for (unsigned int i = 0; i < sizeof text; i++) text[i] = (unsigned char)(i * i + 7);
    for (unsigned long first = 0; first <= 2 * BLOCK; first += 31)
        for (unsigned long all = first; all <= sizeof text; all += 29) {
            hash_state one, other;
            if (own->init(&one) || own->process(&one, text, all) || own->done(&one, theirs)) return 0;
            if (own->init(&other) || process(&other, text, first) || process(&other, text + first, all - first) ||
                own->done(&other, ours))
                return 0;
            if (memcmp(theirs, ours, SIZE) != 0) return 0;
        }
    return 1;
}

int register_hash(const struct ltc_hash_descriptor *hash) {
    int (*const own)(const struct ltc_hash_descriptor *) = dlsym(RTLD_NEXT, "register_hash");
    struct ltc_hash_descriptor fast = *hash;
    if (strcmp(hash->name, "sha1") == 0 && agrees(hash)) fast.process = process;
    return own(&fast);
}
