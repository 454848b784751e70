/**
 * Facts about the source of a skill or program from its syntax tree, and the refusals that follow from them alone.
 * It runs nothing and knows no library: which free name is a primitive or a skill, others decide.
 */
'use strict'

const acorn = require('acorn')
const { reached } = require('./reach')
const { analyse, bindings } = require('./scopes')
const { MEMBERS, UNAVAILABLE, INSTEAD } = require('./body/members')

/** Names that every program may use without calling a skill: the language's and the façade's. */
const GLOBALS = new Set(['Array', 'Boolean', 'BigInt', 'Date', 'Error', 'Infinity', 'JSON', 'Map', 'Math', 'NaN',
  'Number', 'Object', 'Promise', 'RangeError', 'ReferenceError', 'RegExp', 'Set', 'String', 'Symbol', 'SyntaxError',
  'TypeError', 'WeakMap', 'WeakSet', 'console', 'isFinite', 'isNaN', 'parseFloat', 'parseInt', 'undefined', 'arguments',
  'Vec3', 'mcData', 'goals', 'GameError', ...Object.keys(MEMBERS.goals)])

/** What programs reach for in vain, and what to use instead. */
const FORBIDDEN = {
  process: 'there is no process: use only bot, Vec3, mcData, primitives and skills',
  require: 'nothing can be required: Vec3, mcData and goals are there already',
  module: 'a program exports nothing: it is one async function',
  exports: 'a program exports nothing: it is one async function',
  globalThis: 'globals are not shared: return a value or pass parameters',
  window: 'this is not a browser',
  eval: 'code cannot be made from text: write a helper inside the function',
  Function: 'code cannot be made from text: write a helper inside the function',
  setTimeout: 'real time does not pass here: use await bot.waitForTicks(n), 20 ticks a second',
  setInterval: 'real time does not pass here: use a loop with await bot.waitForTicks(n)',
  setImmediate: 'real time does not pass here: use await bot.waitForTicks(n)',
  fetch: 'there is no network'
}
/** Which argument of a primitive says how many. */
const AMOUNT_AT = { mineBlock: 2, craftItem: 2, smeltItem: 3 }
const MAX_LETTERS = 100_000

const NOTHING = { ok: false, errors: [], functions: [], main: null, calls: [], lines: {}, handed: [], free: [], bound: [],
  unknown_members: [], purpose: '', assigned_constants: [], unused_params: [], has_return: false, outside_code: [], refusals: [] }

/**
 * @param {string} source
 * @param {{primitives?: string[]}} [known] names that the program must not redefine
 */
function facts (source, { primitives = [] } = {}) {
  const comments = []
  try {
    if (typeof source !== 'string' || source.length > MAX_LETTERS) throw new SyntaxError('the source is too long')
    // As a module: programs run in strict mode, where more is forbidden than in a script.
    const program = acorn.parse(source, { ecmaVersion: 2023, sourceType: 'module', locations: true, onComment: comments })
    return factsOf(program, source, comments, primitives)
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error
    const words = error instanceof RangeError ? 'it is nested too deeply' : error.message.replace(/ \(\d+:\d+\)$/, '')
    const problem = { code: 'syntax', message: `syntax error: ${words}`, line: error.loc?.line ?? 1 }
    return { ...NOTHING, errors: [problem], refusals: [problem] }
  }
}

function factsOf (program, source, comments, primitives) {
  const names = analyse(program)
  const functions = program.body.filter(node => node.type === 'FunctionDeclaration')
    .map(node => functionFacts(node, source, comments))
  const main = functions.at(-1) ?? null
  const usesItself = names.top.get(main?.name)?.used
  const bound = bindings(program)
  const members = reached(program, names.meant)
  const told = {
    ...NOTHING,
    ok: true,
    functions: functions.map(({ node, ...rest }) => rest),
    main: main?.name ?? null,
    // A function that is passed on as a value is used as much as one that is called.
    calls: [...[...names.free.keys()].filter(name => !GLOBALS.has(name) && !Object.hasOwn(FORBIDDEN, name)),
      ...(usesItself ? [main.name] : [])],
    lines: Object.fromEntries([...names.free, ...(usesItself ? [[main.name, usesItself]] : [])].map(([name, node]) =>
      [name, node.loc.start.line])),
    handed: find(program, ofType('CallExpression'))
      .filter(({ callee }) => callee.type === 'Identifier' && !names.meant.has(callee)).map(handedTo).filter(Boolean),
    free: [...names.free.keys()],
    bound: bound.filter(node => node !== main?.node.id).map(named),
    unknown_members: members.filter(each => !each.isThere && !isUnavailable(each))
      .map(({ name, line, known, ...object }) => ({ of: firstLine(source, object), name, line, known })),
    purpose: purposeOf(main?.doc ?? ''),
    assigned_constants: names.assignedConstants.map(named),
    unused_params: names.unused.filter(node => node.name !== 'bot' && isOwn(node, main)).map(named),
    has_return: main !== null && returns(main.node.body),
    outside_code: program.body.filter(({ type }) => type !== 'FunctionDeclaration' && type !== 'EmptyStatement')
      .map(node => ({ line: node.loc.start.line, text: firstLine(source, node), isModule: /^(Im|Ex)port/.test(node.type) }))
  }
  const refusals = [...refusalsOf(told, functions, { ...names, bound, members }, program, primitives)].sort((a, b) => a.line - b.line)
  return { ...told, refusals }
}

