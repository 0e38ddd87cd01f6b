// What Swift's Glibc module leaves out of Linux: epoll, pidfds, eventfds, holes in files, their further attributes, limits
// of other processes, and two habits of posix_spawn.
#pragma once
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *__restrict, const char *__restrict);

/// glibc 2.34.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);

/// POSIX_SPAWN_SETSID, which the C library shows with _GNU_SOURCE alone.
static const short linux_spawn_setsid = 0x80;

static inline int linux_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

/// A copy of a descriptor of another process; Linux 5.6.
static inline int linux_pidfd_getfd(int pidfd, int number) { return (int)syscall(SYS_pidfd_getfd, pidfd, number, 0); }

/// SIGKILL, to the process that it was opened for and no other.
static inline int linux_pidfd_kill(int pidfd) { return (int)syscall(SYS_pidfd_send_signal, pidfd, 9, 0, 0); }

/// RLIMIT_NPROC of another process, soft and hard.
static inline int linux_limit_processes(pid_t pid, uint64_t most) {
    const uint64_t limit[2] = {most, most};
    return (int)syscall(SYS_prlimit64, pid, 6, limit, 0);
}

static inline int linux_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

/// Both ends are closed when a program is started.
static inline int linux_pipe(int ends[2]) { return (int)syscall(SYS_pipe2, ends, O_CLOEXEC); }

/// Gives a part of a file's space back; its length and its offsets stay.
static inline int linux_punch_hole(int file, int64_t offset, int64_t length) {
    return (int)syscall(SYS_fallocate, file, 0x01 | 0x02, offset, length);
}

/// SIGCHLD and the like as something to poll.
static inline int linux_signal_descriptor(const sigset_t *signals) {
    return signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
}
