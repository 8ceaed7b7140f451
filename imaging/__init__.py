"""Strangers' files in, clean pictures out. Nothing here looks at who or what is in a picture.

`intake` is what the rest of the house uses; it decodes nothing itself. The decoders (Pillow, libheif) are imported
by `child` and below it only, and run in a process that can neither keep, read nor send anything.
"""
