/**
 * Brings a skill from elsewhere into our form: one async function with named parameters that returns something.
 *
 * What Voyager and its kin write takes `bot` alone, has its quantity in its name, returns nothing, and leans on
 * functions that happen to be in scope. Each change is made on the syntax tree, keeps what the program does by
 * default, and is told in a sentence. It runs nothing and refuses nothing: whether the outcome may become a skill, admission decides.
 */
'use strict'

const acorn = require('acorn')
const walk = require('acorn-walk')
const { analyse } = require('./scopes')

/** Words of a name that say how many, all that admission refuses (skills/words.py), and what they mean. */
const NUMBERS = {
  One: 1, Two: 2, Three: 3, Four: 4, Five: 5, Six: 6, Seven: 7, Eight: 8, Nine: 9, Ten: 10, Eleven: 11, Twelve: 12,
  Thirteen: 13, Fourteen: 14, Fifteen: 15, Sixteen: 16, Seventeen: 17, Eighteen: 18, Nineteen: 19, Twenty: 20,
  Thirty: 30, Forty: 40, Fifty: 50, Sixty: 60, Seventy: 70, Eighty: 80, Ninety: 90, Hundred: 100, Thousand: 1000,
  Couple: 2, Dozen: 12, Several: null, Multiple: null
}
const WORD = new RegExp(`(^|[a-z])(${Object.keys(NUMBERS).join('|')})(?![a-z])`)
/** Where primitives take the name of an item and how many of it. */
const COUNTED = { mineBlock: [1, 2], craftItem: [1, 2], smeltItem: [1, 3] }
const SPECIES = /^(oak|birch|spruce|jungle|acacia|dark_oak|mangrove|cherry)_(?=log|planks)/
const COMPARING = new Set(['<', '<=', '>', '>=', '==', '===', '!=', '!==', '-'])
/** Three coordinates, none far, and none up or down. */
const STEP = /^-?[0-3],0,-?[0-3]$/
const MOST_LETTERS = 100_000

const SYNTAX = { ecmaVersion: 2023, sourceType: 'script', allowAwaitOutsideFunction: true }

const parse = source => acorn.parse(source, SYNTAX)

/** Every named function of a source, at the top or inside another: {name: {source, top, async, params}}. */
function functionsOf (source) {
  const program = parse(checked(source))
  const found = Object.create(null)
  walk.full(program, node => {
    if (node.type !== 'FunctionDeclaration') return
    const top = program.body.includes(node)
    if (found[node.id.name] && !top) return
    found[node.id.name] = {
      source: source.slice(node.start, node.end),
      top,
      async: node.async,
      params: node.params.map(param => source.slice(param.start, param.end))
    }
  })
  return found
}

/** The function that a source is about: the last async one at the top, as Voyager chose it. */
function mainOf (source) {
  const found = parse(checked(source)).body.filter(node => node.type === 'FunctionDeclaration' && node.async)
  return found.at(-1)?.id.name ?? null
}

/** A name without its quantity, and the quantity: mineFiveIronOre -> {name: 'mineIronOre', quantity: 5}. */
function withoutQuantity (name) {
  let quantity = null
  let plain = name.replace(/V?(\d+)/, (whole, digits) => {
    if (!whole.startsWith('V')) quantity = Number(digits)
    return ''
  })
  let told = null
  for (let word; (word = WORD.exec(plain)); plain = plain.replace(WORD, '$1')) {
    const number = NUMBERS[word[2]]
    // TwentyFive is 25, TwoHundred 200.
    if (number !== null) told = number >= 100 ? (told ?? 1) * number : (told ?? 0) + number
  }
  quantity ??= told
  return { name: plain.replace(/^[A-Z]/, letter => letter.toLowerCase()), quantity }
}

/**
 * @param {object} request
 * @param {string} request.source
 * @param {string} [request.purpose]  one sentence for the documentation
 * @param {Object<string, string>} [request.helpers]  sources of functions that may be copied in, by name
 * @param {Object<string, string>} [request.renamed]  skills that have another name here
 * @param {Object<string, string[]>} [request.positional]  skills that took positional parameters after bot, and which
 * @param {Object<string, number>} [request.yields]  items that a recipe gives more than one of: `count` meant runs
 * @returns {{source: string, name: string, changes: string[]}}
 */
function adapt ({ source, purpose = '', helpers = {}, renamed = {}, positional = {}, yields = {} }) {
  const program = parse(checked(source))
  const functions = program.body.filter(node => node.type === 'FunctionDeclaration')
  const main = functions.filter(node => node.async).at(-1)
  if (!main) return { source, name: null, changes: [] }
  const job = new Adaptation(source, main, { renamed, positional, yields })
  job.dropOutside(program)
  const own = functions.filter(node => node !== main).map(node => [node.id.name, source.slice(node.start, node.end)])
  const inner = job.helpers(new Map(own), helpers)
  job.declare(program)
  job.quantity()
  job.returns()
  job.signature()
  return { source: job.assemble(purpose, inner), name: job.name, changes: job.changes }
}

