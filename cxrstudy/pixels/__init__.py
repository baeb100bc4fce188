"""Pixels: from image files to the square grey images that a network reads.

A PNG, JPEG or DICOM file goes in (`decode`, with `png_jpeg` and `dicom`); every format becomes one
grey scale by one rule (`grey`). Out comes one file per manifest and resolution with all images
(`memory_map`), from which `role_pixels` reads the images of a role. `masking` hides parts of an
image. Read `decode` first: its docstring states the rule.
"""
