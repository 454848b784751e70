/**
 * The world as skill code sees it: evaluated inside the isolate before any skill, as the body of a function that gets
 * `$0`, the one way out: ask(name, argumentsAsJson, where) -> JSON, and `$1`, {primitives, vec3, seed} as JSON.
 *
 * It builds the façade `bot` (mineflayer's feel over plain data), Vec3, mcData, the goals, console and the primitives,
 * and gives back {define, run}. Nothing in here is trusted: the isolate is the wall, this is furniture. Time stands
 * still while skill code computes, so what was read of the bot stays true until the next awaited call.
 */
'use strict'

const CONFIG = JSON.parse($1)
const { parse, stringify } = JSON
const { freeze, defineProperty, setPrototypeOf } = Object
const { construct } = Reflect
const ask = $0.applySyncPromise.bind($0)
const BY_COPY = { arguments: { copy: true } }
const LOG_LINES = 200
const LOG_LETTERS = 16_000
const RESULT_LETTERS = 64_000
const ERROR_LETTERS = 4_000

// ---------------------------------------------------------------- what must not be there

for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry', 'Intl', 'eval']) {
  delete globalThis[name]
}

let chance = CONFIG.seed >>> 0
Math.random = () => {
  chance = (Math.imul(chance, 1664525) + 1013904223) >>> 0
  return chance / 4294967296
}
const RealDate = Date
/** The date by the time of the game; no way leads from it to the real one. */
function GameDate (...args) {
  if (!new.target) return String(new RealDate(me().now))
  return construct(RealDate, args.length > 0 ? args : [me().now], new.target)
}
defineProperty(GameDate, 'name', { value: 'Date' })
GameDate.now = () => me().now
GameDate.parse = RealDate.parse
GameDate.UTC = RealDate.UTC
GameDate.prototype = RealDate.prototype
GameDate.prototype.constructor = GameDate
globalThis.Date = GameDate

// ---------------------------------------------------------------- asking the host

class GameError extends Error {
  constructor ({ code, message, value, remedy }) {
    super(message)
    this.name = 'GameError'
    this.code = code
    this.value = value
    this.remedy = remedy
  }
}
GameError.prototype.name = 'GameError'

/** Stack frames up to the first one that is not of this file. */
function where () {
  return String(new Error('').stack).split('\n').slice(1).find(line => !line.includes('<journeyman>')) ?? ''
}

/** Parts of a message that no program can change on its way: what it did to prototypes does not reach them. */
const sealed = (...parts) => setPrototypeOf(parts, null)

function call (name, args, place) {
  const text = stringify(args)
  const answer = parse(ask(undefined, [name, text, place], BY_COPY))
  if (answer.ok) return answer.value
  throw new GameError(answer.error)
}

/** A question: no time passes. */
const query = (name, ...args) => call('query:' + name, args, '')

/** An action: time passes, so everything known of the moment before is stale. */
function act (name, args, place) {
  known.clear()
  return revive(call(name, args, place))
}

/** What failed without anybody awaiting it: a forgotten await must not hide a failure. */
const forgotten = new Map()

/** The promise of a call to the bot or to a skill. */
class Awaited extends Promise {
  static get [Symbol.species] () { return Promise }

  then (...handlers) {
    this.watched = true
    forgotten.delete(this)
    return super.then(...handlers)
  }

  static of (work) {
    const promise = new Awaited((resolve, reject) => {
      try {
        resolve(work())
      } catch (error) {
        reject(error)
      }
    })
    super.prototype.then.call(promise, undefined, error => { if (!promise.watched) forgotten.set(promise, error) })
    return promise
  }
}

const action = name => (...args) => {
  const place = where()
  return Awaited.of(() => act('action:' + name, args, place))
}

/** What was asked since time last passed. */
const known = new Map()
function once (key, question) {
  if (!known.has(key)) known.set(key, question())
  return known.get(key)
}
const me = () => once('self', () => query('self'))

// ---------------------------------------------------------------- plain data with methods

const vecModule = { exports: {} }
new Function('module', 'exports', CONFIG.vec3)(vecModule, vecModule.exports)
const { Vec3 } = vecModule.exports
const vec = at => at && new Vec3(at.x, at.y, at.z)

/** Positions inside an answer become Vec3. */
function revive (value) {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(revive)
  const keys = Object.keys(value)
  if (keys.length === 3 && 'x' in value && 'y' in value && 'z' in value) return vec(value)
  if ('stateId' in value && value.position) return blockFrom(value)
  for (const key of keys) value[key] = revive(value[key])
  return value
}

const stateInfos = new Map()
function infosOf (states) {
  const missing = states.filter(state => !stateInfos.has(state))
  if (missing.length > 0) for (const info of query('stateInfo', missing)) stateInfos.set(info.stateId, info)
  return states.map(state => stateInfos.get(state))
}

