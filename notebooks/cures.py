"""Cures: what may keep a network from recognising the hospital in place of the disease.

A stage takes one as ``target.but(recipe="cures:hospital_balanced")``.
"""


def hospital_balanced(parts):
    """Each pair of hospital and disease is drawn as often as any other, however many images."""
    images = list(parts.loaders.train.items.groupby(["source", "labels"]).indices.values())

    def order(count, generator):
        while True:
            for pair in generator.permutation(len(images)):
                yield int(generator.choice(images[pair]))

    parts.loaders.train.order_by(order)
    return parts
