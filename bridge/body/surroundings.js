/**
 * What the writer of programs is told of the place: which blocks are near and where the nearest of each is, which
 * creatures are near, what grows or glows, in sight of the rule. It reads and never changes anything.
 */
'use strict'

const observe = require('./observation')

const MOST_ENTITIES = 30

/** @returns {{position, blocks: {name: {nearest, distance}}, entities: object[], biome, in_water, light}} */
function surroundings (body) {
  const { bot, sight } = body
  const { position } = bot.entity
  const blocks = Object.fromEntries(Object.entries(sight.nearestOfEach()).map(([name, { at, distance }]) =>
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
    entities
  }
}

const round = number => Math.round(number * 10) / 10

module.exports = { surroundings }
