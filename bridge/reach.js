/**
 * What a program reaches for in what it is given, as far as its syntax shows: members of the bot, of what the bot has
 * and gives, of mcData and goals. It follows constants, patterns and the functions that are handed to a search.
 */
'use strict'

const walk = require('acorn-walk')
const { MEMBERS } = require('./body/members')

const GIVEN = new Set(['bot', 'mcData', 'goals'])
/** The options of a search that are asked about each thing. */
const TESTS = new Set(['matching', 'useExtraInfo'])

/**
 * @param {object} program  the syntax tree
 * @param {Map<object, object>} meant  which node binds the name that an identifier reads
 * @returns {{kind: string, start: number, end: number, name: string, line: number, isThere: boolean, known: string[]}[]}
 *   members that are not there, and those of the bot that are and are assigned to; start and end are those of the
 *   expression whose member it is
 */
function reached (program, meant) {
  const bound = bindingsIn(program)
  const kinds = new Map()

  /** The kind of thing that an expression is, or null; null, too, of what speaks of itself. */
  function kindOf (node) {
    if (!kinds.has(node)) {
      kinds.set(node, null)
      kinds.set(node, seenKind(node))
    }
    return kinds.get(node)
  }

  function seenKind (node) {
    switch (node?.type) {
      case 'Identifier': return ownKind(node)
      case 'AwaitExpression': return kindOf(node.argument)
      case 'ChainExpression': return kindOf(node.expression)
      case 'MemberExpression': return memberOf(node)?.is ?? null
      case 'CallExpression': return node.callee.type === 'MemberExpression' ? memberOf(node.callee)?.gives ?? null : null
      default: return null
    }
  }

  function ownKind (node) {
    if (node.name === 'bot' || (GIVEN.has(node.name) && !meant.has(node))) return node.name
    return bound.has(meant.get(node)) ? boundKind(bound.get(meant.get(node))) : null
  }

  function boundKind ({ value, key, asked }) {
    if (asked) return memberOf(asked)?.asks ?? null
    return key === undefined ? kindOf(value) : entry(kindOf(value), key)?.is ?? null
  }

  const memberOf = node => entry(kindOf(node.object), nameOf(node))

  const found = []
  const look = (object, name, written = false) => {
    const kind = kindOf(object)
    if (kind === null || name === null || name in Promise.prototype) return
    const isThere = entry(kind, name) !== null
    if (isThere ? !written || kind !== 'bot' : written) return
    const { start, end, loc } = object
    found.push({ kind, start, end, name, line: loc.start.line, isThere, known: Object.keys(MEMBERS[kind]) })
  }
  walk.full(program, node => {
    const target = node.type === 'AssignmentExpression' ? node.left : node.type === 'UpdateExpression' ? node.argument : null
    if (target?.type === 'MemberExpression') look(target.object, nameOf(target), true)
    if (node.type === 'MemberExpression') look(node.object, nameOf(node))
    if (node.type === 'VariableDeclarator' && node.init && node.id.type === 'ObjectPattern') {
      for (const property of node.id.properties) if (property.key) look(node.init, keyOf(property))
    }
  })
  return found
}

/** For each node that binds a name whose value is seen: {value, key} or {asked: the member whose search asks it}. */
function bindingsIn (program) {
  const bound = new Map()
  walk.full(program, node => {
    if (node.type === 'VariableDeclaration' && node.kind === 'const') {
      for (const { id, init: value } of node.declarations) {
        if (id.type === 'Identifier' && value) bound.set(id, { value })
        if (id.type !== 'ObjectPattern') continue
        for (const property of id.properties) {
          if (property.value?.type === 'Identifier') bound.set(property.value, { value, key: keyOf(property) })
        }
      }
    }
    if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
      const [first] = node.arguments
      const options = (first?.properties ?? []).filter(({ key }) => key && TESTS.has(key.name)).map(({ value }) => value)
      for (const test of [first, ...options]) {
        if (test?.params?.[0]?.type === 'Identifier') bound.set(test.params[0], { asked: node.callee })
      }
    }
  })
  return bound
}

const entry = (kind, name) => kind !== null && name !== null && Object.hasOwn(MEMBERS[kind], name) ? MEMBERS[kind][name] : null

/** The name of a member that stands in the source, or null where it is computed. */
function nameOf ({ property, computed }) {
  if (!computed) return property.type === 'Identifier' ? property.name : null
  return typeof property.value === 'string' ? property.value : null
}

const keyOf = ({ key, computed }) => computed ? null : String(key.name ?? key.value)

module.exports = { reached }
