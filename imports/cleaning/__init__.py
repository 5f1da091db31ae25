"""What one cell says, whatever program wrote it: the clean text and the faults of how it was written."""
