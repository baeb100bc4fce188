"""Tests of the phantom generator."""
