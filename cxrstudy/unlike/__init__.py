"""Unlike: what an image is warned of that is out of distribution: a network was not made for it.

`reference` says what the training images have in common, which `training_images` finds;
`image_warnings` compares an image with them, and adds what its header says. Read that first.
"""
