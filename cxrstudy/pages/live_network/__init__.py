"""Live network: two trained networks that compute in the page, on images that a reader changes.

Python writes each network as a list of steps (`programme`) with weights of two bytes each
(`quantised`), and renders simulated patients with one thing changed (`films`); `page` puts both
into HTML. The front end in ``assets`` computes the steps itself, without a kernel, a library or a
network connection, and says at its start how far its scores are from the recorded ones.
"""

from cxrstudy.pages.live_network.page import live_network

__all__ = ["live_network"]
