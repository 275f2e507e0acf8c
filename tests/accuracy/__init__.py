"""Every operation of the table against arithmetic of hundreds of digits: `python -m tests.accuracy`."""
