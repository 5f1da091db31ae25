"""The banks' list files: one canonical instruction, written and read by templates that are data.

Plain Python: no Django, no clock, no database. The way of a list is: `list_files.unwritable` names the
rows that cannot go, `list_files.split` parts the rest evenly, `list_files.render` makes the bytes,
`proofs.declared` proves them; `results.read_results` reads the bank's answer and
`matching.match` holds it against what was sent.
"""
