"""Pixels: from image files to the square grey images that a network reads.

`decode` reads a PNG, JPEG or DICOM file, with `png_jpeg` and `dicom`. All formats are converted to
the same grey scale by one rule (`grey`). `memory_map` writes one file per manifest and resolution
with all images, and `role_pixels` reads the images of a role from it. `masking` hides parts of an
image. Read `decode` first: its docstring states the rule.
"""
