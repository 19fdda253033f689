"""Batches: a folder of submissions becomes a gradebook, and a gradebook becomes files and pages."""
