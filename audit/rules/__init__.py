"""What follows from dates and policies alone."""
