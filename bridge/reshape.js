/**
 * Sources of skills compared and rewritten by their syntax trees: what a source is apart from names and layout, which
 * constants it holds, one parameter in the place of constants, a call in the place of a body, one name in the place of
 * another, one function in the place of statements that several have in common. It decides nothing and runs nothing.
 */
'use strict'

const { createHash } = require('node:crypto')
const acorn = require('acorn')
const { analyse, bindings, namesIn } = require('./scopes')

const SKIPPED = new Set(['type', 'start', 'end', 'loc', 'range', 'raw'])
const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])
const PARSING = { ecmaVersion: 2023, sourceType: 'script', allowAwaitOutsideFunction: true }

const digest = text => createHash('sha256').update(text).digest('hex').slice(0, 32)

/** The tree and its main function (the last one at the top). */
function parsed (source) {
  const program = acorn.parse(source, PARSING)
  const main = program.body.filter(node => node.type === 'FunctionDeclaration').at(-1)
  if (!main) throw new SyntaxError('there is no function')
  return { program, main }
}

function * nodes (node) {
  yield node
  for (const [key, value] of Object.entries(node)) {
    if (SKIPPED.has(key) || value === null || typeof value !== 'object') continue
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child && typeof child.type === 'string') yield * nodes(child)
    }
  }
}

const isConstant = node => node.type === 'Literal' && ['string', 'number'].includes(typeof node.value)

/** Keys of objects and names of members: labels, neither constants nor names of anything. */
function labels (root) {
  const named = [...nodes(root)].filter(node => ['Property', 'MemberExpression'].includes(node.type) && !node.computed)
  return new Set(named.filter(node => !node.shorthand).map(node => node.key ?? node.property))
}

/** The constants of a tree in their order. */
function constants (root) {
  const skipped = labels(root)
  return [...nodes(root)].filter(node => isConstant(node) && !skipped.has(node)).sort((a, b) => a.start - b.start)
}

/** The texts in a statement that say what it is about; what it catches says how it can fail. */
function words (statement) {
  const caught = new Set([...nodes(statement)].filter(({ type }) => type === 'CatchClause').flatMap(node => [...nodes(node)]))
  return constants(statement).filter(node => typeof node.value === 'string' && !caught.has(node)).map(({ value }) => value)
}

/** A tree as text without layout: own names are numbered in their order, free names stay, constants if wanted. */
function canonical (root, free, withConstants, own = new Map()) {
  const text = node => {
    if (typeof node === 'bigint') return `${node}n`
    if (node === null || typeof node !== 'object') return JSON.stringify(node) ?? 'null'
    if (Array.isArray(node)) return `[${node.map(text).join(',')}]`
    if (node.type === 'Identifier') {
      if (free.has(node.name)) return `free:${node.name}`
      if (!own.has(node.name)) own.set(node.name, own.size)
      return `own:${own.get(node.name)}`
    }
    if (isConstant(node)) return withConstants ? JSON.stringify(node.value) : `some ${typeof node.value}`
    if ((node.type === 'MemberExpression' || node.type === 'Property') && !node.computed) {
      const key = node.key ?? node.property
      const rest = node.type === 'Property' ? text(node.value) : text(node.object)
      return `${node.type}.${key.name ?? key.value}(${rest})`
    }
    const parts = Object.entries(node).filter(([key, value]) => !SKIPPED.has(key) && typeof value !== 'function')
    return `${node.type}{${parts.map(([key, value]) => `${key}:${text(value)}`).join(',')}}`
  }
  return text(root)
}

/**
 * What a source is apart from names and layout. `like` leaves its constants out; `steps` are its own statements, null
 * where one leaves the function and so cannot be moved into another.
 */
function shape ({ source }) {
  const { program, main } = parsed(source)
  const { free } = analyse(program)
  const named = new Map([[main.id.name, 0]])
  const found = constants(main)
  const [only] = main.body.body
  return {
    same: digest(canonical(main, free, true, new Map(named))),
    like: digest(canonical(main, free, false, new Map(named))),
    constants: found.map(({ value }) => value),
    steps: main.body.body.map(statement =>
      leaves(statement) ? null : digest(canonical(statement, free, true, new Map(named)))),
    words: main.body.body.map(words),
    size: [...nodes(main)].length,
    passes_on: main.body.body.length === 1 ? passedOn(only, main) : null
  }
}