class Block {
  getProperties () { return { ...this.properties } }
  canHarvest (heldItemType) { return !this.harvestTools || Boolean(this.harvestTools[heldItemType]) }
  digTime () { return query('digTime', this) }
  toJSON () { return { name: this.name, position: this.position } }
}

function blockFrom ({ stateId, position, light, skyLight, signText }) {
  const found = Object.assign(new Block(), infosOf([stateId])[0], { position: vec(position), light, skyLight })
  return signText === undefined ? found : Object.assign(found, { signText })
}

class Entity {
  toJSON () { return { id: this.id, name: this.name, position: this.position } }
  getDroppedItem () { return this.droppedItem ?? null }
}

function entityFrom (plain) {
  return Object.assign(new Entity(), plain, { position: vec(plain.position), velocity: vec(plain.velocity) })
}

/** Entities in sight other than the bot, nearest first. */
const nearby = () => once('nearby', () => query('entities').map(entityFrom))

// ---------------------------------------------------------------- inventory and windows

function matcher (wanted, metadata) {
  if (typeof wanted === 'function') return wanted
  const key = typeof wanted === 'object' && wanted !== null ? wanted.name : wanted
  return item => (item.type === key || item.name === key) && (metadata == null || item.metadata === metadata)
}

class Slots {
  constructor (plain, start, end) {
    this.slots = plain
    this.inventoryStart = start
    this.inventoryEnd = end
  }

  items () { return this.slots.slice(this.inventoryStart, this.inventoryEnd).filter(Boolean) }
  count (wanted, metadata) {
    return this.items().filter(matcher(wanted, metadata)).reduce((sum, item) => sum + item.count, 0)
  }

  findInventoryItem (wanted, metadata) { return this.items().find(matcher(wanted, metadata)) ?? null }
  emptySlotCount () { return this.inventoryEnd - this.inventoryStart - this.items().length }
  firstEmptyInventorySlot () {
    const at = this.slots.findIndex((item, slot) => !item && slot >= this.inventoryStart && slot < this.inventoryEnd)
    return at < 0 ? null : at
  }

  get itemsById () { return group(this.items(), 'type') }
  get itemsByName () { return group(this.items(), 'name') }
}

function group (items, key) {
  const groups = {}
  for (const item of items) (groups[item[key]] ??= []).push(item)
  return groups
}

/** An open chest or furnace. Its content is as of the last call on it. */
class Window extends Slots {
  constructor (plain) {
    super(plain.slots, plain.inventoryStart, plain.inventoryEnd)
    Object.assign(this, plain)
  }

  containerItems () { return this.slots.slice(0, this.inventoryStart).filter(Boolean) }
  containerCount (wanted, metadata) {
    return this.containerItems().filter(matcher(wanted, metadata)).reduce((sum, item) => sum + item.count, 0)
  }

  findContainerItem (wanted, metadata) { return this.containerItems().find(matcher(wanted, metadata)) ?? null }
  inputItem () { return this.slots[0] }
  fuelItem () { return this.slots[1] }
  outputItem () { return this.slots[2] }
}
for (const method of ['deposit', 'withdraw', 'putInput', 'putFuel', 'takeInput', 'takeFuel', 'takeOutput', 'look']) {
  Window.prototype[method] = function (...args) {
    const place = where()
    return Awaited.of(() => {
      const { taken, ...now } = act('action:window', [this.id, method, ...args], place)
      Object.assign(this, now)
      return taken
    })
  }
}
Window.prototype.close = function () {
  const place = where()
  return Awaited.of(() => act('action:window', [this.id, 'close'], place))
}

const opener = name => {
  const open = action(name)
  return block => Awaited.of(async () => new Window(await open(block)))
}

// ---------------------------------------------------------------- finding

/** What findBlock's `matching` means, as something that plain JSON can say. */
function matchingOf (matching) {
  if (typeof matching === 'function') {
    const infos = infosOf(once('states', () => query('states')))
    const fits = info => {
      try {
        return matching(Object.assign(new Block(), info, { position: null }))
      } catch (error) {
        if (error instanceof TypeError) return true // it reads the position: decided block by block below
        throw error
      }
    }
    return { states: infos.filter(fits).map(info => info.stateId) }
  }
  const list = Array.isArray(matching) ? matching : [matching]
  if (list.every(one => typeof one === 'number')) return { types: list }
  return { names: list.map(one => typeof one === 'string' ? one : one?.name) }
}

function findBlocks (options) {
  const { matching, useExtraInfo, count = 1 } = options
  const test = typeof useExtraInfo === 'function' ? useExtraInfo : typeof matching === 'function' ? matching : null
  const plain = { maxDistance: options.maxDistance, point: options.point, count: test ? 512 : count }
  const found = query('find', matchingOf(matching), plain).map(vec)
  if (!test) return found
  const passed = []
  for (const at of found) {
    if (passed.length >= count) break
    const block = bot.blockAt(at)
    if (block && test(block)) passed.push(at)
  }
  return passed
}

