"""Pages: what PDFs and workbooks are made of, whatever they show. Lengths are hundredths of a millimetre.

``embedding`` writes a font so that every character can be read back, ``typefaces`` finds ours,
``pens`` write one page, ``frames`` what stands round it on each page, ``tables`` and ``flows`` what
fills it; ``workbooks`` and ``lists`` write the same rows as xlsx and csv.
"""
