/**
 * eat(bot, name = null)
 *
 * Eats until the bot is no longer hungry or the food is gone. (A hungry bot also eats by itself.)
 *   name  only this food (name, tag or array; also risky ones such as 'rotten_flesh'); null chooses safe food
 * Returns {eaten: {name: count}, food}.
 * Throws missing_items (nothing to eat), bad_argument (not food), interrupted.
 *
 *   await eat(bot)
 */
'use strict'

const args = require('../arguments')
const { itemNames } = require('../kinds')
const { find, missing } = require('../inventory')
const { meal, eatOne, FULL } = require('../eating')

async function run (body, name = null) {
  const names = name === null ? null : itemNames(body, name).filter(item => item in body.data.foodsByName)
  if (names?.length === 0) throw args.bad('the item must be food', name, 'eat bread, apples or cooked meat')
  const next = () => names ? find(body, names) : meal(body)
  const eaten = {}
  if (body.bot.food < FULL && !next()) {
    throw missing({ [names?.[0] ?? 'bread']: 1 }, 'there is nothing to eat in the inventory')
  }
  for (let item = next(); item && body.bot.food < FULL; item = next()) {
    const { name: food } = item
    await eatOne(body, item)
    eaten[food] = (eaten[food] ?? 0) + 1
  }
  return { eaten, food: body.bot.food }
}

module.exports = { name: 'eat', signature: 'eat(bot, name = null)', run }
