/**
 * milkCow(bot)
 *
 * Milks the nearest cow in sight into an empty bucket.
 * Returns {item: 'milk_bucket'}.
 * Throws missing_items (no bucket), not_found, unreachable.
 *
 *   await milkCow(bot)
 */
'use strict'

const { PrimitiveError } = require('../errors')
const { count: carried, holdAny } = require('../inventory')
const { useOnMob } = require('../using')

async function run (body) {
  await holdAny(body, ['bucket'])
  const before = carried(body, 'milk_bucket')
  const [cow] = body.sight.entities(entity => entity.name === 'cow')
  if (!cow) throw new PrimitiveError('not_found', 'no cow in sight', { value: 'cow', remedy: 'explore grassland' })
  await useOnMob(body, cow, ['bucket'], () => carried(body, 'milk_bucket') > before, 'milking a cow')
  return { item: 'milk_bucket' }
}

module.exports = { name: 'milkCow', signature: 'milkCow(bot)', run }