function * refusalsOf (told, functions, names, program, primitives) {
  const refuse = (code, line, message) => ({ code, message, line })
  const main = functions.at(-1)
  if (!main) {
    yield refuse('no_function', 1, 'write one async function: async function name(bot, { count = 1 } = {}) { ... }')
  }
  for (const { line, text, isModule } of told.outside_code) {
    yield isModule
      ? refuse('forbidden_name', line, `'${text}': nothing can be imported or exported: write one async function alone`)
      : refuse('outside_code', line, `'${text}' stands outside of the function: move it inside`)
  }
  if (functions.length > 1) {
    const extra = functions.slice(0, -1).map(({ name }) => name).join(', ')
    yield refuse('several_functions', functions[0].line,
      `only ${main.name} may stand at the top: move ${extra} into it, or make each a skill of its own`)
  }
  if (main && !main.async) {
    yield refuse('not_async', main.line, `${main.name} must be async: write async function ${main.name}`)
  }
  if (main?.node.generator) {
    yield refuse('generator', main.line, `${main.name} must not be a generator: collect what it yields and return that`)
  }
  if (main && main.first !== 'bot') {
    yield refuse('no_bot', main.line, `the first parameter of ${main.name} must be bot`)
  }
  if (main && !areNamed(main.node.params.slice(1))) {
    yield refuse('unnamed_parameters', main.line, `after bot, ${main.name} is given one object: name each parameter in ` +
      `it, as in async function ${main.name}(bot, { kind = 'any', count = 1 } = {})`)
  }
  yield * shadows(names.bound, program, primitives)
  for (const { name, line } of told.assigned_constants) {
    yield refuse('assigns_constant', line, `${name} is a constant and cannot be assigned: declare it with let`)
  }
  for (const { name, loc } of names.assignedFree) {
    yield refuse('assigns_constant', loc.start.line,
      `${name} is not declared here and cannot be assigned: declare a variable of your own with let`)
  }
  for (const { name, line } of told.unused_params) {
    yield refuse('unused_parameter', line, `the parameter ${name} is never used: use it or remove it`)
  }
  if (main && !told.has_return) {
    yield refuse('no_return', main.line, `${main.name} returns nothing: return what was gained, such as { gained: n }`)
  }
  const takesNothing = main?.params.every(each => each.name === 'bot')
  const fixed = takesNothing && fixedAmounts(program, names.meant)[0]
  if (fixed) {
    yield refuse('no_parameter', fixed.loc.start.line,
      `${main.name} does a fixed amount (${fixed.raw}): take it as a parameter, { count = ${fixed.raw} }`)
  }
  for (const [name, why] of Object.entries(FORBIDDEN)) {
    const node = names.free.get(name)
    if (node) yield refuse('forbidden_name', node.loc.start.line, `${name} is not available: ${why}`)
  }
  for (const each of names.members) {
    const { name, line } = each
    if (each.isThere) {
      yield refuse('assigns_constant', line, `bot.${name} cannot be assigned: keep what you need in a variable`)
    } else if (isUnavailable(each)) {
      yield refuse('forbidden_name', line, `bot.${name} is not available to programs: ${INSTEAD}`)
    }
  }
  for (const node of find(program, ofType('ImportExpression'))) {
    yield refuse('forbidden_name', node.loc.start.line, 'import() is not available: nothing can be loaded')
  }
}

/** Whether all that a function takes after the bot is told by name: one object, taken apart. */
function areNamed (params) {
  const [first, ...more] = params.map(param => param.type === 'AssignmentPattern' ? param.left : param)
  return !first || (more.length === 0 && first.type === 'ObjectPattern' &&
    first.properties.every(({ type }) => type !== 'RestElement'))
}

