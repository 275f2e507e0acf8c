"""What every other room of nn stands on; nothing here knows a Module.

In reading order: `nested` (numbers in lists of lists), `checks` (what has to be a whole number, a generator …),
`first_weights` (where training starts), `activations` (by name), `pairing` (predictions beside targets),
`places` (where parameters lie), `at_once` (written whole or not at all), `progress` (what long work shows).
"""
