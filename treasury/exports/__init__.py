"""The papers of district and township money: settlement sheets, statements of account, positions, registers.

They are Chinese, as the books are. ``papers`` says what a paper is made of and writes it as PDF and as xlsx
from the same rows; what does not add up is refused where it is read or put together.
"""
