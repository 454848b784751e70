/**
 * shearSheep(bot)
 *
 * Shears the nearest sheep in sight that has its wool and picks the wool up.
 * Returns {gained, items: {name: count}}.
 * Throws missing_items (no shears), not_found, unreachable, interrupted (that sheep was bare).
 *
 *   await shearSheep(bot)
 */
'use strict'

const { PrimitiveError } = require('../errors')
const { contents, holdAny } = require('../inventory')
const { collect } = require('../collecting')
const { useOnMob, gainedSince } = require('../using')

const BARE = 0x10

async function run (body) {
  await holdAny(body, ['shears'])
  const before = contents(body)
  const woolIndex = body.data.entitiesByName.sheep.metadataKeys.indexOf('wool')
  const [sheep] = body.sight.entities(entity => entity.name === 'sheep' && !(entity.metadata[woolIndex] & BARE))
  if (!sheep) {
    throw new PrimitiveError('not_found', 'no sheep with wool in sight', {
      value: 'sheep', remedy: 'explore grassland'
    })
  }
  const lies = entity => entity.name === 'item' && entity.position.distanceTo(sheep.position) < 4
  const wool = () => body.sight.entities(lies).length > 0
  await useOnMob(body, sheep, ['shears'], wool, 'shearing a sheep')
  await body.ticks(10)
  await collect(body, { range: 8, wanted: item => item?.endsWith('_wool') })
  return gainedSince(body, before)
}

module.exports = { name: 'shearSheep', signature: 'shearSheep(bot)', run }
