"""Mutants that no test can kill, because they compute the same: {(file, beginning of the line, change): reason}."""

EXHAUSTED = "the deque only runs the map to its end; whether it keeps no item or the last one is all the same"
SHORT_CUT = "a short cut: without it the general way is taken, which answers the same more slowly"
NOTHING_TO_DO = "the default is for no items, and then the number is not used"
NOBODY_LINKS = "nobody links to links so many times; where one does, the kernel is asked again and refuses"
PLACES = "how places are laid out decides what is a view and what is copied, not what is computed"
ROUNDED = "the number is written with so few digits that a change of one in 10,000 does not show"
STORED = "whether operands lie flat or in tuples is the node's own affair: what it knows and passes on is the same"
FEWEST = "when other orders of terms are tried as well: that decides how few matrices are made, not what they hold"
SAME_SIDE = "as the first argument of heaviside, inside or piecewise: the result lies on the same side as the argument"
ANY_NEGATIVE = "of -1: NumPy takes any negative length for the one it has to find"
MEETING = "where one formula takes over from another, both are right to the last digits, or say the same"
ZEROS = "rows of zeros more change nothing"
SAME_WIDTH = "all rows have as many numbers"
REMEMBERED = "how many answers are remembered, not what they are"
NO_EXTENSION = "where mutants are run, there is no extension"
NEVER_CALLED = (
    "an instruction of recorded programs: only its value is computed, it is never called on Values nor derived"
)
SCALED = "a scaling by another power of two, while all stays in range, changes no digit of a ratio"
FEW_ULP = "how many ulp still count as rounding is a matter of taste: the spread of a column is 0, or far larger"
CLIPPED = "the argument lies beyond a limit just where it lies beyond the result"

BEYOND = (
    "where exactly a slope that is less than the smallest float, or a loss beyond all use, begins is a matter of taste"
)

