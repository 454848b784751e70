/**
 * Which names a program declares, reads and assigns, and which of them are free: lexical scope over an ESTree
 * syntax tree, as much of it as programs of skills need. It looks at names only and judges nothing.
 */
'use strict'

const walk = require('acorn-walk')

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])
const BLOCKS = new Set(['Program', 'BlockStatement', 'ForStatement', 'ForInStatement', 'ForOfStatement',
  'SwitchStatement', 'CatchClause', 'StaticBlock'])

class Scope {
  constructor (parent, isFunction) {
    this.parent = parent
    this.function = isFunction ? this : parent.function
    this.names = new Map() // name -> {kind, node, used: the first node that reads it}
  }

  declare (name, kind, node) {
    if (!this.names.has(name)) this.names.set(name, { kind, node, used: null })
  }

  find (name) {
    return this.names.get(name) ?? this.parent?.find(name) ?? null
  }
}

/**
 * @returns {{free: Map<string, node>, meant: Map<node, node>, assignedConstants: node[], assignedFree: node[],
 *   unused: node[], top: Map<string, object>}}  free holds the first node of each free name; meant says of each other
 *   identifier that is read which node declares it; unused are parameters
 */
function analyse (program) {
  const found = { free: new Map(), meant: new Map(), assignedConstants: [], assignedFree: [], unused: [], top: new Map() }
  const scope = new Scope(null, true)
  hoist(program, scope)
  found.top = scope.names
  for (const child of children(program)) visit(child, scope, found)
  return found
}

function visit (node, scope, found) {
  if (FUNCTIONS.has(node.type)) return visitFunction(node, scope, found)
  if ((node.type === 'ForInStatement' || node.type === 'ForOfStatement') && node.left.type !== 'VariableDeclaration') {
    assign(node.left, scope, found)
  }
  if (BLOCKS.has(node.type)) {
    const inner = new Scope(scope, false)
    if (node.type === 'CatchClause' && node.param) declarePattern(node.param, inner, 'let')
    hoist(node, inner)
    for (const child of children(node)) visit(child, inner, found)
    return
  }
  if (node.type === 'Identifier') return read(node, scope, found)
  if (node.type === 'AssignmentExpression') assign(node.left, scope, found)
  if (node.type === 'UpdateExpression') assign(node.argument, scope, found)
  for (const child of children(node)) visit(child, scope, found)
}

function visitFunction (node, scope, found) {
  const inner = new Scope(scope, true)
  if (node.type === 'FunctionExpression' && node.id) inner.declare(node.id.name, 'function', node.id)
  for (const param of node.params) declarePattern(param, inner, 'param')
  hoist(node.body, inner)
  for (const param of node.params) visitPattern(param, inner, found)
  if (node.body.type === 'BlockStatement') for (const child of node.body.body) visit(child, inner, found)
  else visit(node.body, inner, found)
  for (const { kind, node: name, used } of inner.names.values()) if (kind === 'param' && !used) found.unused.push(name)
}

/** In a pattern the names are declarations; only defaults and computed keys are read. */
function visitPattern (node, scope, found) {
  if (!node || node.type === 'Identifier') return
  if (node.type === 'AssignmentPattern') {
    visitPattern(node.left, scope, found)
    visit(node.right, scope, found)
  } else if (node.type === 'ObjectPattern') {
    for (const property of node.properties) {
      if (property.computed) visit(property.key, scope, found)
      visitPattern(property.value ?? property.argument, scope, found)
    }
  } else if (node.type === 'ArrayPattern') {
    for (const element of node.elements) visitPattern(element, scope, found)
  } else if (node.type === 'RestElement') {
    visitPattern(node.argument, scope, found)
  } else {
    visit(node, scope, found)
  }
}

function read (node, scope, found) {
  const declared = scope.find(node.name)
  if (declared) {
    declared.used ||= node
    found.meant.set(node, declared.node)
  } else if (!found.free.has(node.name)) found.free.set(node.name, node)
}

function assign (target, scope, found) {
  for (const name of namesIn(target)) {
    const declared = scope.find(name.name)
    if (!declared) found.assignedFree.push(name)
    else if (declared.kind === 'const') found.assignedConstants.push(name)
  }
}

/** Declares what a block holds before any of it runs. */
function hoist (block, scope) {
  const body = block.type === 'SwitchStatement' ? block.cases.flatMap(({ consequent }) => consequent) : block.body
  const own = Array.isArray(body) ? body : [block.init, block.left].filter(Boolean)
  for (const statement of own) {
    if (statement.type === 'FunctionDeclaration') scope.declare(statement.id.name, 'function', statement)
    if (statement.type === 'ClassDeclaration') scope.declare(statement.id.name, 'class', statement)
    if (statement.type === 'VariableDeclaration') {
      const target = statement.kind === 'var' ? scope.function : scope
      for (const { id } of statement.declarations) declarePattern(id, target, statement.kind)
    }
  }
  if (scope.function === scope) for (const name of varsIn(block)) scope.declare(name.name, 'var', name)
}

/** Names of var declarations anywhere below, but not in inner functions. */
function varsIn (node) {
  if (FUNCTIONS.has(node.type)) return []
  const own = node.type === 'VariableDeclaration' && node.kind === 'var'
    ? node.declarations.flatMap(({ id }) => namesIn(id))
    : []
  return own.concat(...children(node).map(varsIn))
}

function declarePattern (pattern, scope, kind) {
  for (const name of namesIn(pattern)) scope.declare(name.name, kind, name)
}

/**
 * Every identifier that is given a meaning of its own anywhere in a program: variables, functions, classes, parameters,
 * what catch takes.
 */
function bindings (program) {
  const found = []
  walk.full(program, node => {
    if (node.type === 'VariableDeclarator') found.push(...namesIn(node.id))
    else if (node.id?.type === 'Identifier') found.push(node.id)
    if (FUNCTIONS.has(node.type)) found.push(...node.params.flatMap(namesIn))
    if (node.type === 'CatchClause') found.push(...namesIn(node.param))
  })
  return found
}

/** The identifiers that a pattern binds. */
function namesIn (pattern) {
  switch (pattern?.type) {
    case 'Identifier': return [pattern]
    case 'AssignmentPattern': return namesIn(pattern.left)
    case 'RestElement': return namesIn(pattern.argument)
    case 'ArrayPattern': return pattern.elements.flatMap(namesIn)
    case 'ObjectPattern': return pattern.properties.flatMap(property => namesIn(property.value ?? property.argument))
    default: return []
  }
}

/** The child nodes that are code: keys, labels and declared names are left out. */
function children (node) {
  const skip = new Set()
  if (node.type === 'MemberExpression' && !node.computed) skip.add('property')
  if ((node.type === 'Property' || node.type.endsWith('Definition')) && !node.computed) skip.add('key')
  if (node.type === 'LabeledStatement' || node.type === 'BreakStatement' || node.type === 'ContinueStatement') {
    skip.add('label')
  }
  if (node.type === 'MetaProperty') return []
  if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier') skip.add('id')
  if (node.type.startsWith('Class')) skip.add('id')
  const nodes = []
  for (const [key, value] of Object.entries(node)) {
    if (skip.has(key)) continue
    for (const one of Array.isArray(value) ? value : [value]) if (typeof one?.type === 'string') nodes.push(one)
  }
  return nodes
}

module.exports = { analyse, bindings, namesIn }
