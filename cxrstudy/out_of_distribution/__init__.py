"""Out of distribution: what an image is warned of that a network was not made for.

`reference` says what the training images have in common, which `training_images` finds;
`image_warnings` compares an image with them, and adds what its header says. Read that first.
"""
