"""The parts of ``verify.py``, the program that an auditor runs without this software.

They are written for Python 3.8 and its standard library alone, and import nothing of ours but each other; names are
told apart in all of them, because ``audit.verifier_text`` writes them one after the other into one file.
"""
