"""Pixels: from image files to the square grey images that a network reads.

`decode` reads an image file, with `picture` (PNG, JPEG, TIFF, JPEG 2000) and `dicom`. All formats
are converted to the same grey scale by one rule. `sniff` names formats and sizes without decoding.
`header_facts` says what a DICOM header says beside the pixels, and `file_notes` what decoding would
note, for all files of a set. Of a DICOM file, `dicom_file` reads the data set, `elements` its
values, `frame_header` and `codestream` what is said of the pixels, `frame` the pixels, `value`
their bits, and `display` and `lookup` apply windows and tables. `memory_map` writes one file per
manifest and resolution with all images, and `role_pixels` reads the images of a role from it.
`masking` hides parts of an image. Read `decode` first: its docstring states the rule.
"""
