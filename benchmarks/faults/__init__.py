"""What happens to damaged input: mutated files, flipped bytes, full disks; each with its table.

`images` and `tables` mutate files, `store` flips bytes in what is recorded, `disk` fails every
write. Each writes the table of its name beside it. The suite tries a smaller set of each.
"""
