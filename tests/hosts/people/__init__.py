"""The accounts of a site whose people have neither names nor a field called ``email``."""
