"""The documents of a payroll month: pure functions from plain facts to PDF, xlsx and csv.

``rows`` are the facts a document is made of, all amounts in yuan; reading them from the database is
the caller's. Each writer takes an open file and returns the totals it has printed, so that the caller
can compare them with what was built.
"""
