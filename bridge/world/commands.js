'use strict'
/**
 * Operator commands: help from outside the game. Every one that is carried out is recorded as a `command` event, so
 * that no assistance goes unseen. Who may use them is decided by the callers (control.js, chat.js).
 */

const { Vec3 } = require('vec3')
const { parseRule, DIFFICULTIES, GAMEMODES, defaultRules } = require('./rules')
const { mobKinds } = require('./mobs')
const { giveOrDrop } = require('./inventory')
const { teleport } = require('./movement')
const { sendAll } = require('./window_sync')
const { activeView } = require('./windows')
const signs = require('./signs')

/** A command that cannot be carried out; the message says why. */
class CommandError extends Error {}

const TIMES = { __proto__: null, day: 1000, noon: 6000, night: 13000, midnight: 18000 }
const DAY = 24000
/** Vanilla's spelling of the game rules that we have. */
const GAMERULES = {
  __proto__: null, keepInventory: 'keep_inventory', doDaylightCycle: 'daylight', doMobSpawning: 'mob_spawning',
  mobGriefing: 'mob_griefing', naturalRegeneration: 'natural_regeneration', fallDamage: 'fall_damage',
}

const fail = (message) => {
  throw new CommandError(message)
}

const plainName = (text = '') => text.replace('minecraft:', '')

function integer(text, what) {
  const value = Number(text)
  return Number.isInteger(value) ? value : fail(`${what} must be a whole number, not "${text}"`)
}

/** The players that a selector means: a name, @a, @p or @s. */
function players(world, selector, self) {
  const all = [...world.players.values()]
  if (selector === undefined || selector === '@s') return self ? [self] : fail('say which player')
  const named = all.filter(({ name }) => name === selector)
  const chosen = { __proto__: null, '@a': all, '@p': all.slice(0, 1) }[selector] ?? named
  return chosen.length ? chosen : fail(`there is no player "${selector}" here`)
}

/** Three coordinates, each absolute or relative (~, ~5) to an origin. */
function position(texts, origin) {
  if (texts.length !== 3) fail('a position is three numbers')
  const [x, y, z] = texts.map((text, axis) => {
    const base = text.startsWith('~') ? [origin.x, origin.y, origin.z][axis] : 0
    const value = base + Number(text.replace('~', '') || 0)
    return Number.isFinite(value) ? value : fail(`"${text}" is no coordinate`)
  })
  return new Vec3(x, y, z)
}