// ---------------------------------------------------------------- goals

const goals = {}
const goalClass = (name, fields) => {
  goals[name] = class {
    constructor (...args) {
      this.goal = name
      fields.forEach((field, at) => { this[field] = args[at] })
    }
  }
  defineProperty(goals[name], 'name', { value: name })
}
for (const [name, fields] of Object.entries({
  GoalBlock: ['x', 'y', 'z'],
  GoalNear: ['x', 'y', 'z', 'range'],
  GoalXZ: ['x', 'z'],
  GoalNearXZ: ['x', 'z', 'range'],
  GoalY: ['y'],
  GoalGetToBlock: ['x', 'y', 'z'],
  GoalFollow: ['entity', 'range']
})) goalClass(name, fields)
goals.GoalLookAtBlock = class GoalLookAtBlock {
  constructor ({ x, y, z }) { Object.assign(this, { goal: 'GoalLookAtBlock', x, y, z }) }
}

// ---------------------------------------------------------------- the bot

const bot = {
  findBlocks,
  findBlock (options) {
    const [at] = findBlocks({ ...options, count: 1 })
    return at ? bot.blockAt(at) : null
  },
  blockAt (at) {
    const found = query('blockAt', at)
    return found && blockFrom(found)
  },
  blockAtCursor (maxDistance) {
    const found = query('blockAtCursor', maxDistance)
    return found && blockFrom(found)
  },
  nearestEntity: (test = () => true) => nearby().find(test) ?? null,
  canSeeBlock: block => query('canSeeBlock', block),
  canDigBlock: block => query('canDigBlock', block),
  digTime: block => query('digTime', block),
  recipesFor: (item, metadata, minimum, table) => query('recipesFor', item, null, minimum ?? 1, Boolean(table)),
  recipesAll: (item, metadata, table) => query('recipesAll', item, null, Boolean(table)),
  openChest: opener('openContainer'),
  openContainer: opener('openContainer'),
  openFurnace: opener('openFurnace'),
  closeWindow: window => window.close(),
  pathfinder: {
    goto: action('goto'),
    setGoal: action('setGoal'),
    stop: action('stopDigging'),
    setMovements () {}
  }
}
for (const name of ['dig', 'placeBlock', 'equip', 'unequip', 'craft', 'consume', 'toss', 'tossStack', 'lookAt', 'look',
  'waitForTicks', 'chat', 'activateItem', 'deactivateItem', 'activateBlock', 'activateEntity', 'useOn', 'attack',
  'swingArm', 'sleep', 'wake', 'fish', 'setQuickBarSlot', 'setControlState', 'clearControlStates', 'stopDigging']) {
  bot[name] = action(name)
}
const readable = {
  entity: () => once('entity', () => Object.assign(entityFrom(me().entity), { isInWater: me().entity.isInWater })),
  entities: () => once('entities', () => Object.fromEntries(nearby().map(other => [other.id, other]))),
  players: () => once('players', () => Object.fromEntries(query('players').map(player => [player.username, player]))),
  inventory: () => once('inventory', () => new Slots(me().slots, 9, 45)),
  heldItem: () => me().slots[36 + me().quickBarSlot],
  spawnPoint: () => vec(me().spawnPoint)
}
for (const name of ['username', 'health', 'food', 'foodSaturation', 'oxygenLevel', 'experience', 'time', 'game',
  'isRaining', 'isSleeping', 'quickBarSlot']) readable[name] = () => me()[name]
for (const [name, get] of Object.entries(readable)) defineProperty(bot, name, { get, enumerable: true })
for (const name of ['on', 'once', 'off', 'emit', 'removeListener', 'loadPlugin', 'quit', 'end', 'setSettings']) {
  bot[name] = () => {
    throw new GameError({ code: 'bad_argument', value: name, message: `bot.${name} is not available to programs`,
      remedy: 'await the call that does the work and read the bot afterwards' })
  }
}

freeze(bot.pathfinder)
freeze(bot)

// ---------------------------------------------------------------- primitives

/** The modules of a run share their globals: none may put something else in the place of what the others call. */
const settled = (name, value) => defineProperty(globalThis, name, { value, enumerable: true })

for (const name of CONFIG.primitives) {
  settled(name, (first, ...args) => {
    const place = where()
    return Awaited.of(() => {
      if (first !== bot) {
        throw new GameError({ code: 'bad_argument', message: `the first argument of ${name} must be bot`, value: null,
          remedy: `call ${name}(bot, ...)` })
      }
      if (name === 'exploreUntil') return exploreUntil(args, place)
      return act('primitive:' + name, args, place)
    })
  })
}

