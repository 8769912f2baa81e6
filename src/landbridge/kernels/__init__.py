"""Compiled loops: arrays in, arrays filled and a certificate out; nothing here knows freight."""
