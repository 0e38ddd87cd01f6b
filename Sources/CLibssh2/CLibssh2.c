#include "CLibssh2.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

/// Where a failed assertion on this thread goes on; null outside guarded calls.
static _Thread_local jmp_buf *guard;

/// Takes the place of the C library's function for the whole process: libssh2 finds the executable's symbol first.
/// Only C frames of libssh2 lie between here and the guard, so nothing of Swift's is skipped.
__attribute__((noreturn, visibility("default"))) void __assert_fail(const char *assertion, const char *file,
                                                                    unsigned int line, const char *function) {
    jmp_buf *target = guard;
    if (target) {
        guard = NULL;
        _longjmp(*target, 1);
    }
    fprintf(stderr, "%s:%u: %s: Assertion `%s' failed.\n", file, line, function ? function : "?", assertion);
    abort();
}

#define GUARDED(type, call)                       \
    do {                                          \
        jmp_buf here;                             \
        if (_setjmp(here))                        \
            return CLIBSSH2_ASSERTION_FAILED;     \
        guard = &here;                            \
        type result = (call);                     \
        guard = NULL;                             \
        return result;                            \
    } while (0)

int guarded_session_handshake(LIBSSH2_SESSION *session, int socket) {
    GUARDED(int, libssh2_session_handshake(session, socket));
}

int guarded_session_disconnect(LIBSSH2_SESSION *session, const char *description) {
    GUARDED(int, libssh2_session_disconnect_ex(session, SSH_DISCONNECT_BY_APPLICATION, description, ""));
}

int guarded_session_free(LIBSSH2_SESSION *session) { GUARDED(int, libssh2_session_free(session)); }

int guarded_userauth_publickey(LIBSSH2_SESSION *session, const char *user, size_t user_length,
                               const char *private_key, size_t private_key_length) {
    GUARDED(int, libssh2_userauth_publickey_frommemory(session, user, user_length, NULL, 0, private_key,
                                                       private_key_length, NULL));
}

LIBSSH2_CHANNEL *guarded_channel_open(LIBSSH2_SESSION *session, unsigned int window, unsigned int packet,
                                      int *status) {
    jmp_buf here;
    if (_setjmp(here)) {
        *status = CLIBSSH2_ASSERTION_FAILED;
        return NULL;
    }
    guard = &here;
    LIBSSH2_CHANNEL *channel =
        libssh2_channel_open_ex(session, "session", sizeof("session") - 1, window, packet, NULL, 0);
    guard = NULL;
    *status = channel ? 0 : libssh2_session_last_errno(session);
    return channel;
}

int guarded_channel_request_pty(LIBSSH2_CHANNEL *channel, const char *terminal, unsigned int terminal_length,
                                int columns, int rows) {
    GUARDED(int, libssh2_channel_request_pty_ex(channel, terminal, terminal_length, NULL, 0, columns, rows, 0, 0));
}

int guarded_channel_resize_pty(LIBSSH2_CHANNEL *channel, int columns, int rows) {
    GUARDED(int, libssh2_channel_request_pty_size_ex(channel, columns, rows, 0, 0));
}

int guarded_channel_exec(LIBSSH2_CHANNEL *channel, const char *command, unsigned int length) {
    GUARDED(int, libssh2_channel_process_startup(channel, "exec", sizeof("exec") - 1, command, length));
}

int guarded_channel_setenv(LIBSSH2_CHANNEL *channel, const char *name, unsigned int name_length, const char *value,
                           unsigned int value_length) {
    GUARDED(int, libssh2_channel_setenv_ex(channel, name, name_length, value, value_length));
}

ssize_t guarded_channel_read(LIBSSH2_CHANNEL *channel, int stream, char *buffer, size_t length) {
    GUARDED(ssize_t, libssh2_channel_read_ex(channel, stream, buffer, length));
}

ssize_t guarded_channel_write(LIBSSH2_CHANNEL *channel, const char *bytes, size_t length) {
    GUARDED(ssize_t, libssh2_channel_write_ex(channel, 0, bytes, length));
}

int guarded_channel_adjust_window(LIBSSH2_CHANNEL *channel, unsigned long adjustment) {
    unsigned int window;
    GUARDED(int, libssh2_channel_receive_window_adjust2(channel, adjustment, 1, &window));
}

int guarded_channel_send_eof(LIBSSH2_CHANNEL *channel) { GUARDED(int, libssh2_channel_send_eof(channel)); }

int guarded_channel_wait_closed(LIBSSH2_CHANNEL *channel) { GUARDED(int, libssh2_channel_wait_closed(channel)); }

int guarded_channel_free(LIBSSH2_CHANNEL *channel) { GUARDED(int, libssh2_channel_free(channel)); }
