"""Make months of files with an answer key, without a line of the project's own code, to prove the service on them."""
