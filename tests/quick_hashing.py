"""Hashes of passwords that cost nothing: tests make thousands of officers, and none is worth a third of a second."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """Django's own hasher with one turn; programs with the settings of production read what it writes."""

    iterations = 1
