"""The files of a month in the browser: handed in, judged, looked at cell by cell, applied by another officer."""
