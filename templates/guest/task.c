/* Starts a program the way commands of a task run: in a session of its own, unless it leads one already, and without the
 * right to interrupt the SSH server in the middle of what it sends. Each change of process empties an emulated processor's
 * translation buffer, so there should be few of them: large pipes for the same reason. What is refused stays as it is. */
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

enum { PIPE = 256 << 10 };

int main(int count, char **words) {
    const struct sched_param none = {0};
    if (count < 2) return 127;
    setsid();
    sched_setscheduler(0, SCHED_BATCH, &none);
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++) fcntl(stream, F_SETPIPE_SZ, PIPE);
    execvp(words[1], words + 1);
    return 127;
}
