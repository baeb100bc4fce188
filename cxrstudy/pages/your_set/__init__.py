"""Your set: what the owner of a set of radiographs asks, answered from its audit and its runs.

Is it fit to learn from (`fitness`)? Which recipe does best on it, at what cost, and how sure is
that (`compared`, `recipes`)? What would more patients buy (`patients`)? An `answer` is a sentence,
for the book's first page, and what it rests on. `page` asks all of it of a study. Read it first.
"""
