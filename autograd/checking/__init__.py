"""Is it right, and where did the nan come from?"""
