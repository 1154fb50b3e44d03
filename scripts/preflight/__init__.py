"""What must be true before a run begins: `check` stops a run, `survey` tells all there is to tell.

Everything here reads only. `check` is what every run asks first and takes no time; the module
`survey` is the task `preflight`: it looks at the server, the role, the store, the tables that are
there, who works on them now, and what is going to collide.
"""

from scripts.preflight.gate import check

__all__ = ["check"]