/** The name of the skill to which a function of one statement only hands its parameters on; null for others. */
function passedOn (statement, main) {
  let call = statement.type === 'ReturnStatement' ? statement.argument : statement.expression
  if (call?.type === 'AwaitExpression') call = call.argument
  if (call?.type !== 'CallExpression' || call.callee.type !== 'Identifier' || constants(call).length > 0) return null
  return main.params.length === call.arguments.length ? call.callee.name : null
}

/**
 * A source with parameters in the place of constants.
 * @param name    the new name of the function
 * @param groups  [{at: [numbers of constants], parameter}]; the constant that stands there becomes the default
 */
function generalise ({ source, name, groups }) {
  const { program, main } = parsed(source)
  const meant = new Set([...bindings(program).map(node => node.name), ...analyse(program).free.keys()])
  const taken = groups.find(({ parameter }) => meant.has(parameter))
  if (taken) throw new SyntaxError(`${taken.parameter} has another meaning in this source`)
  botOf(main)
  const all = constants(main)
  const edits = [[main.id.start, main.id.end, name]]
  const added = []
  for (const { at, parameter } of groups) {
    added.push(`${parameter} = ${source.slice(all[at[0]].start, all[at[0]].end)}`)
    for (const number of at) edits.push([all[number].start, all[number].end, parameter])
  }
  const pattern = optionsOf(main)
  if (!pattern) edits.push([main.params[0].end, main.params[0].end, `, { ${added.join(', ')} } = {}`])
  else if (pattern.properties.length === 0) edits.push([pattern.start, pattern.end, `{ ${added.join(', ')} }`])
  else edits.push([pattern.properties[0].start, pattern.properties[0].start, `${added.join(', ')}, `])
  return { source: edited(source, edits) }
}

/** The name under which a function takes the bot. */
function botOf (main) {
  if (main.params[0]?.type !== 'Identifier') throw new SyntaxError('it takes no bot')
  return main.params[0].name
}

/** The pattern that takes a function's options apart; undefined if it takes none. */
function optionsOf (main) {
  const options = main.params[1]
  const pattern = options?.type === 'AssignmentPattern' ? options.left : options
  if (pattern && pattern.type !== 'ObjectPattern') throw new SyntaxError('the second parameter is no pattern')
  return pattern
}

/** A source with a call in the place of its body: of `name`, with its own parameters and these values. */
function wrapper ({ source, name, values }) {
  const { main } = parsed(source)
  const own = (optionsOf(main)?.properties ?? []).map(({ key, value }) => {
    const local = value.type === 'AssignmentPattern' ? value.left : value
    return key.name === local.name ? key.name : `${key.name}: ${local.name}`
  })
  const given = [...own, ...Object.entries(values).map(([key, value]) => `${key}: ${JSON.stringify(value)}`)]
  const call = `${name}(${[botOf(main), ...(given.length ? [`{ ${given.join(', ')} }`] : [])].join(', ')})`
  return { source: edited(source, [[main.body.start, main.body.end, `{\n  return await ${call}\n}`]]) }
}

/** A source in which another skill is called, or which has another name itself. Own names of that kind are refused. */
function rename ({ source, from, to }) {
  const { program, main } = parsed(source)
  const { free, top } = analyse(program)
  if (free.has(to) && !free.has(from)) return { source }
  const declared = new Set(bindings(program).filter(node => node !== main.id).map(({ name }) => name))
  if (declared.has(from) || declared.has(to) || (top.has(to) && to !== from)) {
    throw new SyntaxError(`${to} has another meaning in this source`)
  }
  const skipped = labels(program)
  const short = [...nodes(program)].filter(node => node.type === 'Property' && node.shorthand && node.key.name === from)
  for (const node of short) skipped.add(node.key).add(node.value)
  const edits = [...nodes(program)]
    .filter(node => node.type === 'Identifier' && node.name === from && !skipped.has(node))
    .map(node => [node.start, node.end, to])
  for (const node of short) edits.push([node.start, node.end, `${from}: ${to}`])
  return { source: edited(source, edits) }
}

/**
 * Statements that several sources have in common as a function of its own, and the sources with a call in their place.
 * @param sources  the sources; `starts` says at which statement of each the common ones begin, `length` how many
 * @param name     of the new function; `purpose` is what its comment says
 * @returns {{source, callers: [sources]}}. Throws where what the statements share with the rest is more than values.
 */
