"""Tests of the maps: against closed forms where there are any, else against known truths."""
