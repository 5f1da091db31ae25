"""The papers of the archives."""
