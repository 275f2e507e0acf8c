"""Is it right, and where did the nan come from?

`gradients` compares every derivative with differences of the function itself (check_gradients); `anomaly` listens to
the engine and stops at the first nan (detect_anomaly).
"""
