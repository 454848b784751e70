/**
 * killMob(bot, mobName, timeout = 300)
 *
 * Goes to the nearest mob of a kind within 32 blocks, and within 16 up or down, strikes it down with the best weapon
 * carried and picks up what it drops.
 *   mobName  entity name or array: 'cow', ['cow', 'pig', 'sheep']
 *   timeout  game seconds
 * Returns {killed: name, gained, items: {name: count}}.
 * Throws not_found (none in sight: explore), timeout, unreachable, gone (it got away).
 *
 *   await killMob(bot, 'cow')
 */
'use strict'

const args = require('../arguments')
const { PrimitiveError } = require('../errors')
const { entityNames, spoken } = require('../kinds')
const { fight } = require('../combat')
const { contents, tidy } = require('../inventory')
const { collect } = require('../collecting')
const { gainedSince } = require('../using')

const DROP_RANGE = 6
/** What is farther up or down than this is in a cave or on a cliff, a long way off. */
const LEVELS = 16

async function run (body, mobName, timeout = 300) {
  const names = entityNames(body, mobName)
  const ticks = args.number(timeout, 'timeout', { min: 1, max: 3600 }) * 20
  await tidy(body)
  await body.reflexes.attend(body)
  const level = entity => Math.abs(entity.position.y - body.bot.entity.position.y) < LEVELS
  const [prey] = body.sight.entities(entity => names.includes(entity.name) && level(entity))
  if (!prey) {
    throw new PrimitiveError('not_found', `no ${spoken(names)} in sight`, {
      value: names[0], remedy: 'explore grassland by day for animals; hostile mobs come in the dark'
    })
  }
  const before = contents(body)
  const deadline = body.deadline(ticks)
  while (body.bot.entities[prey.id]) {
    if (deadline.over) {
      throw new PrimitiveError('timeout', `the ${prey.name} was not killed within ${timeout} s`, {
        value: prey.name, remedy: 'carry a better weapon, or choose one that is easier to reach'
      })
    }
    const danger = () => Boolean(body.reflexes.urgent(body)) && body.reflexes.threat(body) !== prey
    let disturbed = false
    const killed = await fight(body, prey, { ticks: deadline.left, stop: () => (disturbed = danger()) })
    if (!killed && !disturbed && !deadline.over) throw escaped(prey)
    if (!killed) await body.reflexes.attend(body)
  }
  await body.ticks(25)
  await collect(body, { range: DROP_RANGE })
  return { killed: prey.name, ...gainedSince(body, before) }
}

function escaped (prey) {
  const { x, y, z } = prey.position.floored()
  return new PrimitiveError('unreachable', `no way leads to the ${prey.name} at ${x}, ${y}, ${z}`, {
    value: { x, y, z }, remedy: 'choose another one, or come from another side'
  })
}

module.exports = { name: 'killMob', signature: 'killMob(bot, mobName, timeout = 300)', run }
