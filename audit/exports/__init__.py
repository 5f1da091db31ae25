"""What an auditor takes away, as files."""
