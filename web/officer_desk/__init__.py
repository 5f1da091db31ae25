"""The desk of access: officers and their posts, posts in townships, approved posts, officers' own accounts."""
