'use strict'
/**
 * Control of the world from its parent process: JSON lines in, JSON lines out, one answer for each request, in order.
 *
 * {"id": 1, "op": "observe", "args": {...}} -> {"id": 1, "ok": true, "value": ...}
 *                                          or {"id": 1, "ok": false, "error": {"code", "message"}}
 */

const readline = require('node:readline')
const zlib = require('node:zlib')
const { observe } = require('./observe')
const commands = require('./commands')
const situation = require('./situation')
const { VERSION } = require('./gamedata')

const PROTOCOL = 1

/** A request that cannot be answered; `code` is for programs, the message for people. */
class ControlError extends Error {
  constructor(code, message) {
    super(message)
    this.code = code
  }
}

const bad = (message) => {
  throw new ControlError('bad_argument', message)
}

/** What can be asked for. */
const OPERATIONS = {
  hello: (world) => ({
    protocol: PROTOCOL, game: VERSION, seed: world.seed, tick: world.tick, generation: world.store?.generation ?? null,
    rules: world.rules, spawn: world.spawn,
    players: [...world.players.values()].map(({ name, session }) => ({ name, lockstep: session.lockstep })),
  }),

  begin(world, { seed }) {
    if (!Number.isInteger(seed)) bad(`begin needs a whole number as seed, not ${JSON.stringify(seed)}`)
    if (world.store) throw new ControlError('kept', 'a world that is kept never begins anew')
    for (const { session } of world.players.values()) session.close('This world has ended')
    world.begin(seed)
    return OPERATIONS.hello(world)
  },

  observe(world, { player }) {
    if (typeof player !== 'string') bad('observe needs the name of a player')
    try {
      return observe(world, player)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      throw new ControlError('unknown_player', error.message)
    }
  },

  events(world, { since = 0 }) {
    if (!Number.isInteger(since) || since < 0) bad(`since must be an event number, not ${JSON.stringify(since)}`)
    return world.events.since(since)
  },

  save(world, { generation }) {
    if (!Number.isInteger(generation) || generation < 0) bad('save needs a generation number')
    if (!world.store) throw new ControlError('no_store', 'this world was started without a directory')
    world.save(generation)
    return { generation }
  },

  capture(world, { player }) {
    const found = world.players.get(player)
    if (!found) throw new ControlError('unknown_player', `there is no player "${player}" here`)
    const bytes = zlib.gzipSync(JSON.stringify(situation.capture(world, found)), { level: 6 })
    return { situation: bytes.toString('base64') }
  },

  restore(world, { situation: text, dice = 0 }) {
    if (typeof text !== 'string' || !Number.isInteger(dice)) bad('restore needs a situation and a whole number as dice')
    let told
    try {
      told = JSON.parse(zlib.gunzipSync(Buffer.from(text, 'base64')))
    } catch (error) {
      bad(`this is no situation: ${error.message}`)
    }
    try {
      situation.restore(world, told, dice)
    } catch (error) {
      if (!(error instanceof situation.SituationError)) throw error
      throw new ControlError('bad_situation', error.message)
    }
    return { tick: world.tick }
  },

  command(world, { text }) {
    if (typeof text !== 'string') bad('command needs a text')
    try {
      return { said: commands.run(world, text) }
    } catch (error) {
      if (!(error instanceof commands.CommandError)) throw error
      throw new ControlError('command_failed', error.message)
    }
  },
}

/** The answer to one line. */
function answer(world, line) {
  let id = null
  try {
    const request = JSON.parse(line)
    id = request?.id ?? null
    if (!Object.hasOwn(OPERATIONS, request?.op)) {
      throw new ControlError('unknown_op', `there is no operation "${request?.op}"`)
    }
    return { id, ok: true, value: OPERATIONS[request.op](world, request.args ?? {}) }
  } catch (error) {
    const code = error instanceof ControlError ? error.code : error instanceof SyntaxError ? 'bad_json' : 'failed'
    if (code === 'failed') console.error(`world: ${error.stack}`)
    return { id, ok: false, error: { code, message: error.message } }
  }
}

/**
 * Serve requests until the input ends or `stop` is asked for.
 * @param stop  called once, after the last answer is out
 */
function serve(world, input, output, stop) {
  const lines = readline.createInterface({ input })
  lines.on('line', (line) => {
    if (!line.trim()) return
    if (isStop(line)) {
      output.write(`${JSON.stringify({ id: JSON.parse(line).id ?? null, ok: true, value: {} })}\n`, () => stop())
      return
    }
    output.write(`${JSON.stringify(answer(world, line))}\n`)
  })
  lines.on('close', () => stop())
}

function isStop(line) {
  try {
    return JSON.parse(line)?.op === 'stop'
  } catch {
    return false
  }
}

module.exports = { serve, answer, PROTOCOL }
