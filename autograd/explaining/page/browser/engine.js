// The graph as a straight-line program over slots: forward, backward, and what can be asked about them. It knows no
// page. Everything is computed anew whenever a leaf moves: 5,000 values take a millisecond.
//
// graph = { operations: names of rows, nodes, outputs: places, parameters: places, branches }. A node is
//   a number, or a text that Number() reads      a leaf
//   [row, operand, ...]                          an operation; an operand is a node's place, or a text: a constant
//   { data, uses: [[parent, local], ...] }       fixed: an operation of the user's own, which only Python can compute
// A branch is [operand, sign, operand, outcome, line]: what Python code asked on its way.

function makeEngine(graph, rows) {
  const { nodes, outputs } = graph;
  const count = nodes.length, constants = [], program = [], leaves = [], firstEdge = [];
  const ends = []; // of every edge: [head, tail]

  nodes.forEach((node, place) => {
    firstEdge[place] = ends.length;
    if (Array.isArray(node)) program.push(operation(place, node));
    else if (typeof node === "object") program.push(fixedOperation(place, node));
    else leaves.push(place);
  });

  function operation(place, [row, ...operands]) {
    const name = graph.operations[row], [arity, forward, slopes, choice] = rows[name], uses = [];
    const slots = operands.map((operand, k) => {
      if (typeof operand === "string") return count + constants.push(Number(operand)) - 1;
      uses.push(k);
      ends.push([place, operand]);
      return operand;
    });
    return { place, arity, forward, slopes, choice, slots, uses, first: firstEdge[place], parents: uses.map((k) => slots[k]) };
  }

  function fixedOperation(place, { data, uses }) {
    for (const [parent] of uses) ends.push([place, parent]);
    return { place, data: Number(data), locals: uses.map(([, local]) => Number(local)), first: firstEdge[place], parents: uses.map(([parent]) => parent) };
  }

  const x = new Float64Array(count + constants.length), grad = new Float64Array(count);
  const local = new Float64Array(ends.length), flow = new Float64Array(ends.length);
  const reached = new Uint8Array(count);
  x.set(constants, count);
  for (const i of leaves) x[i] = Number(nodes[i]);
  const made = new Map(program.map((p) => [p.place, p]));
  const trial = new Float64Array(x.length);

  // What an operation of the user's own is computed from cannot move: nobody here can compute it again.
  const held = new Set();
  for (const p of [...program].reverse()) {
    if (p.locals || held.has(p.place)) for (const parent of p.parents) held.add(parent);
  }
  const movable = leaves.filter((i) => !held.has(i));
  const parameters = (graph.parameters ?? []).filter((i) => !held.has(i));

  const values = (p, v) => p.slots.map((slot) => v[slot]);

  function apply(p, v) {
    const s = p.slots;
    if (p.locals) return p.data;
    if (p.arity === 1) return p.forward(v[s[0]]);
    if (p.arity === 2) return p.forward(v[s[0]], v[s[1]]);
    return p.arity < 0 ? p.forward(values(p, v)) : p.forward(...values(p, v));
  }

  function forward(v) {
    for (const p of program) v[p.place] = apply(p, v);
  }

  // Of one or two arguments without making a list of them: that is nearly every operation, and this is done every frame.
  function slopeAt(p, k, v, y) {
    const slope = p.slopes[k], s = p.slots;
    if (typeof slope === "number") return slope;
    if (p.arity === 1) return slope(v[s[0]], y);
    return p.arity === 2 ? slope(v[s[0]], v[s[1]], y) : slope(...values(p, v), y);
  }

  function localDerivatives() {
    for (const p of program) {
      if (p.locals) {
        local.set(p.locals, p.first);
        continue;
      }
      const y = x[p.place], all = p.arity < 0 ? p.slopes(values(p, x), y) : null;
      for (let n = 0; n < p.uses.length; n++) local[p.first + n] = all ? all[p.uses[n]] : slopeAt(p, p.uses[n], x, y);
    }
  }

  function backward() {
    grad.fill(0);
    flow.fill(0);
    reached.fill(0);
    for (const output of outputs) {
      grad[output] += 1;
      reached[output] = 1;
    }
    for (let n = program.length - 1; n >= 0; n--) if (reached[program[n].place]) passOn(program[n]);
  }

  // What `where` does not choose is no parent: nothing flows there and beyond, not even 0 · inf.
  function passOn(p) {
    const upstream = grad[p.place], choice = p.choice ? p.choice(x[p.slots[0]]) : null;
    for (let k = 0; k < p.parents.length; k++) {
      if (choice !== null && p.uses[k] !== choice) continue;
      const product = local[p.first + k] * upstream, parent = p.parents[k];
      flow[p.first + k] = product;
      grad[parent] += product;
      reached[parent] = 1;
    }
  }

  function run() {
    forward(x);
    localDerivatives();
    backward();
  }

  const output = () => outputs.reduce((sum, i) => sum + x[i], 0);

  // What really happens to the output when a leaf moves by ε, beside what the gradient promises.
  function nudge(leaf, epsilon) {
    trial.set(x);
    trial[leaf] += epsilon;
    forward(trial);
    const moved = outputs.reduce((sum, i) => sum + trial[i], 0) - output();
    return { moved, promised: grad[leaf] * epsilon };
  }

  // p ← p − η ∂y/∂p, all at once.
  function descend(rate, which) {
    for (const i of which) x[i] -= rate * grad[i];
    run();
  }

  // The operation's value along one of its arguments, and its tangent at the present point. null: it has no curve.
  function curve(place, turn) {
    const p = made.get(place);
    if (!p || p.locals || p.arity < 0 || p.uses.length === 0) return null;
    const k = p.uses[turn % p.uses.length], args = values(p, x), at = args[k], y = x[place];
    const half = Math.max(3, 1.5 * Math.abs(at));
    const along = (v) => p.forward(...args.map((a, j) => (j === k ? v : a)));
    const xs = Array.from({ length: 161 }, (_, n) => at + (n / 80 - 1) * half);
    return { argument: p.slots[k], at, y, half, slope: slopeAt(p, k, x, y), xs, ys: xs.map(along), choices: p.uses.length };
  }

  // Which comparisons of the Python code that made the graph come out differently now.
  const compare = { "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b, "!=": (a, b) => a !== b };
  const operandOf = (operand) => (typeof operand === "string" ? Number(operand) : x[operand]);
  const asStands = ([left, sign, right, outcome]) => compare[sign](operandOf(left), operandOf(right)) === outcome;

  run();
  const branches = (graph.branches ?? []).filter(asStands);
  const turned = () => branches.filter((branch) => !asStands(branch));
  const session = x.slice(0, count);
  return {
    count, leaves, movable, parameters, held, outputs, program, made, ends, firstEdge,
    x, grad, local, flow, reached, session, run, forward, apply, output, nudge, descend, curve, turned,
  };
}

// ∂y/∂v as the sum over all paths from v to an output, the strongest first: [{ nodes, factors, product }], at most
// `most` of them, and how many there are. A path is followed in the order of the best that can still come of it.
function pathsTo(engine, from, most) {
  const { ends, local, outputs, count } = engine;
  const uses = Array.from({ length: count }, () => []);
  ends.forEach(([head, tail], edge) => uses[tail].push([head, edge]));
  const isOutput = new Set(outputs), best = new Float64Array(count), ways = new Array(count).fill(0);
  for (let i = count - 1; i >= 0; i--) {
    best[i] = isOutput.has(i) ? 1 : 0;
    ways[i] = isOutput.has(i) ? 1 : 0;
    for (const [head, edge] of uses[i]) {
      best[i] = Math.max(best[i], Math.abs(local[edge]) * best[head] || 0);
      ways[i] += ways[head];
    }
  }
  const found = [], open = [{ nodes: [from], factors: [], product: 1, promise: best[from] }];
  while (open.length && found.length < most) {
    let first = 0;
    for (let k = 1; k < open.length; k++) if (open[k].promise >= open[first].promise) first = k; // of equals the longest
    const path = open.splice(first, 1)[0], here = path.nodes.at(-1);
    if (path.done) {
      found.push(path);
      continue;
    }
    if (isOutput.has(here)) open.push({ ...path, promise: Math.abs(path.product), done: true });
    for (const [head, edge] of uses[here]) {
      const product = path.product * local[edge];
      if (ways[head]) open.push({ nodes: [...path.nodes, head], factors: [...path.factors, local[edge]], product, promise: Math.abs(product) * best[head] || 0 });
    }
    if (open.length > 20000) break; // many paths of the same strength: enough is known
  }
  return { count: ways[from], paths: found };
}
