/**
 * Sources of skills compared and rewritten by their syntax trees: what a source is apart from names and layout, which
 * constants it holds, one parameter in the place of constants, one name in the place of another. It decides nothing
 * and runs nothing.
 */
'use strict'

const { createHash } = require('node:crypto')
const acorn = require('acorn')
const { analyse } = require('./scopes')

const SKIPPED = new Set(['type', 'start', 'end', 'loc', 'range', 'raw'])
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

/** A tree as text without layout: own names are numbered in their order, free names stay, constants if wanted. */
function canonical (root, free, withConstants, own = new Map()) {
  const text = node => {
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

/** What a source is apart from names and layout. `like` leaves its constants out; `steps` are its own statements. */
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
    steps: main.body.body.map(statement => digest(canonical(statement, free, true, new Map(named)))),
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
  const { main } = parsed(source)
  const all = constants(main)
  const edits = [[main.id.start, main.id.end, name]]
  const added = []
  for (const { at, parameter } of groups) {
    added.push(`${parameter} = ${source.slice(all[at[0]].start, all[at[0]].end)}`)
    for (const number of at) edits.push([all[number].start, all[number].end, parameter])
  }
  const options = main.params[1]
  const pattern = options?.type === 'AssignmentPattern' ? options.left : options
  if (!pattern) edits.push([main.params[0].end, main.params[0].end, `, { ${added.join(', ')} } = {}`])
  else if (pattern.type !== 'ObjectPattern') throw new SyntaxError('the second parameter is no pattern')
  else if (pattern.properties.length === 0) edits.push([pattern.start, pattern.end, `{ ${added.join(', ')} }`])
  else edits.push([pattern.properties.at(-1).end, pattern.properties.at(-1).end, `, ${added.join(', ')}`])
  return { source: edited(source, edits) }
}

/** A source in which another skill is called, or which has another name itself. Own names of that kind are refused. */
function rename ({ source, from, to }) {
  const { program, main } = parsed(source)
  const { free, top } = analyse(program)
  if (free.has(to) && !free.has(from)) return { source }
  const variables = [...nodes(main.body)].filter(node => node.type === 'VariableDeclarator')
  const declared = new Set(variables.map(node => node.id.name))
  if (declared.has(from) || declared.has(to) || (top.has(to) && to !== from)) {
    throw new SyntaxError(`${to} has another meaning in this source`)
  }
  const skipped = labels(program)
  const edits = [...nodes(program)]
    .filter(node => node.type === 'Identifier' && node.name === from && !skipped.has(node))
    .map(node => [node.start, node.end, to])
  return { source: edited(source, edits) }
}

function edited (source, edits) {
  let text = source
  for (const [start, end, put] of edits.toSorted((a, b) => b[0] - a[0])) {
    text = text.slice(0, start) + put + text.slice(end)
  }
  return text
}

module.exports = { shape, generalise, rename }
