"""Writes numbered lines in the format of nginx.

    writer.py FILE MARK LINES RATE    RATE in lines per second, or 0 to write all lines at once

Prints the time of the first line, in seconds since 1970.
"""

import sys
import time

file, mark, lines, rate = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
STEPS = 100  # per second


def line(number: int) -> str:
    """Returns a line with the current time and a unique path."""
    when = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())
    return f'192.0.2.7 - - [{when}] "GET /{mark}/{number} HTTP/1.1" 200 612 "-" "Mozilla/5.0 (X11; Linux x86_64)"\n'


begun = time.time()
print(begun, flush=True)
with open(file, "w", encoding="ascii") as stream:
    if rate == 0:
        stream.writelines(line(number) for number in range(lines))
    else:
        for number in range(0, lines, rate // STEPS):
            stream.writelines(line(each) for each in range(number, min(number + rate // STEPS, lines)))
            stream.flush()
            time.sleep(max(0.0, begun + number / rate - time.time()))
