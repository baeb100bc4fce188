"""Cells that declare parameters."""

CELL = """# parameters
profile = "quick"    # quick, standard or paper: sizes and budgets, see profiles/
seeds = 1            # 1 to 20: repeats of every arm
margin = 0.5         # 0 to 1.5: smallest difference: in units of the metric
flip = False         # True or False: mirror half of the images
title = "A study"    # any text: heading of the page
"""
VALUES = {"profile": "quick", "seeds": 1, "margin": 0.5, "flip": False, "title": "A study"}

SMALL = "# parameters\nseeds = 1  # 1 to 20: repeats"
