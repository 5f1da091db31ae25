"""How samples are drawn and numbers judged, and how long archives are kept: plain Python, exact."""
