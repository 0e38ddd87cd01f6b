// libssh2 for Swift: its own header, and each call that may read from the network behind a guard.
//
// libssh2 checks some of what a server sent with assert(), which ends the process: a packet whose length is no multiple
// of the cipher's block size is enough. The server is hostile, so the calls below turn a failed assertion inside libssh2
// into the status CLIBSSH2_ASSERTION_FAILED. After it the session is broken: no call but freeing its memory is allowed.
#ifndef CLIBSSH2_H
#define CLIBSSH2_H

#include <libssh2.h>
#include <stddef.h>
#include <sys/types.h>

/// A status outside libssh2's own range.
enum { CLIBSSH2_ASSERTION_FAILED = -10000 };

int guarded_session_handshake(LIBSSH2_SESSION *session, int socket);
int guarded_session_disconnect(LIBSSH2_SESSION *session, const char *description);
int guarded_session_free(LIBSSH2_SESSION *session);
int guarded_userauth_publickey(LIBSSH2_SESSION *session, const char *user, size_t user_length,
                               const char *private_key, size_t private_key_length);
/// `status` is 0 or why the result is null.
LIBSSH2_CHANNEL *guarded_channel_open(LIBSSH2_SESSION *session, unsigned int window, unsigned int packet, int *status);
int guarded_channel_request_pty(LIBSSH2_CHANNEL *channel, const char *terminal, unsigned int terminal_length,
                                int columns, int rows);
int guarded_channel_resize_pty(LIBSSH2_CHANNEL *channel, int columns, int rows);
int guarded_channel_exec(LIBSSH2_CHANNEL *channel, const char *command, unsigned int length);
int guarded_channel_setenv(LIBSSH2_CHANNEL *channel, const char *name, unsigned int name_length, const char *value,
                           unsigned int value_length);
ssize_t guarded_channel_read(LIBSSH2_CHANNEL *channel, int stream, char *buffer, size_t length);
ssize_t guarded_channel_write(LIBSSH2_CHANNEL *channel, const char *bytes, size_t length);
int guarded_channel_adjust_window(LIBSSH2_CHANNEL *channel, unsigned long adjustment);
int guarded_channel_send_eof(LIBSSH2_CHANNEL *channel);
int guarded_channel_wait_closed(LIBSSH2_CHANNEL *channel);
int guarded_channel_free(LIBSSH2_CHANNEL *channel);

#endif
