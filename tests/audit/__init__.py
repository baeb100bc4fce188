"""Tests of the audit: each plants a fault in a clean made cohort."""
