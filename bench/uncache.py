#!/usr/bin/env python3
"""uncache.py DIRECTORY PREFIX: writes the logs of the partitions whose names begin so to their disk,
and takes them out of the page cache."""
import os
import sys
from pathlib import Path

for log in Path(sys.argv[1]).glob(f"{sys.argv[2]}*/*.log"):
    file = os.open(log, os.O_RDONLY)
    os.fsync(file)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(file)