function extract ({ sources, starts, length, name, purpose }) {
  const all = sources.map((source, number) => excerpt(source, starts[number], length))
  const [first] = all
  if (all.some(each => each.text !== first.text)) throw new SyntaxError('the steps hang together in different ways')
  const inputs = first.inputs.map(each => each.default === null ? each.name : `${each.name} = ${each.default}`)
  const outputs = [...new Set(all.flatMap(each => each.outputs.map(output => each.numbers.get(output))))]
  const shared = outputs.map(number => nameOf(first, number))
  const parameters = inputs.length ? `, { ${inputs.join(', ')} }${first.inputs.every(each => each.default !== null) ? ' = {}' : ''}` : ''
  const returned = shared.length ? `{ ${shared.join(', ')} }` : '{ done: true }'
  const source = `/**\n * ${purpose}\n */\nasync function ${name}(${first.bot}${parameters}) {\n` +
    `  ${first.source.slice(first.from, first.to)}\n  return ${returned}\n}\n`
  const callers = all.map(each => {
    const own = theirs => nameOf(each, first.numbers.get(theirs))
    const pairs = names => names.map(one => one === own(one) ? one : `${one}: ${own(one)}`).join(', ')
    const given = first.inputs.length ? `, { ${pairs(first.inputs.map(input => input.name))} }` : ''
    const taken = shared.length ? `const { ${pairs(shared)} } = ` : ''
    return edited(each.source, [[each.from, each.to, `${taken}await ${name}(${each.bot}${given})`]])
  })
  return { source, callers }
}

const nameOf = ({ numbers }, wanted) => [...numbers].find(([, number]) => number === wanted)[0]

/** Some statements of a main function with what they take from the rest of it and give to it. */
function excerpt (source, start, length) {
  const { program, main } = parsed(source)
  const body = main.body.body
  const inside = body.slice(start, start + length)
  if (inside.length < length || inside.some(leaves)) throw new SyntaxError('a step leaves the function')
  const bot = botOf(main)
  const defaults = new Map([...nodes(main.params.at(-1))].filter(node => node.type === 'AssignmentPattern')
    .filter(({ left, right }) => left.type === 'Identifier' && right.type === 'Literal')
    .map(({ left, right }) => [left.name, source.slice(right.start, right.end)]))
  const before = body.slice(0, start).filter(node => node.type === 'VariableDeclaration').flatMap(node => node.declarations)
  const local = new Set([...main.params, ...before.map(({ id }) => id)].flatMap(namesIn).map(node => node.name))
  const everywhere = analyse({ type: 'Program', body }).top
  const here = analyse({ type: 'Program', body: inside })
  const after = analyse({ type: 'Program', body: body.slice(start + length) })
  const taken = [...here.free.keys()].filter(each => local.has(each) && each !== bot)
  const outputs = [...here.top.keys()].filter(each => after.free.has(each))
  if (outputs.some(each => here.top.get(each).kind !== 'const')) throw new SyntaxError('what the steps leave behind changes later')
  if ([...here.free.keys()].some(each => everywhere.has(each) && !local.has(each))) {
    throw new SyntaxError('the steps use what is defined after them')
  }
  const changed = inside.flatMap(node => [...nodes(node)])
    .filter(node => ['AssignmentExpression', 'UpdateExpression'].includes(node.type))
    .flatMap(node => namesIn(node.left ?? node.argument)).map(node => node.name)
  if (changed.some(each => local.has(each))) throw new SyntaxError('the steps change what stands outside of them')
  const functions = [...before, ...inside.filter(node => node.type === 'VariableDeclaration').flatMap(node => node.declarations)]
    .filter(({ init }) => init && FUNCTIONS.has(init.type)).flatMap(({ id }) => namesIn(id)).map(node => node.name)
  if (functions.some(each => taken.includes(each) || outputs.includes(each))) throw new SyntaxError('the steps share a function with the rest')
  const numbers = new Map([[main.id.name, 0]])
  const text = canonical(inside, analyse(program).free, true, numbers)
  return { source, bot, text, numbers, outputs, from: inside[0].start, to: inside.at(-1).end,
    inputs: taken.map(each => ({ name: each, default: defaults.get(each) ?? null })) }
}

/** Whether a statement leaves the function in which it stands. */
function leaves (node) {
  if (node.type === 'ReturnStatement' || node.type === 'ThisExpression') return true
  if (FUNCTIONS.has(node.type)) return false
  return Object.entries(node).some(([key, value]) => !SKIPPED.has(key) && value !== null && typeof value === 'object' &&
    (Array.isArray(value) ? value : [value]).some(child => child && typeof child.type === 'string' && leaves(child)))
}

function edited (source, edits) {
  let text = source
  for (const [start, end, put] of edits.toSorted((a, b) => b[0] - a[0])) {
    text = text.slice(0, start) + put + text.slice(end)
  }
  return text
}

module.exports = { shape, generalise, wrapper, rename, extract }
