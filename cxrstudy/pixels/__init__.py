"""Pixels: from the bytes of a file to squares of grey that a network reads."""
