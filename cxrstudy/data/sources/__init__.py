"""Sources: adapters that read a publisher's own label files and yield manifests.

One module a family of files. The columns are those of :data:`cxrstudy.data.manifest.COLUMNS`.
"""
