// Starts a program as another user and in a session of its own, which posix_spawn cannot. For programs of one thread:
// what runs between fork and exec may allocate.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

extern char **environ;
extern int setgroups(size_t, const gid_t *);

struct linux_program {
    const char *name;          // looked up in the PATH of `environment` unless there is a slash in it
    char *const *arguments;
    char *const *environment;
    const char *directory;     // null: as it is
    int output, errors;
    int changes_user;
    uid_t user;
    gid_t group;
    const gid_t *groups;
    size_t group_count;
};

static const int linux_start_fork = 0, linux_start_user = 1, linux_start_directory = 2, linux_start_exec = 3;

/// Which step failed, and why.
struct linux_start_failure {
    int step, code;
};

/// Keeps processes of the same user from what we know, unless they are root.
static inline int linux_hide_memory(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

static inline char **linux_environment(void) { return environ; }

/// Children of our descendants that have lost their parent become ours.
static inline int linux_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

static inline void linux_run_program(const struct linux_program *program, struct linux_start_failure *failure) {
    sigset_t none;
    int input = open("/dev/null", O_RDONLY);
    setsid();
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    // Both may be each other's number, so the copies are made first.
    int output = fcntl(program->output, F_DUPFD, 3), errors = fcntl(program->errors, F_DUPFD, 3);
    dup2(input, 0);
    dup2(output, 1);
    dup2(errors, 2);
    // CLOSE_RANGE_CLOEXEC; what is not known to an old kernel is closed by their own flags.
    syscall(SYS_close_range, 3, ~0u, 4);
    failure->step = linux_start_user;
    if (program->changes_user &&
        (setgroups(program->group_count, program->groups) || setgid(program->group) || setuid(program->user)))
        return;
    failure->step = linux_start_directory;
    if (program->directory && chdir(program->directory)) return;
    failure->step = linux_start_exec;
    environ = (char **)program->environment;
    execvp(program->name, program->arguments);
}

/// The new process, which leads its session; or -1 and what failed.
static inline pid_t linux_start_program(const struct linux_program *program, struct linux_start_failure *failure) {
    int ends[2];
    failure->step = linux_start_fork;
    if (syscall(SYS_pipe2, ends, O_CLOEXEC)) return failure->code = errno, -1;
    pid_t child = fork();
    if (child == 0) {
        linux_run_program(program, failure);
        failure->code = errno;
        _exit(write(ends[1], failure, sizeof *failure) == sizeof *failure ? 127 : 126);
    }
    if (child < 0) failure->code = errno;
    close(ends[1]);
    ssize_t count;
    do count = read(ends[0], failure, sizeof *failure); while (count < 0 && errno == EINTR);
    close(ends[0]);
    return child > 0 && count == sizeof *failure ? -1 : child;
}
