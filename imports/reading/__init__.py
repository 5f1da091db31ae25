"""Reads spreadsheets as they are: workbooks and csv, row by row, in flat memory. Judges nothing.

``sheets`` is the door; the rest parts the work by kind of file.
"""
