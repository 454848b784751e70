"""Worlds: one contract (`envs.base`), one runnable check of it (`envs.contract`), one file for each world."""
