"""Pages: what the pages of the book show."""
