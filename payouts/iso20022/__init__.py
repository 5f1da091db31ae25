"""ISO 20022: payments out as pain.001, the bank's answers in as pain.002, camt.053 and camt.054.

Plain Python: no Django, no clock, no database; files are read and written as streams, in memory
that does not grow with the number of payments but for their ids. The way of a file is:
`pain001.unwritable` names the payments that cannot go, `pain001.write_pain001` makes the bytes,
`pain001_checks.check_pain001` proves them. The bank's status report is read by
`pain002.read_pain002`, its statements by `camt.read_camt053`, its notices by `camt.read_camt054`;
`statement_proofs.prove_statement` holds a statement against itself and the one before, and
`statement_matching.match_statement` against what was sent.

A reader yields the parts of a message in their order, and may refuse the file at its last byte:
apply nothing before it has ended.
"""