class Adaptation {
  constructor (source, main, settings) {
    Object.assign(this, { source, main, settings, edits: [], changes: [], parameters: [] })
    const { name, quantity } = withoutQuantity(main.id.name)
    this.name = Object.hasOwn(settings.renamed, main.id.name) ? settings.renamed[main.id.name] : name
    this.quantityInName = quantity
    if (this.name !== main.id.name) {
      this.replace(main.id, this.name)
      this.changes.push(`renamed from ${main.id.name}`)
    }
    this.about = this.spokenOf()
    this.commonEdits(main, (start, end, text) => this.edits.push({ start, end, text }))
  }

  text ({ start, end }) { return this.source.slice(start, end) }
  replace ({ start, end }, text) { this.edits.push({ start, end, text }) }

  dropOutside (program) {
    const outside = program.body.filter(({ type }) => type !== 'FunctionDeclaration' && type !== 'EmptyStatement')
    if (outside.length > 0) {
      const begins = this.text(outside[0]).split('\n')[0].slice(0, 60)
      this.changes.push(`left out what stood outside of functions: ${begins}`)
    }
  }

  /** What is assigned and nowhere declared was a global of all their programs: here it is a variable of the function. */
  declare (program) {
    const assigned = node => new Set(analyse(node).assignedFree.map(({ name }) => name))
    const anywhere = assigned(program)
    const names = [...assigned(parse(this.text(this.main)))].filter(name => anywhere.has(name))
    if (names.length === 0) return
    const open = this.main.body.start + 1
    this.edits.push({ start: open, end: open, text: `\n  let ${names.join(', ')};` })
    this.changes.push(`declared ${names.join(', ')}, which it only assigned`)
  }

  /** The functions that the main one needs, its own first, then from elsewhere, each adapted like the main one. */
  helpers (own, others) {
    const needed = new Map()
    const need = source => {
      for (const name of analyse(parse(source)).free.keys()) {
        const found = own.get(name) ?? (Object.hasOwn(others, name) ? others[name] : undefined)
        if (found === undefined || needed.has(name) || name === this.main.id.name) continue
        if (!own.has(name)) this.changes.push(`took in the helper ${name}, which another skill or the library held`)
        needed.set(name, found)
        need(found)
      }
    }
    need(this.text(this.main))
    for (const name of own.keys()) if (needed.has(name)) this.changes.push(`moved the helper ${name} inside`)
    return [...needed].map(([name, source]) => {
      const edits = []
      const node = parse(source).body[0]
      this.commonEdits(node, (start, end, text) => edits.push({ start, end, text }), source)
      return applied(source, edits, 0, source.length)
    })
  }

  /** What has to change in any function: constants that are assigned, calls of renamed skills, counts of recipes. */
  commonEdits (node, edit, source = this.source) {
    const { renamed, positional } = this.settings
    const text = part => source.slice(part.start, part.end)
    this.beside(node, edit, source)
    const assigned = new Set(analyse(parse(text(node))).assignedConstants.map(({ name }) => name))
    walk.full(node, part => {
      if (part.type === 'VariableDeclaration' && part.kind === 'const' &&
        part.declarations.some(({ id }) => assigned.has(id.name))) {
        edit(part.start, part.start + 'const'.length, 'let')
        this.changes.push(`made ${[...assigned].join(', ')} a variable, because it is assigned`)
      }
      if (part.type !== 'CallExpression' || part.callee.type !== 'Identifier') return
      const { name } = part.callee
      const args = part.arguments
      if (Object.hasOwn(renamed, name)) edit(part.callee.start, part.callee.end, renamed[name])
      if (Object.hasOwn(positional, name) && args.length > 1 && args[1].type !== 'ObjectExpression') {
        edit(args[1].start, args[1].start, '{ ')
        for (const [at, arg] of args.slice(1).entries()) {
          edit(arg.start, arg.start, `${positional[name][at] ?? `argument${at}`}: `)
        }
        edit(args.at(-1).end, args.at(-1).end, ' }')
      }
      if (name === 'craftItem' && args[2] && part !== this.about?.node) {
        const item = args[1].type === 'Literal' ? args[1].value : null
        const each = this.yieldOf(name, item)
        if (item === null && !(args[2].type === 'Literal' && args[2].value === 1)) {
          this.changes.push('craftItem is told how many items here, where it was told how often: look at its count')
        } else if (each > 1) {
          edit(args[2].start, args[2].start, `${each} * (`)
          edit(args[2].end, args[2].end, ')')
          this.changes.push(`craftItem is told ${each} ${item} for each run of the recipe`)
        }
      }
    })
  }