const COMMANDS = {
  give(world, [who, item, count = '1'], self) {
    const name = plainName(item)
    if (!world.data.item(name)) fail(`there is no item "${name}"`)
    const total = integer(count, 'the count')
    if (total < 1 || total > 2304) fail('the count must be from 1 to 2304')
    for (const player of players(world, who, self)) {
      for (let left = total; left > 0; left -= world.data.maxStack(name)) {
        giveOrDrop(world, player, { name, count: Math.min(left, world.data.maxStack(name)) })
      }
    }
    return `gave ${total} ${name} to ${who}`
  },

  tp(world, words, self) {
    const named = words.length % 3 === 1 && words.length > 1 || words.length === 2
    const movers = named ? players(world, words[0], self) : players(world, '@s', self)
    const rest = named ? words.slice(1) : words
    for (const mover of movers) {
      teleport(world, mover, rest.length === 1 ? players(world, rest[0], self)[0].pos : position(rest, mover.pos))
    }
    return 'teleported'
  },

  gamemode(world, [mode, who], self) {
    if (!GAMEMODES.includes(mode)) fail(`a game mode is one of ${GAMEMODES.join(', ')}`)
    for (const player of players(world, who, self)) {
      player.gamemode = mode
      player.session.send('game_state_change', { reason: 3, gameMode: GAMEMODES.indexOf(mode) })
    }
    return `game mode ${mode}`
  },

  time(world, [action, value]) {
    const ticks = TIMES[value] ?? integer(value, 'the time')
    if (action === 'set') world.time = Math.floor(world.time / DAY) * DAY + ticks
    else if (action === 'add') world.time += ticks
    else fail('say time set VALUE or time add TICKS')
    for (const player of world.players.values()) world.tellTime(player)
    return `the time is ${world.time % DAY}`
  },

  clear(world, [who, item], self) {
    for (const player of players(world, who, self)) {
      const gone = (stack) => !item || stack?.name === plainName(item)
      player.slots = player.slots.map((stack) => (gone(stack) ? null : stack))
      if (!item) player.cursor = null
      sendAll(world, player, activeView(player))
    }
    return 'cleared'
  },

  kill(world, [who], self) {
    if (who === '@e') {
      for (const entity of [...world.entities.values()]) world.removeEntity(entity)
      return 'killed every entity'
    }
    for (const player of players(world, who, self)) world.hurtPlayer(player, 10_000, 'command')
    return 'killed'
  },

  summon(world, [kind, ...where], self) {
    const name = plainName(kind)
    if (!mobKinds.includes(name)) fail(`there is no mob "${name}" here; there are ${mobKinds.join(', ')}`)
    const origin = self?.pos ?? world.spawn
    world.spawnEntity({ kind: name, pos: position(where.length ? where : ['~', '~', '~'], origin), persistent: true })
    return `summoned ${name}`
  },

  setblock(world, words, self) {
    const parts = /^([a-z0-9_]+)(?:\[(.*)\])?$/.exec(plainName(words[3]))
    const [, name, properties] = parts ?? fail('say setblock X Y Z BLOCK')
    if (!world.data.block(name)) fail(`there is no block "${name}"`)
    const { x, y, z } = position(words.slice(0, 3), self?.pos ?? world.spawn).floored()
    try {
      world.setBlock(x, y, z, world.data.stateOf(name, properties && parseProperties(properties)))
    } catch (error) {
      fail(error.message)
    }
    return `${name} at ${x} ${y} ${z}`
  },

  /** Ours: how hungry somebody is, from 0 to 20. */
  food(world, [who, value], self) {
    const food = integer(value, 'the food level')
    if (food < 0 || food > 20) fail('the food level must be from 0 to 20')
    for (const player of players(world, who, self)) Object.assign(player, { food, saturation: 0 })
    return `food level ${food}`
  },

  /** Ours, for want of vanilla's `data`: lines are divided by |. */
  sign(world, words, self) {
    const { x, y, z } = position(words.slice(0, 3), self?.pos ?? world.spawn).floored()
    const lines = words.slice(3).join(' ').split('|').map((line) => line.trim())
    if (lines.length > signs.LINES) fail(`a sign has ${signs.LINES} lines, not ${lines.length}`)
    if (!signs.write(world, x, y, z, lines)) fail(`at ${x} ${y} ${z} stands ${world.blockName(x, y, z)}, no sign`)
    return `wrote on the sign at ${x} ${y} ${z}`
  },

  gamerule(world, [name, value]) {
    return setRule(world, GAMERULES[name] ?? name, value)
  },

  difficulty(world, [value]) {
    const text = setRule(world, 'difficulty', value)
    const message = { difficulty: DIFFICULTIES.indexOf(value), difficultyLocked: false }
    for (const player of world.players.values()) player.session.send('difficulty', message)
    return text
  },

  seed: (world) => `the seed is ${world.seed}`,

  xp(world, words, self) {
    const [who, points] = words[0] === 'add' ? words.slice(1, 3) : words
    for (const player of players(world, who, self)) world.addExperience(player, integer(points, 'the experience'))
    return `gave ${points} experience`
  },
}

function setRule(world, name, value) {
  if (!Object.hasOwn(defaultRules, name)) fail(`there is no rule "${name}"`)
  try {
    world.rules[name] = parseRule(`${name}=${value}`)[1]
  } catch (error) {
    fail(error.message)
  }
  return `${name} is ${value}`
}

/** `facing=north,lit=true` as an object with the values' own types. */
function parseProperties(text) {
  const value = (word) => (/^(true|false|\d+)$/.test(word) ? JSON.parse(word) : word)
  return Object.fromEntries(text.split(',').map((pair) => {
    const [name, word] = pair.split('=')
    return [name.trim(), value((word ?? '').trim())]
  }))
}

/**
 * Carry out one command line (with or without a slash).
 * @param self  the player who typed it, or null when it comes from control
 * @returns a line that says what was done; throws CommandError
 */
function run(world, text, self = null) {
  const [word, ...words] = text.trim().replace(/^\//, '').split(/\s+/)
  const name = word === 'teleport' ? 'tp' : word
  if (!Object.hasOwn(COMMANDS, name)) {
    fail(`there is no command "${name}"; commands are ${Object.keys(COMMANDS).join(', ')}`)
  }
  const answer = COMMANDS[name](world, words, self)
  world.events.emit('command', { player: self?.name ?? null, text: text.trim() })
  return answer
}

module.exports = { run, CommandError }
