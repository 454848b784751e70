/**
 * The body's process: one mineflayer bot, one world, one request at a time. Python calls start(json) and gets the
 * answer as one event, so that no call ever waits across the bridge (see ../PROTOCOL.md for every message). Virtual
 * time is installed before anything that keeps a reference to a timer is loaded.
 */
'use strict'

const { EventEmitter } = require('node:events')
const { Clock, seedRandom } = require('./clock')

const clock = new Clock().install()
// Standard error is the wire to Python: a library that prints there would forge answers.
for (const level of ['log', 'info', 'warn', 'error', 'debug', 'trace']) {
  console[level] = (...values) => process.stdout.write(values.map(String).join(' ') + '\n')
}

const { PrimitiveError, describe, CODES } = require('./errors')
const { Body } = require('./body')
const { createBot, loggedIn, settleIn, rest, VERSION } = require('./bot')
const { Lockstep, RealTime } = require('./lockstep')
const { Sight } = require('./sight')
const { Run } = require('./runner')
const { loadPrimitives } = require('./primitives')
const { spendTheNight } = require('./nightfall')
const { attach } = require('./reflexes')
const { surroundings } = require('./surroundings')
const { Witness } = require('./witness')
const { Idling } = require('./idling')
const { facts } = require('../parse')
const { applyYields } = require('../recipe_yields')

const PROTOCOL = 1
const emitter = new EventEmitter()
const primitives = loadPrimitives()
/** Requests that let game time pass, or end it; nothing else may do so meanwhile. */
const TIMED = new Set(['join', 'run', 'tick', 'leave'])
let body = null
let idling = null // between timed requests in real time
let queue = Promise.resolve()

/** What Python may ask. Each takes plain JSON and resolves to plain JSON. */
const operations = {
  ping: () => ({ protocol: PROTOCOL, version: VERSION, node: process.versions.node, codes: CODES }),

  primitives: () => [...primitives.values()].map(({ name, signature, doc }) => ({ name, signature, doc })),

  async join ({ seed = 0, clock: pace = 'lockstep', speed = null, sight = 'sight 32', recipes = '', ...where }) {
    if (body) operations.leave()
    seedRandom(seed)
    const real = pace === 'real'
    const bot = createBot({ ...where, keepAlive: real || undefined })
    const driver = real
      ? new RealTime(clock, bot._client, () => bot.registry?.language)
      : new Lockstep(clock, bot._client)
    await clock.advance(1) // mineflayer loads its plugins by a timer
    const loginPacket = await loggedIn(bot, clock)
    const data = bot.registry
    applyYields(data, recipes)
    body = new Body({ bot, clock, driver, data, tags: require('../data/tags.json'), sight: new Sight(bot, sight) })
    attach(body)
    if (real) body.witness = new Witness(body, loginPacket)
    await settleIn(body)
    if (!real && speed !== null) driver.slowTo(speed)
    return { tick: body.tick, world_tick: driver.worldTick ?? null, position: { ...bot.entity.position } }
  },

  async run (request) {
    await spendTheNight(joined(), primitives)
    return new Run(joined(), primitives, request).execute()
  },

  async tick ({ count = 1 }) {
    for (let done = 0; done < count; done++) await joined().step()
    return { tick: body.tick, world_tick: body.driver.worldTick ?? null }
  },

  surroundings: () => surroundings(joined()),

  /** What the bot itself knows and saw happen: for servers where no world of ours tells. */
  report ({ since = 0 }) {
    const { witness } = joined()
    if (!witness) throw new PrimitiveError('bad_argument', 'this world tells the truth itself', { remedy: 'ask it' })
    return { observation: witness.observe(), ...witness.since(since) }
  },

  parse: ({ source }) => facts(source, { primitives: [...primitives.keys()] }),

  leave () {
    if (!body) return null
    rest(body.bot)
    body.bot.quit()
    body = null
    return null
  }
}

function joined () {
  if (body?.driver.lost) throw body.driver.lost
  if (body) return body
  throw new PrimitiveError('lost', 'the body has joined no world', { remedy: 'join first' })
}

async function perform ({ id, op, args }) {
  let answer
  try {
    if (!Object.hasOwn(operations, op)) throw new PrimitiveError('bad_argument', `there is no operation '${op}'`)
    if (TIMED.has(op)) await idling?.end()
    answer = { id, ok: true, value: await operations[op](args ?? {}) }
  } catch (error) {
    answer = { id, ok: false, error: { ...describe(error), stack: String(error?.stack ?? '') } }
  }
  emitter.emit('json', JSON.stringify(answer))
  if (TIMED.has(op)) idling = body?.driver instanceof RealTime && !body.driver.lost ? new Idling(body) : null
}

/** Takes one request as JSON and returns at once; requests are done one after the other. */
function start (json) {
  const request = JSON.parse(json)
  queue = queue.then(() => perform(request))
}

for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, error => emitter.emit('json', JSON.stringify({ event, message: String(error?.stack ?? error) })))
}

module.exports = { em: emitter, start, operations }
