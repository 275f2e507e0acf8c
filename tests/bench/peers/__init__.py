"""One module per engine, with a function that returns its workloads and imports the engine inside itself."""

#: name in the table -> module and function. "glassgrad native" is the engine in C, "glassgrad" the one in Python.
ENGINES = {
    "micrograd": "micrograd_scalars:cases",
    "lean": "lean:cases",
    "glassgrad": "ours:eager",
    "glassgrad fused": "ours:fused",
    "glassgrad program": "recorded:source",
    "glassgrad program, NumPy": "recorded:arrays",
    "glassgrad program, JAX": "recorded:jax",
    "glassgrad native": "ours:eager",
    "glassgrad native fused": "ours:fused",
    "glassgrad native nn": "ours:through_nn",
    "glassgrad native nn fused": "ours:through_nn_fused",
    "glassgrad native nn.fit": "ours:fit_compiled",
    "glassgrad native nn.fit, first epoch": "ours:fit_begun",
    "glassgrad native program": "recorded:source",
    "glassgrad native program, arrays": "recorded:machine",
    "xad": "xad_tape:cases",
    "casadi": "casadi_graph:cases",
    "hips autograd": "hips_arrays:cases",
    "torch": "torch_arrays:cases",
    "jax": "jax_arrays:cases",
}
OURS = tuple(name for name in ENGINES if name.startswith(("glassgrad", "lean")))
NATIVE = "glassgrad native"
COLLECTOR_OFF = ("micrograd", "lean", "glassgrad", "glassgrad fused")
