"""Leave a process behind that has cut every tie."""

import os
import time


def triple(x):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(30)
        os._exit(0)
    return 3.0 * x


def double(x):
    return 2.0 * x