  /**
   * A step from the bot as the place of placeItem becomes no place at all, which is the handiest: theirs said in the chat
   * that it was taken, ours throws. Not where the place is looked at afterwards.
   */
  beside (node, edit, source) {
    const isStep = value => value?.type === 'CallExpression' && value.arguments.length === 3 &&
      source.slice(value.callee.start, value.callee.end) === 'bot.entity.position.offset' &&
      STEP.test(value.arguments.map(({ start, end }) => source.slice(start, end)).join())
    const values = new Map()
    const reads = []
    const calls = []
    const given = (name, value) => values.set(name, [...values.get(name) ?? [], value])
    walk.fullAncestor(node, (part, _, ancestors) => {
      if (part.type === 'VariableDeclarator' && part.id.type === 'Identifier' && part.init) given(part.id.name, part.init)
      if (part.type === 'AssignmentExpression' && part.left.type === 'Identifier') given(part.left.name, part.right)
      if (part.type === 'Identifier') reads.push({ part, parent: ancestors.at(-2) })
      if (part.type === 'CallExpression' && part.callee.name === 'placeItem' && part.arguments[2]) calls.push(part)
    })
    const passed = ({ part, parent }) => parent?.type === 'CallExpression' &&
      parent.arguments.indexOf(part) >= { placeItem: 2, craftItem: 3 }[parent.callee.name]
    const forgotten = (place, call) => values.get(place.name)?.every(isStep) &&
      reads.every(read => read.part.name !== place.name || read.part.start < call.start || passed(read))
    for (const call of calls) {
      const [, item, place] = call.arguments
      if (!isStep(place) && !(place.type === 'Identifier' && forgotten(place, call))) continue
      edit(item.end, place.end, '')
      this.changes.push(`placeItem chooses a place beside the bot for ${source.slice(item.start, item.end)}`)
    }
  }

  /** How many items a count of one means: crafting was told how often, everything else how many. */
  yieldOf (name, item) {
    const { yields } = this.settings
    return name === 'craftItem' && Object.hasOwn(yields, item ?? '') ? yields[item] : 1
  }

  /** The call that the skill is about, by its name and by the quantity in it: {node, item, count, usual}, or undefined. */
  spokenOf () {
    const calls = []
    walk.full(this.main.body, node => {
      if (node.type !== 'CallExpression' || !Object.hasOwn(COUNTED, node.callee.name ?? '')) return
      const [item, count] = COUNTED[node.callee.name].map(place => node.arguments[place])
      if (item?.type !== 'Literal' || (count && typeof count.value !== 'number')) return
      calls.push({ node, item, count, usual: (count?.value ?? 1) * this.yieldOf(node.callee.name, item.value) })
    })
    const { quantityInName: quantity } = this
    const written = this.main.id.name.toLowerCase()
    const names = ({ item }) => String(item.value).split('_').every(word => written.includes(word))
    const told = quantity === null ? [] : calls.filter(({ count, usual }) => count && [count.value, usual].includes(quantity))
    return told.findLast(names) ?? told[0] ?? calls.findLast(names)
  }

  /** Makes the quantity of the name, or of the call that the skill is about, a parameter; and the kind of wood too. */
  quantity () {
    const { quantityInName: quantity } = this
    if (this.about) {
      const { node, item, count, usual } = this.about
      if (count) this.replace(count, 'count')
      else this.edits.push({ start: node.end - 1, end: node.end - 1, text: ', count' })
      this.parameters.push({ name: 'count', type: 'number', default: String(usual), text: `how many ${item.value}` })
      this.changes.push(`proposed the parameter count = ${usual} for ${node.callee.name} of ${item.value}`)
      if (quantity !== null && quantity > 1 && usual === quantity) this.otherPlaces(quantity, count)
      this.kind(item.value, this.main.id.name.toLowerCase())
    } else if (quantity !== null) {
      this.changes.push(`the ${quantity} of its name is not to be found in its code: it became no parameter`)
    }
  }

  /** The same number where it is compared, subtracted from, or says how many to find. */
  otherPlaces (quantity, done) {
    const isIt = node => node?.type === 'Literal' && node.value === quantity && node.start !== done.start
    walk.full(this.main.body, node => {
      if (node.type === 'BinaryExpression' && COMPARING.has(node.operator)) {
        for (const side of [node.left, node.right]) if (isIt(side)) this.replace(side, 'count')
      }
      if (node.type === 'Property' && node.key.name === 'count' && isIt(node.value)) this.replace(node.value, 'count')
      if (node.type === 'CallExpression' && node.callee.property?.name === 'slice' && isIt(node.arguments[1])) {
        this.replace(node.arguments[1], 'count')
      }
    })
  }

