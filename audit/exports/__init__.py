"""What an auditor takes away as files, and the papers of the archives."""
