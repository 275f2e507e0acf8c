"""What both packages need of the world around them, and nothing of automatic differentiation.

choices (switches and names that somebody gave), files (written whole or not at all), json_text (every float survives),
terminal (manners of a command), names (public names, listed once, imported when asked for), loaded (libraries that
somebody else has imported), letters (what no terminal may get), moved (modules that pickles look for), web_page (Python
in a browser), archive (what a release hands out), course (what the notebooks read, put beside one that was opened
alone).
"""
