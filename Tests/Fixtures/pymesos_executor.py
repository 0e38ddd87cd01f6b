"""An executor of a framework's own, with PyPI's pymesos, that does what its scheduler's messages say.

`finish` ends its task, `exit` ends it itself with status 7; anything else comes back with an `echo ` before it.
"""
import os

from pymesos import Executor, MesosExecutorDriver, decode_data, encode_data


class Obedient(Executor):
    def __init__(self):
        self.task = None

    def tell(self, driver, state):
        driver.sendStatusUpdate({"task_id": self.task, "state": state})

    def launchTask(self, driver, task):
        self.task = task["task_id"]
        self.tell(driver, "TASK_RUNNING")

    def killTask(self, driver, task_id):
        self.tell(driver, "TASK_KILLED")

    def frameworkMessage(self, driver, message):
        text = decode_data(message)
        if text == b"finish":
            self.tell(driver, "TASK_FINISHED")
        elif text == b"exit":
            os._exit(7)
        else:
            driver.sendFrameworkMessage(encode_data(b"echo " + text))


driver = MesosExecutorDriver(Obedient())
driver.run()
