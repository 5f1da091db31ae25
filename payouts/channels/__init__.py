"""Ways to a bank: plain Python that knows what a channel is and how its folders work, and nothing of payments.

`channel_files` reads which channels there are; `folder_drop` lays a file in the bank's folder, once, and can tell
later whether it lay there.
"""
