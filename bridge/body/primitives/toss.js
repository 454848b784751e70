/**
 * toss(bot, name, count = 1)
 *
 * Throws items away in front of the bot.
 *   name   item name, tag or array
 *   count  how many
 * Returns {tossed}.
 * Throws missing_items (before anything is thrown).
 *
 *   await toss(bot, 'dirt', 32)
 */
'use strict'

const args = require('../arguments')
const { itemNames } = require('../kinds')
const { count: carried, missing, throwAway } = require('../inventory')

async function run (body, name, wanted = 1) {
  const names = itemNames(body, name)
  const count = args.number(wanted, 'count', { min: 1, max: 2304 })
  const short = count - carried(body, names)
  if (short > 0) throw missing({ [names[0]]: short })
  return { tossed: await throwAway(body, names, count) }
}

module.exports = { name: 'toss', signature: 'toss(bot, name, count = 1)', run }
