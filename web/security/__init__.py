"""The shell around every page: headers, sign-in, sessions, second factor, uploads, logs, measurements."""
