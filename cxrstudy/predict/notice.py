"""Notice: what stands before everything that is said of an image."""

#: First line of all output.
NOTICE = "Not for clinical use. This is a research network; its output is not a diagnosis."
