<<<<<<< HEAD
"""How samples are drawn and numbers judged: plain Python, exact, and the same on every machine."""
=======
"""What follows from dates and policies alone."""
>>>>>>> fr