  /** One species of wood that the name does not speak of becomes the parameter `kind`, wherever it stands. */
  kind (item, written) {
    const species = SPECIES.exec(item)?.[1]
    if (!species || written.includes(species.replace('_', ''))) return
    walk.full(this.main.body, node => {
      if (node.type === 'Literal' && node.value === item) this.replace(node, 'kind')
      if (node.type === 'MemberExpression' && !node.computed && node.property.name === item) {
        this.edits.push({ start: node.object.end, end: node.end, text: '[kind]' })
      }
    })
    this.parameters.unshift({ name: 'kind', type: 'string', default: `'${item}'`, text: 'of which wood' })
    this.changes.push(`proposed the parameter kind = '${item}'`)
  }

  /** What returned nothing says whether it was done; a reason that was only said in the chat is returned as well. */
  returns () {
    const bare = []
    let valued = false
    const look = (node, before) => {
      if (!node || /Function/.test(node.type)) return
      if (node.type === 'ReturnStatement') {
        if (node.argument) valued = true
        else bare.push({ node, before })
      }
      for (const value of Object.values(node)) {
        const children = Array.isArray(value) ? value : [value]
        for (const [at, child] of children.entries()) if (child?.type) look(child, children[at - 1])
      }
    }
    look(this.main.body, null)
    if (valued) return
    for (const { node, before } of bare) {
      const call = before?.type === 'ExpressionStatement' ? before.expression : null
      const said = call?.type === 'CallExpression' && this.text(call.callee) === 'bot.chat' ? call.arguments[0] : null
      const reason = said ? `, reason: ${this.text(said)}` : ''
      this.replace(node, `return { done: false${reason} };`)
    }
    const end = this.main.body.end - 1
    this.edits.push({ start: end, end, text: '\n  return { done: true };\n', last: true })
    this.changes.push('returns whether it was done, and why not')
  }

  /** Named parameters after bot, the given ones and the proposed ones. */
  signature () {
    const { params } = this.main
    const rest = params.slice(1)
    for (const param of rest) {
      const [target, value] = param.type === 'AssignmentPattern' ? [param.left, param.right] : [param, null]
      if (target.type !== 'Identifier') return
      this.parameters.push({ name: target.name, type: 'any', default: value && this.text(value), text: '' })
    }
    if (rest.length > 0) this.changes.push(`takes ${rest.map(param => this.text(param)).join(', ')} by name`)
    if (this.parameters.length === 0 || params.length === 0) return
    const given = this.parameters.map(({ name, default: value }) => value === null ? name : `${name} = ${value}`)
    this.edits.push({ start: params[0].end, end: params.at(-1).end, text: `, { ${given.join(', ')} } = {}` })
  }

  assemble (purpose, inner) {
    const open = this.main.body.start + 1
    const indented = inner.map(source => '\n' + source.split('\n').map(line => line && `  ${line}`).join('\n'))
    if (inner.length > 0) this.edits.push({ start: open, end: open, text: indented.join('') + '\n' })
    const plain = purpose.replace(/\*\//g, '* /').replace(/\s+/g, ' ').trim()
    const doc = [plain || `Does what its name says: ${this.name}.`,
      ...this.parameters.map(({ name, type, text }) => `@param {${type}} ${name} ${text}`.trim())]
    const code = applied(this.source, this.edits, this.main.start, this.main.end).replace(/[ \t]+$/gm, '')
    return `/**\n${doc.map(line => ` * ${line}`).join('\n')}\n */\n${code}\n`
  }
}

/** A part of a source with edits made; edits at one place come in the order in which they were asked for. */
function applied (source, edits, from, to) {
  const ordered = edits.map((edit, at) => ({ ...edit, at }))
    .sort((a, b) => a.start - b.start || a.end - b.end || (a.last ?? 0) - (b.last ?? 0) || a.at - b.at)
  let text = ''
  let done = from
  for (const edit of ordered) {
    if (edit.start < done && edit.end > edit.start) continue // inside of what was replaced already
    text += source.slice(done, edit.start) + edit.text
    done = Math.max(done, edit.end)
  }
  return text + source.slice(done, to)
}

function checked (source) {
  if (typeof source !== 'string' || source.length > MOST_LETTERS) throw new SyntaxError('the source is too long')
  return source
}

module.exports = { adapt, functionsOf, mainOf, withoutQuantity }
