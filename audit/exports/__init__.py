"""What auditors take away, in the forms that their own programs read."""
