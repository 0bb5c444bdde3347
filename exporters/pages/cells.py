"""The cells of days, as pages know them: those of `exporters.cells`."""

from exporters.cells import KEYS, Strip, level_class, strip

__all__ = ("KEYS", "Strip", "level_class", "strip")
