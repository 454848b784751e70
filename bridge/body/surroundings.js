/**
 * What the writer of programs is told of the place: which blocks are near and where the nearest of each is, which
 * creatures are near, what grows or glows, in sight of the rule. It reads and never changes anything.
 */
'use strict'

const { REACH } = require('./sight')
const observe = require('./observation')

const MOST_ENTITIES = 30
const DULL = new Set(['air', 'cave_air', 'void_air'])

/** @returns {{position, blocks: {name: {count, nearest}}, entities: [...], biome, in_water, light}} */
function surroundings (body) {
  const { bot, sight } = body
  const { position } = bot.entity
  const blocks = {}
  const names = new Map()
  for (const state of sight.states()) {
    const { name } = sight.Block.fromStateId(state, 0)
    if (DULL.has(name)) continue
    if (!names.has(name)) names.set(name, new Set())
    names.get(name).add(state)
  }
  for (const [name, states] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const found = sight.find({ matching: states, maxDistance: REACH, count: 1 })
    if (found.length > 0) {
      blocks[name] = { nearest: observe.position(found[0]), distance: round(found[0].distanceTo(position)) }
    }
  }
  const entities = sight.entities().slice(0, MOST_ENTITIES).map(other => ({
    name: other.name ?? other.username ?? 'unknown',
    type: other.type,
    distance: round(other.position.distanceTo(position)),
    position: observe.position(other.position.floored())
  }))
  const here = bot.blockAt(position)
  return {
    position: observe.position(position.floored()),
    biome: here?.biome?.name ?? null,
    light: here ? { block: here.light, sky: here.skyLight } : null,
    in_water: Boolean(bot.entity.isInWater),
    time_of_day: bot.time.timeOfDay,
    blocks,
    entities
  }
}

const round = number => Math.round(number * 10) / 10

module.exports = { surroundings }
