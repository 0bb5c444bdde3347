"""vendorstatus: how reliable have the vendors you depend on been, with the evidence.

The command is ``monitor``. The pure core (`model`, `intervals`, `classify`, `ratios`, `protocol`,
`platforms`) imports nothing that acts; `fetch`, `store`, `collect`, `schedule`, `shell` and `cli`
are the acting shell around it.
"""

__version__ = "0.1.0"