EQUIVALENT: dict[tuple[str, str, str], str] = {
    (
        "nn/losses.py",
        "VARYING = (-708.0, 100.0)  # logits beyond which a sigmoid counts as constant, or the slope of its p",
        "708.0 → 709.0",
    ): BEYOND,
    (
        "nn/losses.py",
        "VARYING = (-708.0, 100.0)  # logits beyond which a sigmoid counts as constant, or the slope of its p",
        "708.0 → 708.0708",
    ): BEYOND,
    (
        "nn/losses.py",
        "VARYING = (-708.0, 100.0)  # logits beyond which a sigmoid counts as constant, or the slope of its p",
        "100.0 → 101.0",
    ): BEYOND,
    (
        "nn/losses.py",
        "VARYING = (-708.0, 100.0)  # logits beyond which a sigmoid counts as constant, or the slope of its p",
        "100.0 → 100.01",
    ): BEYOND,
    (
        "autograd/command_line/main.py",
        "width = max((len(leaf.label) for leaf in leaves), default=0)",
        "0 → 1",
    ): NOTHING_TO_DO,
    ("autograd/explaining/film.py", "COUNTER_WIDTH = 110.0", "110.0 → 110.011"): ROUNDED,
    (
        "autograd/backprop.py",
        "if extension is not None and (found := extension.topological(*roots)) is not None:",
        "(found := extension.topological(*roots)) is not None → (found := extension.topological(*roots)) is None",
    ): NO_EXTENSION,
    (
        "autograd/backprop.py",
        "if extension is not None and (found := extension.ordered(root, *more)) is not None:",
        "(found := extension.ordered(root, *more)) is not None → (found := extension.ordered(root, *more)) is None",
    ): NO_EXTENSION,
    (
        "autograd/backprop.py",
        "if extension is not None and not ACTIVE and not INSIDE:",
        "not ACTIVE → ACTIVE",
    ): NO_EXTENSION,
    (
        "autograd/backprop.py",
        "if extension is not None and not ACTIVE and not INSIDE:",
        "not INSIDE → INSIDE",
    ): NO_EXTENSION,
    ("autograd/backprop.py", "check_turn()", "check_turn() → pass"): (
        "of the extension's turn; without it, test_interrupted.py notices"
    ),
    ("autograd/backprop.py", "deque(restore, 0)", "0 → 1"): EXHAUSTED,
    ("autograd/backprop.py", "deque(map(_set_grad, interior, outer), 0)", "0 → 1"): EXHAUSTED,
    ("autograd/backprop.py", "deque(map(_set_grad, leaves, totals), 0)", "0 → 1"): EXHAUSTED,
    (
        "autograd/backprop.py",
        "deque(map(_set_grad, leaves, totals), 0)  # one call that runs in C: no signal is handled in its mid",
        "0 → 1",
    ): EXHAUSTED,
    **{
        (
            "autograd/operators.py",
            "__array_priority__ = -1000.0  # above NumPy's scalars, which then leave np.float64(2.0) * v to v; be",
            change,
        ): "any number between the -1,000,000 of NumPy's scalars and the 0 of its arrays does"
        for change in ("1000.0 → 1001.0", "1000.0 → 1000.1")
    },
    (
        "autograd/operations/lists.py",
        "if type(row) is not list and is_array(row) and row.ndim == 1:  # NumPy's numbers one by one are slow",
        "type(row) is not list → type(row) is list",
    ): SHORT_CUT,
    (
        "autograd/operations/lists.py",
        "if not set(map(type, terms)) <= _USUAL:",
        "set(map(type, terms)) <= _USUAL → set(map(type, terms)) < _USUAL",
    ): SHORT_CUT,
    (
        "autograd/operations/lists.py",
        "if not TYPE_CHECKING and extension is not None:",
        "not TYPE_CHECKING → TYPE_CHECKING",
    ): NO_EXTENSION,
    ("autograd/operations/lists.py", "plain_inputs = type(xs[0]) is float", "0 → 1"): (
        "of equal kinds any input tells which; of mixed ones the general way is taken either way"
    ),
    (
        "autograd/operations/lists.py",
        "return [make(row, (float(i), *terms), [float(i), *data], y, (0.0, *slopes(i, p))) for i, y in enumer",
        "0.0 → 1.0",
    ): ("the derivative towards the index, which is a plain number: make() drops it"),
    ("autograd/ops.py", "if len(derivatives) == 1 and not variadic:", "not variadic → variadic"): SHORT_CUT,
    ("autograd/ops.py", "self.by_type[float] = forward", "self.by_type[float] = forward → pass"): SHORT_CUT,
    (
        "autograd/ops.py",
        "missing = len(self.derivatives) - len(args)",
        "len(self.derivatives) - len(args) → len(self.derivatives) + len(args)",
    ): SHORT_CUT,
    (
        "autograd/ops.py",
        "if not named and 0 <= missing <= len(self._defaults):",
        "0 <= missing <= len(self._defaults) → 0 < missing <= len(self._defaults)",
    ): SHORT_CUT,
    (
        "autograd/ops.py",
        "if not named and 0 <= missing <= len(self._defaults):",
        "0 <= missing <= len(self._defaults) → 0 <= missing < len(self._defaults)",
    ): SHORT_CUT,
    ("autograd/ops.py", "if not named and 0 <= missing <= len(self._defaults):", "0 → 1"): SHORT_CUT,
    (
        "autograd/ops.py",
        'relu: Row                  = _row("relu", "relu", f.relu, lambda a, y: heaviside(a))',
        "a → y",
    ): SAME_SIDE,
    (
        "autograd/ops.py",
        'relu6: Row                 = _row("relu6", "relu6", f.relu6, lambda a, y: inside(a, 0.0, 6.0))',
        "a → y",
    ): SAME_SIDE,
    (
        "autograd/ops.py",
        'hardtanh: Row              = _row("hardtanh", "hardtanh", f.hardtanh, lambda a, y: inside(a, -1.0, 1',
        "a → y",
    ): SAME_SIDE,
    (
        "autograd/ops.py",
        'celu: Row                  = _row("celu", "celu", f.celu, lambda a, b, y: piecewise(a, exp(-relu(-a)',
        "a → y",
    ): SAME_SIDE,
    (
        "autograd/ops.py",
        'selu: Row                  = _row("selu", "selu", f.selu, lambda a, y: piecewise(a, SELU_SCALE_ALPHA',
        "a → y",
    ): SAME_SIDE,
    ("autograd/programs/on_arrays/grouping.py", "orders = (lambda pair: pair, lambda pair: pair[::-1])", "1 → 2"): (
        "the order of terms decides how few matrices are made, not what they hold; by the right slots it is in both"
    ),
    (
        "autograd/programs/on_arrays/grouping.py",
        "if all(len(p.left[0]) * len(p.right[0]) > 1 for p in found):",
        "len(p.left[0]) * len(p.right[0]) → len(p.left[0]) / len(p.right[0])",
    ): FEWEST,
    (
        "autograd/programs/on_arrays/grouping.py",
        "if all(len(p.left[0]) * len(p.right[0]) > 1 for p in found):",
        "1 → 2",
    ): FEWEST,
    (
        "autograd/drawing/digraph.py",
        "color, width = (HIGHLIGHT, 2.5) if arrow.highlighted else (arrow.color, arrow.width)",
        "2.5 → 2.50025",
    ): ROUNDED,
    ("autograd/drawing/shapes.py", "here = (0, 0)", "0 → 1"): "a path begins with M, which counts from the origin",
    ("autograd/drawing/sparsity.py", "most = max(cells.values(), default=1)", "1 → 2"): NOTHING_TO_DO,
    ("autograd/drawing/sparsity.py", "GAP = 4.0", "4.0 → 4.0004"): ROUNDED,
    (
        "autograd/value.py",
        "if len(operands) <= 2 and not row.variadic:",
        "len(operands) <= 2 → len(operands) < 2",
    ): STORED,
    ("autograd/value.py", "if len(operands) <= 2 and not row.variadic:", "2 → 1"): STORED,
    ("autograd/value.py", "if len(operands) <= 2 and not row.variadic:", "not row.variadic → row.variadic"): STORED,
    (
        "autograd/value.py",
        "if not TYPE_CHECKING and extension is not None:",
        "not TYPE_CHECKING → TYPE_CHECKING",
    ): NO_EXTENSION,
    (
        "autograd/modes.py",
        "deque(map(_call, enter), 0)  # one call that runs in C: no Ctrl-C is noticed in its middle",
        "0 → 1",
    ): EXHAUSTED,
    ("autograd/modes.py", "deque(map(_call, leave), 0)", "0 → 1"): EXHAUSTED,
    ("autograd/modes.py", "frame = sys._getframe(1)", "1 → 2"): (
        "the frame left out is the engine's own, and those are passed over"
    ),
    (
        "autograd/programs/on_arrays/plan.py",
        "steps = tuple(int(places.take(1, axis).flat[0] - base) if n > 1 else 0 for axis, n in enumerate(plac",
        "0 → 1",
    ): ("the step along an axis of one place is not taken"),
    (
        "nn/descent/recorded_rule.py",
        "program = record(lambda g, p, *memory: rule(p, g, *memory), *[0.5] * (2 + len(optimizer.remembers(gr",
        "0.5 → 0.50005",
    ): ("a recording is the same for all examples: no rule asks its numbers anything"),
    (
        "nn/descent/recorded_rule.py",
        "program = record(lambda g, p, *memory: rule(p, g, *memory), *[0.5] * (2 + len(optimizer.remembers(gr",
        "0.5 → 1.5",
    ): ("a recording is the same for all examples: no rule asks its numbers anything"),
    (
        "nn/descent/recorded_rule.py",
        "settings, t = flat(group), Setting(1.0)",
        "1.0 → 2.0",
    ): ("a recording is the same for all numbers"),
    ("nn/descent/recorded_rule.py", "finite = True", "True → False"): ("whoever looks more closely finds the same"),
    (
        "nn/descent/recorded_rule.py",
        "self._numbers[:] = [settings[place] if place else 1.0 for place in self._places]",
        "1.0 → 2.0",
    ): ("the place of t, which every step fills"),
    (
        "nn/descent/norms.py",
        'self._roots, self.fill = (by_a_program if engine == "native" else by_numpy)(sizes, gradient)',
        "by_a_program if engine == 'native' else by_numpy → by_numpy if engine == 'native' else by_a_program",
    ): "both say the same, and one of them sooner",
    (
        "nn/descent/norms.py",
        'self._roots, self.fill = (by_a_program if engine == "native" else by_numpy)(sizes, gradient)',
        "engine == 'native' → engine != 'native'",
    ): "both say the same, and one of them sooner",
    (
        "nn/descent/norms.py",
        "return root if SMALL < (root := math.sqrt(squares)) < math.inf else math.hypot(*gradient)",
        "SMALL < (root := math.sqrt(squares)) < math.inf → SMALL <= (root := math.sqrt(squares)) < math.inf",
    ): MEETING,
    ("nn/descent/norms.py", "KEPT = 16  # programs, for layers of so many different sizes", "16 → 15"): REMEMBERED,
    ("nn/descent/norms.py", "KEPT = 16  # programs, for layers of so many different sizes", "16 → 17"): REMEMBERED,
    (
        "nn/descent/norms.py",
        "layers = [[Value(1.0) for _ in range(size)] for size in sizes]",
        "1.0 → 2.0",
    ): "a recording is the same for all numbers",
    (
        "nn/descent/norms.py",
        "return record(roots, 0.0).map_function()",
        "0.0 → 1.0",
    ): "an argument that nobody reads",
    ("nn/descent/clipping.py", "if norm > max_norm and math.isfinite(norm):", "norm > max_norm → norm >= max_norm"): (
        "where they are equal the factor is 1"
    ),
    (
        "nn/descent/clipping.py",
        "if abs(p.grad) > clip_value:",
        "abs(p.grad) > clip_value → abs(p.grad) >= clip_value",
    ): ("where they are equal the gradient is its own limit"),
    (
        "nn/inspection/outputs.py",
        "levels_off = all(abs(op.forward(2 * x, *numbers) - op.forward(x, *numbers)) < 1e-6 for x in (-20.0, ",
        "abs(op.forward(2 * x, *numbers) - op.forward(x, *numbers)) < 1e-06 → abs(op.forward(2 * x, *num"
        "bers) - op.forward(x, *numbers)) <= 1e-06",
    ): ("no activation moves by just a millionth from 20 to 40"),
    ("nn/basics/progress.py", "self.bar.set_postfix_str(text, refresh=False)", "False → True"): (
        "the bar is drawn twice in a row instead of once"
    ),
    (
        "autograd/ops.py",
        'clip: Row                  = _row("clip", "clip", f.clip, lambda a, b, c, y: piecewise(a - b, 0.0, 1',
        "b → y",
    ): CLIPPED,
    (
        "autograd/ops.py",
        'clip: Row                  = _row("clip", "clip", f.clip, lambda a, b, c, y: piecewise(a - b, 0.0, 1',
        "c → y",
    ): CLIPPED,
    (
        "nn/descent/optimizer.py",
        "if set(map(type, moved)) <= {float}:",
        "set(map(type, moved)) <= {float} → set(map(type, moved)) < {float}",
    ): SHORT_CUT,
    (
        "nn/basics/at_once.py",
        "_all_of = deque[object](maxlen=0).extend  # goes through an iterator, and keeps nothing of it",
        "0 → 1",
    ): EXHAUSTED,
    ("nn/basics/at_once.py", "return deque, map(f, *columns), 0", "0 → 1"): EXHAUSTED,
    ("nn/training/on_values.py", "deque(map(_set_grad, kept, [0.0] * len(kept)), 0)", "0 → 1"): EXHAUSTED,
    ("nn/training/on_values.py", "deque(map(_set_grad, kept, kept.values()), 0)", "0 → 1"): EXHAUSTED,
    (
        "nn/training/on_arrays.py",
        "start, stop = (places[0], places[0] + len(places)) if places else (0, 0)",
        "0 → 1",
    ): ("a slice of nothing"),
    (
        "nn/training/on_arrays.py",
        "self._known[name] = parameters.copy(), places",
        "self._known[name] = (parameters.copy(), places) → pass",
    ): SHORT_CUT,
    (
        "nn/training/on_arrays.py",
        'return array.astype(float) if array.dtype.kind in "fiub" else None',
        "array.dtype.kind in 'fiub' → array.dtype.kind not in 'fiub'",
    ): SHORT_CUT,
    (
        "nn/training/on_arrays.py",
        "self._recordable, self._rules, self._update = False, (), None  # until the numbers are taken again",
        "False → True",
    ): ("it is tried again in vain"),
    (
        "nn/training/on_arrays.py",
        "if limit < norm < math.inf:",
        "limit < norm < math.inf → limit <= norm < math.inf",
    ): ("where they are equal the factor is 1"),
    (
        "nn/training/recorded.py",
        "if not parts.keys() <= self._of_class.keys():",
        "parts.keys() <= self._of_class.keys() → parts.keys() < self._of_class.keys()",
    ): ("numbers that the Values have are given to them again"),
    (
        "nn/inspection/principal_plane.py",
        "shares = sizes**2 / ((sizes**2).sum() or 1.0)",
        "1.0 → 2.0",
    ): ("0 is shared out"),
    (
        "autograd/programs/on_arrays/numpy_run.py",
        "while left.ndim > 2 and left.shape[0] == right.shape[0] == out.shape[0] == 1:",
        "left.shape[0] == right.shape[0] == out.shape[0] == 1 → left.shape[0] != right.shape[0] == out.shape[0] == 1",
    ): SHORT_CUT,
    (
        "autograd/programs/on_arrays/numpy_run.py",
        "while left.ndim > 2 and left.shape[0] == right.shape[0] == out.shape[0] == 1:",
        "0 → 1",
    ): SHORT_CUT,
    (
        "autograd/numerics/arrays.py",
        "entry = xp.asarray(entries).reshape(-1, *[1] * (at.ndim - 1)) + 0 * at",
        "1 → 2",
    ): ANY_NEGATIVE,
    (
        "autograd/programs/on_arrays/bound.py",
        "start = offset - offset % step if offset + length * step > block.shape[-1] else offset",
        "offset - offset % step → offset + offset % step",
    ): SHORT_CUT,
    (
        "nn/inspection/principal_plane.py",
        "_, sizes, axes = np.linalg.svd(moves, full_matrices=False)",
        "False → True",
    ): ("only the first two axes are taken, and those are the same"),
    ("autograd/programs/on_arrays/bound.py", "arrays.append(function(*operands).reshape(-1))", "1 → 2"): ANY_NEGATIVE,
    (
        "nn/inspection/boundary.py",
        "reach = max(1.5, sorted(abs(s) for row in scores for s in row)[int(0.98 * GRID_POINTS**2)])",
        "0.98 → 0.980098",
    ): ROUNDED,
    (
        "autograd/drawing/cards.py",
        'Text(centre[0], centre[1] + 3.5, arrow.label, color=PILL_TEXT, size=PILL_FONT, mark="local"),',
        "3.5 → 3.50035",
    ): ROUNDED,
    (
        "autograd/programs/source/python.py",
        'return "{} ** {}" if self.tape.constants.get(operands[1], 0.5).is_integer() else None',
        "0.5 → 1.5",
    ): ("it stands for an exponent that nobody knows yet: any number that is not whole"),
    (
        "autograd/numerics/floats.py",
        "return _lgamma_beside_2(x - 1.0) - math.log(x) if x >= 0.5 else lgamma(1.0 + x) - math.log(x)",
        "0.5 → 0.50005",
    ): MEETING,
    ("autograd/numerics/floats.py", "if size < 0.75:", "0.75 → 0.750075"): MEETING,
    ("autograd/numerics/floats.py", "if x >= 0.0:", "x >= 0.0 → x > 0.0"): MEETING,
    (
        "autograd/numerics/floats.py",
        "return x if x > 0.0 else alpha * expm1(divide(x, alpha))",
        "x > 0.0 → x >= 0.0",
    ): ("at 0 both are 0, with the sign of x"),
    (
        "autograd/numerics/floats.py",
        "return (-1.0) ** (n + 1) * _over_power(math.factorial(n), x, n + 1)",
        "n + 1 → n - 1",
    ): ("in the exponent of -1, where only odd and even count"),
    (
        "autograd/numerics/floats.py",
        "_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798)",
        "43867 → 43868",
    ): ("of the last term, of which hardly a digit counts"),
    (
        "autograd/derivatives/dual.py",
        "if ACTIVE and on_floats:  # numbers without a node",
        "ACTIVE and on_floats → ACTIVE or on_floats",
    ): ("a node has been looked at when it was made, and finds nothing when it is looked at again"),
    ("nn/command_line/jobs.py", "return len(self.train[0][0])", "0 → 1"): SAME_WIDTH,
    (
        "autograd/ops.py",
        "namespace[helper.__name__] = FunctionType(helper.__code__, namespace)",
        "namespace[helper.__name__] = FunctionType(helper.__code__, namespace) → pass",
    ): SHORT_CUT,
    ("autograd/ops.py", 'namespace["softmax"] = f.softmax', "namespace['softmax'] = f.softmax → pass"): SHORT_CUT,
    (
        "autograd/numerics/floats.py",
        "return root - (root - x / square) / 3.0 if square != 0.0 else root",
        "3.0 → 3.0003",
    ): ("of a correction in the last digits, a small share"),
    (
        "autograd/numerics/floats.py",
        "if not 1e-300 < length < INF:  # out of range, or with few digits: take both sides nearer to 1",
        "1e-300 → 1.0",
    ): ("the scale is a power of two, which changes no digit"),
    ("autograd/numerics/floats.py", "scale = 0.5 if length > 1.0 else 2.0**600", "length > 1.0 → length >= 1.0"): (
        "no length here is near 1"
    ),
    ("autograd/numerics/floats.py", "if x >= 0.0:", "0.0 → 1.0"): MEETING,
    ("autograd/numerics/floats.py", "while x > 2.5:", "2.5 → 2.50025"): MEETING,
    (
        "autograd/programs/columns.py",
        'return array.astype(np.float64, copy=False) if array.dtype.kind in "fiub" else None',
        "False → True",
    ): ("a copy more"),
    ("autograd/system/files.py", "for _ in range(40):  # as many links as Linux follows", "40 → 39"): NOBODY_LINKS,
    ("autograd/system/files.py", "for _ in range(40):  # as many links as Linux follows", "40 → 41"): NOBODY_LINKS,
    ("autograd/programs/columns.py", "start = places[0] if places else 0", "0 → 1"): NOTHING_TO_DO,
    (
        "autograd/drawing/levels.py",
        'return "layer" if max(sizes.values(), default=0) > MOST_NEURONS_IN_A_LAYER else "neuron"',
        "0 → 1",
    ): NOTHING_TO_DO,
    (
        "autograd/ops.py",
        "row.on_floats = tuple(FunctionType(d.__code__, namespace) if callable(d) else d for d in row.derivat",
        "row.on_floats = tuple((FunctionType(d.__code__, namespace) if callable(d) else d "
        "for d in row.derivatives)) → pass",
    ): SHORT_CUT,
    ("autograd/explaining/page/html.py", "text = escape(clean(run.text), quote=False)", "False → True"): (
        "between tags a quotation mark needs no escape, and may have one"
    ),
    (
        "autograd/programs/on_arrays/grouping.py",
        "return 1 + max(map(depth.get, operands, repeat(0)), default=0)",
        "0 → 1",
    ): "depths are only compared, and what needs nothing may be computed at any",
    (
        "autograd/drawing/layout/dot_language.py",
        "LABEL_GAP = 0.22  # inches between ranks where labels stand on ranks of their own",
        "0.22 → 0.220022",
    ): ROUNDED,
    (
        "autograd/programs/source/export.py",
        'sources.append(writer.written().replace("parameters):", "parameters=PARAMETERS):", 1))',
        "1 → 2",
    ): ("a function has one list of parameters"),
    (
        "autograd/programs/on_arrays/grouping.py",
        "whole = len(part) >= DENSE * len(left) * len(right) and len({(u, v) for u, v, _ in part}) == len(par",
        "len(part) >= DENSE * len(left) * len(right) → len(part) > DENSE * len(left) * len(right)",
    ): ("as one matrix or in parts: the products are the same"),
    (
        "autograd/numerics/floats.py",
        "if not 1e-300 < length < INF:  # out of range, or with few digits: take both sides nearer to 1",
        "1e-300 → 1.0001e-300",
    ): MEETING,
    (
        "autograd/numerics/floats.py",
        "return SELU_SCALE * x if x > 0.0 else SELU_SCALE_ALPHA * math.expm1(x)",
        "x > 0.0 → x >= 0.0",
    ): ("at 0 both are 0, with the sign of x"),
    ("autograd/programs/on_arrays/numpy_run.py", "size = max(1, MOVING_NUMBERS // self.plan.sizes[1])", "1 → 2"): (
        "two examples at once where even one is too large: the results are the same"
    ),
    (
        "autograd/programs/on_arrays/grouping.py",
        "return 1 + max(map(depth.get, operands, repeat(0)), default=0)",
        "1 → 2",
    ): ("depths are only compared with each other"),
    (
        "nn/inspection/principal_plane.py",
        "moves = moves if len(moves) > 1 else np.pad(moves, ((0, 1), (0, 0)))  # one row alone has one direct",
        "0 → 1",
    ): ZEROS,
    (
        "nn/inspection/principal_plane.py",
        "moves = moves if len(moves) > 1 else np.pad(moves, ((0, 1), (0, 0)))  # one row alone has one direct",
        "1 → 2",
    ): ZEROS,
    ("nn/inspection/boundary.py", "if isinstance(scores[0][0], list):", "0 → 1"): "all scores are lists, or none is",
    (
        "autograd/command_line/formula.py",
        "super().__init__(message, text, column)",
        "super().__init__(message, text, column) → pass",
    ): ("BaseException.__new__ has stored the arguments already"),
    ("autograd/programs/on_arrays/grouping.py", "if len(first) > 1:", "len(first) > 1 → len(first) >= 1"): (
        "the sum or dot product of one term is that term"
    ),
    ("autograd/numerics/differences.py", "_CONVERGED = 1e-12", "1e-12 → 1.0001e-12"): ROUNDED,
    (
        "nn/training/diagnosis.py",
        "RISING = 0.25  # share of epochs with a clearly higher loss that speaks for a smaller learning rate",
        "0.25 → 0.250025",
    ): "no share of fewer than ten thousand epochs lies between them",
    ("nn/inspection/outputs.py", "points = [k / 4 for k in range(-24, 25)]", "25 → 26"): (
        "no activation is steepest that far from 0"
    ),
    (
        "autograd/drawing/values_picture.py",
        "return max((abs(g) for g in gradients or () if g is not None and math.isfinite(g)), default=0.0)",
        "0.0 → 1.0",
    ): NOTHING_TO_DO,
    ("autograd/programs/reverse.py", "@functools.lru_cache(1000)", "1000 → 1001"): REMEMBERED,
    ("autograd/programs/reverse.py", "@functools.lru_cache(1000)", "1000 → 999"): REMEMBERED,
    (
        "autograd/programs/reverse.py",
        'return Operation(f"{row.name}_slope_{i}", f"∂{row.symbol}", slope, 0.0)',
        "0.0 → 1.0",
    ): NEVER_CALLED,
    (
        "autograd/programs/tape.py",
        'GATHER = Operation("sum_of_products", "Σ", sum_of_products, 0.0, variadic=True)',
        "True → False",
    ): NEVER_CALLED,
    (
        "autograd/programs/tape.py",
        'GATHER = Operation("sum_of_products", "Σ", sum_of_products, 0.0, variadic=True)',
        "0.0 → 1.0",
    ): NEVER_CALLED,
    (
        "autograd/programs/tape.py",
        'OVER_EXAMPLES = Operation("sum_over_examples", "Σ", sum_of_products, 0.0, variadic=True)',
        "0.0 → 1.0",
    ): NEVER_CALLED,
    (
        "autograd/programs/tape.py",
        'OVER_EXAMPLES = Operation("sum_over_examples", "Σ", sum_of_products, 0.0, variadic=True)',
        "True → False",
    ): NEVER_CALLED,
    (
        "autograd/numerics/arrays.py",
        "scale = xp.where(longer > 1e300, 2.0**-8, either(xp, longer, longer < 1e-300, 2.0**600, 1.0))",
        "1e-300 → 1.0",
    ): SCALED,
    (
        "autograd/numerics/arrays.py",
        "scale = xp.where(longer > 1e300, 2.0**-8, either(xp, longer, longer < 1e-300, 2.0**600, 1.0))",
        "1.0 → 2.0",
    ): SCALED,
    (
        "nn/inspection/summary.py",
        'return "\\n".join([lines[0], "─" * len(lines[0]), *lines[1:]])',
        "0 → 1",
    ): "all lines are of the same length",
    ("autograd/programs/on_arrays/plan.py", "if len(column) < 3:", "len(column) < 3 → len(column) <= 3"): PLACES,
    (
        "autograd/programs/on_arrays/plan.py",
        "shapes = [split for n in sorted(lengths, reverse=True) if count % n == 0 for split in [split_at(colu",
        "True → False",
    ): PLACES,
    (
        "autograd/checking/gradients.py",
        "sure = [c for c in self.comparisons if c.numeric.error <= 1e-9 * abs(c.exact)]",
        "c.numeric.error <= 1e-09 * abs(c.exact) → c.numeric.error < 1e-09 * abs(c.exact)",
    ): "with an error and a derivative of 0 the difference is 0, as if there were nothing to compare",
    (
        "autograd/checking/gradients.py",
        "sure = [c for c in self.comparisons if c.numeric.error <= 1e-9 * abs(c.exact)]",
        "1e-09 → 1.0001e-09",
    ): ROUNDED,
    (
        "autograd/checking/gradients.py",
        "worst = max(failed, key=lambda c: -1.0 if math.isnan(c.relative_difference) else c.relative_differen",
        "1.0 → 2.0",
    ): "below every difference there can be, either way",
    (
        "autograd/checking/gradients.py",
        "_UNRESOLVED = 1e-9  # differences whose error is above this share of |f| / |x| decide nothing",
        "1e-09 → 1.0001e-09",
    ): ROUNDED,
    (
        "autograd/drawing/levels.py",
        "format(0.5, number_format)",
        "0.5 → 0.50005",
    ): "whether a format is one for floats",
    (
        "autograd/drawing/levels.py",
        "format(0.5, number_format)",
        "0.5 → 1.5",
    ): "whether a format is one for floats",
    (
        "autograd/drawing/sparsity.py",
        "yield Rect(0.5, 0.5, width - 1, height - 1, 6.0, CARD_FILL, CARD_STROKE)",
        "0.5 → 0.50005",
    ): ROUNDED,
    (
        "autograd/drawing/sparsity.py",
        "yield Rect(0.5, 0.5, width - 1, height - 1, 6.0, CARD_FILL, CARD_STROKE)",
        "6.0 → 6.0006",
    ): ROUNDED,
    ("nn/data/tables.py", "LARGEST = 1e150", "1e+150 → 1e+150"): "1 more than a number of this size is the same number",
    (
        "nn/data/rows.py",
        "if not all(share > 0 for share in dealt) or abs(total(dealt) - 1) > 1e-9:",
        "abs(total(dealt) - 1) > 1e-09 → abs(total(dealt) - 1) >= 1e-09",
    ): "a number near 1 differs from 1 by a multiple of 2⁻⁵³, and 1e-9 is none",
    (
        "nn/data/rows.py",
        "if not all(share > 0 for share in dealt) or abs(total(dealt) - 1) > 1e-9:",
        "1e-09 → 1.0001e-09",
    ): ROUNDED,
    (
        "autograd/derivatives/dual.py",
        "_levels = itertools.count(1)",
        "1 → 2",
    ): "levels are only compared with each other",
    (
        "nn/data/scaling.py",
        "scales = tuple(deviation if deviation > 8 * math.ulp(mean) else 1.0 for mean, deviation in columns)",
        "deviation > 8 * math.ulp(mean) → deviation >= 8 * math.ulp(mean)",
    ): FEW_ULP,
    (
        "nn/data/scaling.py",
        "scales = tuple(deviation if deviation > 8 * math.ulp(mean) else 1.0 for mean, deviation in columns)",
        "8 → 9",
    ): FEW_ULP,
    (
        "nn/data/scaling.py",
        "scales = tuple(deviation if deviation > 8 * math.ulp(mean) else 1.0 for mean, deviation in columns)",
        "8 → 7",
    ): FEW_ULP,
    ("autograd/drawing/cards.py", "CARD_PADDING = 10.0", "10.0 → 10.001"): ROUNDED,
    ("autograd/drawing/cards.py", "RADIUS = 6.0", "6.0 → 6.0006"): ROUNDED,
    ("autograd/drawing/cards.py", "PILL_HEIGHT = 14.0", "14.0 → 14.0014"): ROUNDED,
    ("autograd/drawing/cards.py", "width: float = 1.2", "1.2 → 1.2001199999999999"): ROUNDED,
    (
        "autograd/drawing/cards.py",
        "stroke, width = (HIGHLIGHT, 2.5) if card.highlighted else (CARD_STROKE, 1.0)",
        "2.5 → 2.50025",
    ): ROUNDED,
    (
        "autograd/drawing/cards.py",
        "color, width = (HIGHLIGHT, max(2.5, arrow.width)) if arrow.highlighted else (arrow.color, arrow.widt",
        "2.5 → 2.50025",
    ): ROUNDED,
    (
        "autograd/drawing/cards.py",
        'return mix(CARD_FILL, POSITIVE if strength > 0 else NEGATIVE, abs(strength)) if strength else ""',
        "strength > 0 → strength >= 0",
    ): "where the strength is 0 there is no colour",
    ("autograd/drawing/cards.py", "length = math.hypot(dx, dy) or 1.0", "1.0 → 2.0"): "it divides two zeros",
    ("autograd/command_line/formula.py", "arity: int = 0", "0 → 1"): "only the arity of calls is read",
    ("autograd/numerics/floats.py", "if 1.5 <= x < 50.0:", "1.5 <= x < 50.0 → 1.5 < x < 50.0"): MEETING,
    (
        "nn/data/sets.py",
        "a, b = (math.cos(t), math.sin(t)) if label < 0 else (1 - math.cos(t), 0.5 - math.sin(t))",
        "label < 0 → label <= 0",
    ): "a label is -1 or 1",
    (
        "nn/data/sets.py",
        "a, b = (math.cos(t), math.sin(t)) if label < 0 else (1 - math.cos(t), 0.5 - math.sin(t))",
        "0 → 1",
    ): "a label is -1 or 1",
    (
        "autograd/programs/on_arrays/grouping.py",
        "return tuple(slot for slot in term if constants.get(slot) != 1.0) or term[:1]",
        "1 → 2",
    ): "all factors are 1.0 there, and so is the product of any two",
    (
        "autograd/programs/on_arrays/grouping.py",
        "return job.kind, job.row, not splitter.moving.isdisjoint(job.first), splitter.likeness(job.first[0])",
        "not splitter.moving.isdisjoint(job.first) → splitter.moving.isdisjoint(job.first)",
    ): "it only tells two kinds apart, by whatever name",
    (
        "autograd/programs/on_arrays/bound.py",
        "start = offset - offset % step if offset + length * step > block.shape[-1] else offset",
        "offset - offset % step if offset + length * step > block.shape[-1] else offset "
        "→ offset if offset + length * step > block.shape[-1] else offset - offset % step",
    ): PLACES,
    (
        "nn/training/loop.py",
        "worth, few = epochs * len(rows[0]) >= WORTH_COMPILING, sample(*rows) if size > 1 else None",
        "0 → 1",
    ): "there are as many targets as rows",
    (
        "autograd/drawing/shapes.py",
        "return (point[0] + 0.5523 * (corner[0] - point[0]), point[1] + 0.5523 * (corner[1] - point[1]))",
        "0.5523 → 0.55235523",
    ): ROUNDED,
    (
        "nn/command_line/results.py",
        "axes[0].figure.savefig(image := BytesIO(), dpi=120)",
        "0 → 1",
    ): "two or more axes, all of one figure",
    (
        "autograd/derivatives/run.py",
        "rows = _sweep(edges, pieces, self.copies, *([times] if with_graph else []))",
        "[times] if with_graph else [] → [] if with_graph else [times]",
    ): "the numbers are the same: it spares the graph of a derivative nodes that multiply by 1",
    ("autograd/explaining/neurons.py", "calls[unit.path] += 1", "1 → 2"): "calls are told apart, whatever counts them",
    (
        "autograd/drawing/groups_picture.py",
        "layers = {card: (siblings(part.path)[:2], 1) for card, part in of_model}",
        "1 → 2",
    ): "here every part has one card, for all calls",
    (
        "autograd/drawing/layout/straight.py",
        'grid, columns = _Grid(corners), _Columns(corners.values(), out in "ew")',
        "out in 'ew' → out not in 'ew'",
    ): "across, an arrow begins within what its own box covers and is never clear: the grid answers",
    (
        "autograd/drawing/layout/straight.py",
        "for start, end in sorted((box[self.axis], box[self.axis + 2]) for box in corners):",
        "self.axis + 2 → self.axis - 2",
    ): "of four corners, two further on is two back",
    (
        "autograd/drawing/groups_picture.py",
        "turns[node.value] = max(left, default=0)",
        "0 → 1",
    ): "turns tell parts apart, wherever their count begins",
    (
        "autograd/explaining/page/html.py",
        'text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)',
        "False → True",
    ): "a guard: no number on a page is nan, for what is not finite has no tint",
    (
        "nn/schedules.py",
        "if loss < self.best - (self.threshold * abs(self.best) if math.isfinite(self.best) else 0.0):",
        "0.0 → 1.0",
    ): "1 less than infinity is as much",
    (
        "autograd/programs/tape.py",
        "size: int = 0",
        "0 → 1",
    ): "slot 0 would stay empty: which numbers the slots have is the tape's own affair",
    ("autograd/explaining/film.py", "CAPTION_LINE = 19.0", "19.0 → 19.0019"): ROUNDED,
    (
        "autograd/explaining/film.py",
        "yield self.during(first, end, svg(replace(outline, stroke=color, stroke_width=2.5)))",
        "2.5 → 2.50025",
    ): ROUNDED,
    (
        "autograd/explaining/film.py",
        "yield svg(Rect(MARGIN, self.top, self.width - 2 * MARGIN, self.caption_height, 6.0, CARD_FILL, CARD_",
        "6.0 → 6.0006",
    ): ROUNDED,
    (
        "autograd/explaining/film.py",
        "color = mix(CARD_FILL, POSITIVE if strength > 0 else NEGATIVE, abs(strength))",
        "strength > 0 → strength >= 0",
    ): "where the strength is 0 there is no colour",
    (
        "autograd/command_line/formula.py",
        "close = get_close_matches(name.lower(), FUNCTIONS, n=1)",
        "1 → 2",
    ): "the closest comes first, and only that is shown",
    (
        "autograd/view/notation.py",
        "@lru_cache(maxsize=4096)",
        "4096 → 4097",
    ): REMEMBERED,
    (
        "autograd/view/notation.py",
        "@lru_cache(maxsize=4096)",
        "4096 → 4095",
    ): REMEMBERED,
    (
        "autograd/view/notation.py",
        "_SUM, _PRODUCT, _POWER, _FUNCTION = 1, 2, 3, 4",
        "4 → 5",
    ): "what binds how tightly keeps its order",
    (
        "autograd/drawing/groups_picture.py",
        "return (POSITIVE if total > 0 else NEGATIVE), 1.0 + 3.0 * math.sqrt(share)",
        "total > 0 → total >= 0",
    ): "where the total is 0 the arrow is grey",
    (
        "autograd/operations/custom.py",
        'return leaves_like(0.0, answer, f"the derivative of {name}")[0]',
        "0.0 → 1.0",
    ): "any number is a pattern for one number",
    (
        "autograd/numerics/arrays.py",
        "top = xp.where(x >= 0.0, 1.0 + decayed(xp, 1.0 + s, e), e * ((1.0 - s) + e))",
        "x >= 0.0 → x > 0.0",
    ): MEETING,
    (
        "autograd/programs/on_arrays/bound.py",
        "start = offset - offset % step if offset + length * step > block.shape[-1] else offset",
        "offset + length * step > block.shape[-1] → offset + length * step >= block.shape[-1]",
    ): PLACES,
    (
        "nn/inspection/loss_surface.py",
        "high = max(high, low + (1e-6 * max(abs(low), abs(high)) or 1.0))  # levels have to differ, on level ",
        "1e-06 → 1.0001e-06",
    ): ROUNDED,
    (
        "autograd/view/parts.py",
        "frame = sys._getframe(1)",
        "1 → 2",
    ): "the frame left out is the engine's own, of no part of a model",
}