/** What would hide a name that programs are given: they could not tell any more which of the two is meant. */
function * shadows (bound, program, primitives) {
  const bots = new Set(find(program, isFunction).map(({ params }) => params[0]))
  const told = new Set()
  for (const node of bound) {
    const { name, loc } = node
    const isPrimitive = primitives.includes(name)
    const isThere = GLOBALS.has(name) || (name === 'bot' && !bots.has(node))
    if (told.has(name) || !(isPrimitive || isThere)) continue
    told.add(name)
    yield isPrimitive
      ? { code: 'shadows_primitive', line: loc.start.line, message: `${name} is a primitive: choose another name` }
      : { code: 'shadows_global', line: loc.start.line, message: `${name} is there for all programs: choose another name` }
  }
}

/** The numbers over 1 in calls that stand where an amount is given, there or as the value of a constant. */
function fixedAmounts (program, meant) {
  const constants = new Map(find(program, ofType('VariableDeclaration')).filter(({ kind }) => kind === 'const')
    .flatMap(({ declarations }) => declarations).map(({ id, init }) => [id, init]))
  return find(program, ofType('CallExpression')).flatMap(({ callee, arguments: given }) => {
    const options = given.filter(each => each.type === 'ObjectExpression').flatMap(each => each.properties)
    return [given[AMOUNT_AT[callee.name]], options.find(each => each.key?.name === 'count')?.value]
  }).map(each => constants.get(meant.get(each)) ?? each).filter(each => each?.type === 'Literal' && each.value > 1)
}

/** What a call hands over beside the bot, by name; null where the syntax does not show it. */
function handedTo ({ callee, arguments: [bot, options, ...more], loc }) {
  const shown = options === undefined || (options.type === 'ObjectExpression' &&
    options.properties.every(({ type, computed }) => type === 'Property' && !computed))
  if (bot?.type === 'SpreadElement' || more.length > 0 || !shown) return null
  const names = (options?.properties ?? []).map(({ key }) => String(key.name ?? key.value))
  return { name: callee.name, line: loc.start.line, names, places: 0 }
}

/** Name, parameters and documentation of a top-level function. */
function functionFacts (node, source, comments) {
  const before = comments.filter(comment => comment.type === 'Block' && comment.value.startsWith('*') &&
    comment.end <= node.start && source.slice(comment.end, node.start).trim() === '').at(-1)
  const lines = before ? before.value.replace(/^\*/, '').split('\n') : []
  const doc = lines.map(line => line.replace(/^\s*\* ?/, '')).join('\n').trim()
  const types = new Map([...doc.matchAll(/@param\s+\{([^}]*)\}\s+\[?([\w$.]+)/g)].map(([, type, name]) =>
    [name.split('.').at(-1), type.trim()]))
  const text = part => source.slice(part.start, part.end)
  const param = (pattern, fallback) => ({
    name: text(pattern), default: fallback ? text(fallback) : null, type: types.get(text(pattern)) ?? null
  })
  const open = pattern => {
    if (pattern.type === 'AssignmentPattern') {
      return pattern.left.type === 'Identifier' ? [param(pattern.left, pattern.right)] : open(pattern.left)
    }
    if (pattern.type !== 'ObjectPattern') return [param(pattern)]
    return pattern.properties.map(({ value, key, argument }) => {
      if (argument) return param(argument)
      return value.type === 'AssignmentPattern' ? param(key, value.right) : param(key)
    })
  }
  const [first] = node.params
  return {
    node,
    name: node.id.name,
    async: node.async,
    first: first?.type === 'Identifier' ? first.name : null,
    params: node.params.slice(first?.name === 'bot' ? 1 : 0).flatMap(open),
    line: node.loc.start.line,
    doc
  }
}

/** The first sentence-like line of a doc comment. */
function purposeOf (doc) {
  return doc.split('\n').map(line => line.trim()).find(line => line && !line.startsWith('@')) ?? ''
}

/** Whether a function body returns a value anywhere, inner functions not counted. */
function returns (body) {
  return find(body, ofType('ReturnStatement'), isFunction).some(node => node.argument !== null)
}

/** Whether a parameter belongs to the main function itself: callbacks may ignore what they are given. */
function isOwn (node, main) {
  return Boolean(main?.node.params.some(param => param.start <= node.start && node.end <= param.end))
}

function find (node, wanted, stop = () => false) {
  const found = []
  const look = one => {
    if (wanted(one)) found.push(one)
    for (const value of Object.values(one)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        if (typeof child?.type === 'string' && !stop(child)) look(child)
      }
    }
  }
  look(node)
  return found
}

const isUnavailable = ({ kind, name }) => kind === 'bot' && UNAVAILABLE.includes(name)
const ofType = type => node => node.type === type
const isFunction = ({ type }) => /Function/.test(type)
const firstLine = (source, { start, end }) => source.slice(start, end).split('\n')[0].slice(0, 80)
const named = node => ({ name: node.name, line: node.loc.start.line })

module.exports = { facts, GLOBALS }
