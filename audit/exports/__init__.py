<<<<<<< HEAD
"""What an auditor takes away, as files."""
=======
"""The papers of the archives."""
>>>>>>> fr
