"""What both packages need of the world around them, and nothing of automatic differentiation.

files (written whole or not at all), json_text (every float survives), moved (modules that pickles still look for).
"""