/** Exploring in steps of a second, with the program's own question asked in between. */
async function exploreUntil ([direction, maxTime = 60, callback], place) {
  if (!(maxTime > 0)) {
    throw new GameError({ code: 'bad_argument', message: 'maxTime must be a number of game seconds', value: null,
      remedy: 'call exploreUntil(bot, direction, 60, callback)' })
  }
  for (let left = maxTime * 20; ;) {
    const found = typeof callback === 'function' ? await callback() : null
    if (found) return found
    if (!(left > 0)) return null
    const step = act('primitive:exploreUntil', [direction, Math.min(20, left)], place)
    left -= Math.max(1, step?.ticks ?? 20)
  }
}

// ---------------------------------------------------------------- names for programs

const tables = Object.create(null)
const mcData = new Proxy(tables, {
  get: (target, table) => typeof table === 'string' ? target[table] ??= tableOf(table) : undefined
})
function tableOf (table) {
  const entries = new Map()
  let keys = null
  const get = (target, key) => {
    if (typeof key !== 'string') return undefined
    if (!entries.has(key)) entries.set(key, query('data', table, key) ?? undefined)
    return entries.get(key)
  }
  return new Proxy({}, {
    get,
    has: (target, key) => get(target, key) !== undefined,
    ownKeys: () => keys ??= query('keys', table),
    getOwnPropertyDescriptor (target, key) {
      const value = get(target, key)
      return value === undefined ? undefined : { value, enumerable: true, configurable: true }
    }
  })
}

let lines = 0
let letters = 0
const show = value => {
  if (typeof value === 'string' || value instanceof Error) return String(value)
  return stringify(value) ?? String(value)
}
function log (...values) {
  if (++lines > LOG_LINES || letters > LOG_LETTERS) return
  const text = values.map(show).join(' ').slice(0, LOG_LETTERS - letters + 1)
  letters += text.length
  ask(undefined, ['log', stringify([text]), ''], BY_COPY)
}
globalThis.console = { log, info: log, warn: log, error: log, debug: log }
settled('bot', bot)
Object.assign(globalThis, { Vec3, mcData, goals, GameError, ...goals })

// ---------------------------------------------------------------- running

const modules = Object.create(null)

const cut = text => String(text ?? '').slice(0, ERROR_LETTERS)

/** What was thrown, as plain strings. */
function thrown (error) {
  if (error instanceof GameError) {
    const { code, message, value, remedy, stack } = error
    return { code: cut(code), message: cut(message), value, remedy: cut(remedy), stack: cut(stack) }
  }
  if (error instanceof Error) {
    return { code: 'thrown', message: cut(`${error.name}: ${error.message}`), stack: cut(error.stack) }
  }
  return { code: 'thrown', message: cut('threw ' + (stringify(error) ?? String(error))), stack: '' }
}

/** Tells how the main function ended. A value that cannot be told is left out; a failure stays one without it. */
function finish (outcome) {
  let text
  let flaw = ''
  try {
    text = stringify(setPrototypeOf(outcome, null))
    if (text.length > RESULT_LETTERS) flaw = `is too large: ${text.length} letters`
  } catch (error) {
    flaw = `is not plain JSON: ${error.message}`
  }
  if (flaw) {
    const { ok, error } = outcome
    const left = ok ? { note: `the returned value ${flaw}` } : { error: setPrototypeOf({ ...error, value: null }, null) }
    text = stringify(setPrototypeOf({ ok, value: null, ...left }, null))
  }
  ask(undefined, ['finish', text, ''], BY_COPY)
}

/** The error code of whatever was thrown. */
function codeOf (error) {
  try {
    return thrown(error).code
  } catch {
    return 'thrown'
  }
}

/** A skill as `caller` sees it: each call is told to the host at its beginning and its end. */
const traced = (id, caller) => (first, options, ...rest) => Awaited.of(async () => {
  const span = call('enter', sealed(id, caller, options ?? null), '')
  try {
    const value = await modules[id](first, options, ...rest)
    call('leave', sealed(span, null), '')
    return value
  } catch (error) {
    call('leave', sealed(span, codeOf(error)), '')
    throw error
  }
})

return {
  define (id, factory, uses) {
    modules[id] = factory(...uses.map(used => traced(used, id)))
  },
  async run (id, args) {
    try {
      const value = await traced(id, null)(bot, parse(args))
      for (const error of forgotten.values()) throw error
      finish({ ok: true, value: value === undefined ? null : value })
    } catch (error) {
      let told
      try {
        told = thrown(error)
      } catch {
        told = { code: 'thrown', message: 'threw something that cannot be shown', stack: '' }
      }
      finish({ ok: false, error: setPrototypeOf(told, null) })
    }
  }
}
