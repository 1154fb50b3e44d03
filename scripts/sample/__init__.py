"""Generate a sample of the key-value store: every shape, every known defect, nothing real."""

from scripts.sample.generate import MINIMUM, generate, write_sample

__all__ = ["MINIMUM", "generate", "write_sample"]
