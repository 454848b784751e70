/**
 * pickUp(bot, range = 8, name = null)
 *
 * Picks up the items that lie around.
 *   range  how far to go for them, in blocks
 *   name   only these items (name, tag or array); null takes all
 * Returns {gained, items: {name: count}}; gaining nothing is no failure.
 *
 *   await pickUp(bot, 12)
 */
'use strict'

const args = require('../arguments')
const { itemNames } = require('../kinds')
const { contents, tidy } = require('../inventory')
const { collect } = require('../collecting')
const { gainedSince } = require('../using')

async function run (body, range = 8, name = null) {
  const far = args.number(range, 'range', { min: 1, max: 32 })
  const names = name === null ? null : new Set(itemNames(body, name))
  await tidy(body, names ? [...names] : [])
  const before = contents(body)
  await collect(body, { range: far, wanted: item => !names || names.has(item) })
  return gainedSince(body, before)
}

module.exports = { name: 'pickUp', signature: 'pickUp(bot, range = 8, name = null)', run }
