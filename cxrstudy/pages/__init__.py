"""Pages: the figures, tables and diagrams of the book, and the execution of the notebooks.

Tables of scores, estimates and plans go in; figures (`figures`), diagrams (`diagrams`) and tables
for readers (`demographics`, `levels`, `label_efficiency`, `lesion_size`) come out. `beside` adds
reference results to a page, `examples` chooses images to show, and `batch_execution` runs the
notebooks with papermill. Read `figures` first.
"""
