"""Record once, replay many times: a recorded function as a list of instructions, and all that is done with it.

In this order:

    program     record and Program: what a user calls
    recorder    runs the function once and takes down what it did
    tape        what is taken down: slots, instructions, guards
    reverse     the backward pass of a tape, as more instructions of it
    kinds       what can be asked of a recording, and the instructions that takes
    trace       one recorded path, and the choice of who runs it: source, machine or arrays
    source/     a tape as Python: to run, to read, to export
    machine     a tape on the replay machine of the native engine
    on_arrays/  a tape on NumPy, and as a pure function on other engines' arrays
    pure        a path as a function of arrays, which can be pickled and sent
    columns     arguments, batches and arrays as numbers in a row
    json_file   a program as a file
"""
