"""The Python behind the tasks: connections, dbt, loading, verifying, reporting."""

import time

# The first thing a command of ours does, for the seconds of its start-up.
IMPORTED = time.monotonic()
