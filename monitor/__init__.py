"""vendorstatus: how reliable have the vendors you depend on been, with the evidence.

The command is ``monitor``. The pure core (`model`, `intervals`, `classify`, `ratios`, `protocol`,
`platforms`) imports nothing that acts; `fetch`, `store`, `collect`, `schedule`, `shell` and `cli`
are the acting shell around it. For programs of your own there is `monitor.api`, which is imported
when it is first asked for.
"""

import importlib
from types import ModuleType

__version__ = "0.1.0"


def __getattr__(name: str) -> ModuleType:
    if name == "api":
        return importlib.import_module("monitor.api")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
