/* AES in counter mode with the processor's own instructions, for dropbear alone (LD_PRELOAD).
 *
 * dropbear gives its ciphers to libtomcrypt by register_cipher(), which this takes the place of: AES goes on with the one
 * hook that libtomcrypt has for counter mode. Debian's libtomcrypt has AES from tables only, several times slower, and
 * with an access pattern that tells of the key. It is replaced only if the processor has the instructions and the results
 * are libtomcrypt's own. */
#include <cpuid.h>
#include <dlfcn.h>
#include <string.h>
#include <tomcrypt.h>
#include <wmmintrin.h>

#define AES __attribute__((target("aes,sse2")))
enum { BLOCK = 16, LANES = 8, MOST_ROUNDS = 14 };

/* libtomcrypt keeps the round keys as numbers, the processor wants their bytes. */
AES static void load_keys(__m128i *keys, const struct rijndael_key *schedule) {
    for (int i = 0; i <= schedule->Nr; i++) {
        const ulong32 *word = schedule->eK + 4 * i;
        keys[i] = _mm_set_epi32((int)__builtin_bswap32(word[3]), (int)__builtin_bswap32(word[2]),
                                (int)__builtin_bswap32(word[1]), (int)__builtin_bswap32(word[0]));
    }
}

/* The counter, big end first, is kept as two numbers while blocks are made. */
struct counter { unsigned long long high, low; };

AES static inline __m128i next(struct counter *counter) {
    counter->high += ++counter->low == 0;
    return _mm_set_epi64x((long long)__builtin_bswap64(counter->low), (long long)__builtin_bswap64(counter->high));
}

/* Several blocks at once, as each instruction's result takes a while; unrolled, so that they stay in registers. */
AES static inline __attribute__((always_inline)) void encrypt(const unsigned char *from, unsigned char *to, int count, struct counter *counter,
                               const __m128i *keys, int rounds) {
    __m128i lane[LANES];
#pragma GCC unroll 8
    for (int i = 0; i < count; i++) lane[i] = _mm_xor_si128(next(counter), keys[0]);
    for (int round = 1; round < rounds; round++) {
        const __m128i key = keys[round];
#pragma GCC unroll 8
        for (int i = 0; i < count; i++) lane[i] = _mm_aesenc_si128(lane[i], key);
    }
#pragma GCC unroll 8
    for (int i = 0; i < count; i++) {
        lane[i] = _mm_aesenclast_si128(lane[i], keys[rounds]);
        const __m128i text = _mm_loadu_si128((const __m128i *)from + i);
        _mm_storeu_si128((__m128i *)to + i, _mm_xor_si128(text, lane[i]));
    }
}

/* libtomcrypt's accel_ctr_encrypt: the counter is that of the block before, and ends as that of the last one. */
AES static int encrypt_counted(const unsigned char *from, unsigned char *to, unsigned long blocks,
                               unsigned char *value, int mode, symmetric_key *key) {
    const int rounds = key->rijndael.Nr;
    __m128i keys[MOST_ROUNDS + 1];
    struct counter counter;
    if (mode != CTR_COUNTER_BIG_ENDIAN || rounds > MOST_ROUNDS) return CRYPT_INVALID_ARG;
    load_keys(keys, &key->rijndael);
    memcpy(&counter, value, BLOCK);
    counter.high = __builtin_bswap64(counter.high);
    counter.low = __builtin_bswap64(counter.low);
    for (; blocks >= LANES; blocks -= LANES, from += LANES * BLOCK, to += LANES * BLOCK)
        encrypt(from, to, LANES, &counter, keys, rounds);
    for (; blocks > 0; blocks--, from += BLOCK, to += BLOCK) encrypt(from, to, 1, &counter, keys, rounds);
    counter.high = __builtin_bswap64(counter.high);
    counter.low = __builtin_bswap64(counter.low);
    memcpy(value, &counter, BLOCK);
    return CRYPT_OK;
}

/* Whether this processor, with this libtomcrypt, gives what libtomcrypt's own code gives: every key size, whole
 * lanes and single blocks, and a counter that carries from its lower half into its upper. */
static int agrees(const struct ltc_cipher_descriptor *aes) {
    enum { BLOCKS = LANES + 3 };
    unsigned char key[32], counter[BLOCK], own[BLOCK], text[BLOCKS * BLOCK], result[BLOCKS * BLOCK];
    for (int size = 16; size <= 32; size += 8) {
        symmetric_key schedule;
        for (int i = 0; i < size; i++) key[i] = (unsigned char)(7 * i + size);
        for (int i = 0; i < (int)sizeof text; i++) text[i] = (unsigned char)(i * i);
        memset(own, 0xff, BLOCK);
        own[7] = 0x41;
        own[BLOCK - 1] = 0xfa;
        memcpy(counter, own, BLOCK);
        if (aes->setup(key, size, 0, &schedule) != CRYPT_OK) return 0;
        if (encrypt_counted(text, result, BLOCKS, counter, CTR_COUNTER_BIG_ENDIAN, &schedule) != CRYPT_OK) return 0;
        for (int block = 0; block < BLOCKS; block++) {
            unsigned char pad[BLOCK];
            for (int i = BLOCK - 1; ++own[i] == 0 && i > 0; i--) continue;
            if (aes->ecb_encrypt(own, pad, &schedule) != CRYPT_OK) return 0;
            for (int i = 0; i < BLOCK; i++)
                if ((pad[i] ^ text[block * BLOCK + i]) != result[block * BLOCK + i]) return 0;
        }
        if (memcmp(own, counter, BLOCK) != 0) return 0;
    }
    return 1;
}

static int has_aes(void) {
    unsigned int a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_AES);
}

int register_cipher(const struct ltc_cipher_descriptor *cipher) {
    int (*const own)(const struct ltc_cipher_descriptor *) = dlsym(RTLD_NEXT, "register_cipher");
    struct ltc_cipher_descriptor fast = *cipher;
    if (strcmp(cipher->name, "aes") == 0 && !cipher->accel_ctr_encrypt && has_aes() && agrees(cipher))
        fast.accel_ctr_encrypt = encrypt_counted;
    return own(&fast);
}
