"""How strong are the tests? Break the engine on purpose, one small change at a time: `python -m tests.mutation`."""
