/**
 * What the writer of programs is told of the place: which blocks are near and where the nearest of each is, which
 * creatures are near, what grows or glows, in sight of the rule. It reads and never changes anything.
 */
'use strict'

const observe = require('./observation')

const MOST_ENTITIES = 30
const MOST_SIGNS = 8

/** @returns {{position, blocks: {name: {nearest, distance}}, entities: object[], signs: object[], biome, in_water, light}} */
function surroundings (body) {
  const { bot, sight } = body
  const { position } = bot.entity
  const nearest = sight.nearestOfEach()
  const blocks = Object.fromEntries(Object.entries(nearest).map(([name, { at, distance }]) =>
    [name, { nearest: observe.position(at), distance: round(distance) }]))
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
    entities,
    signs: signs(sight, Object.keys(nearest), position)
  }
}

/** What is written on the nearest signs: text of players, told as it is. */
function signs (sight, names, position) {
  const matching = names.filter(name => name.endsWith('_sign'))
  if (matching.length === 0) return []
  const found = sight.find({ matching, count: MOST_SIGNS })
  return found.map(at => ({ text: observe.signText(sight.bot.blockAt(at)), position: observe.position(at),
    distance: round(at.distanceTo(position)) })).filter(({ text }) => text)
}

const round = number => Math.round(number * 10) / 10

module.exports = { surroundings }
