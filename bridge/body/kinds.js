/**
 * From the word that a program uses to the game's own names. A word is a game name ('oak_log'), a tag ('#logs') or an
 * array of these; the answer is a list of names without repeats, in the order given. Never guesses: an unknown word is
 * refused, with the nearest known ones.
 */
'use strict'

const { PrimitiveError } = require('./errors')

/** Item names meant by `word`. */
function itemNames (body, word) {
  return resolve(body, word, body.data.itemsByName, 'item')
}

/** Block names meant by `word`. */
function blockNames (body, word) {
  return resolve(body, word, body.data.blocksByName, 'block')
}

/** Entity names meant by `word`. */
function entityNames (body, word) {
  return resolve(body, word, body.data.entitiesByName, 'entity')
}

function resolve (body, word, table, what) {
  const words = Array.isArray(word) ? word : [word]
  if (words.length === 0 || !words.every(one => typeof one === 'string' && one.length > 0)) {
    throw new PrimitiveError('bad_argument', `the ${what} must be a name, a #tag or an array of these`, {
      value: JSON.stringify(word) ?? 'undefined', remedy: `pass a ${what} name such as '${Object.keys(table)[1]}'`
    })
  }
  const names = new Set()
  for (const one of words) for (const name of membersOf(body, one, table, what)) names.add(name)
  return [...names]
}

function membersOf (body, word, table, what) {
  const name = word.replace(/^minecraft:/, '')
  if (name.startsWith('#')) {
    const tag = name.slice(1).replace(/^minecraft:/, '')
    const members = Object.hasOwn(body.tags, tag) ? body.tags[tag].filter(one => Object.hasOwn(table, one)) : []
    if (members.length > 0) return members
    throw unknown(word, `${what} tag`, Object.keys(body.tags).map(one => `#${one}`))
  }
  if (Object.hasOwn(table, name)) return [name]
  throw unknown(word, what, Object.keys(table))
}

function unknown (word, what, known) {
  const near = nearest(word, known)
  return new PrimitiveError('unknown_name', `the game knows no ${what} '${word.slice(0, 60)}'`, {
    value: word.slice(0, 60), remedy: `use a name of Minecraft 1.20.1, perhaps ${near.join(', ')}`
  })
}

/** The three known names that share the most letter pairs with `word`. */
function nearest (word, known) {
  const pairs = text => new Set(Array.from({ length: text.length - 1 }, (_, i) => text.slice(i, i + 2)))
  const wanted = pairs(word)
  return known
    .map(name => {
      const own = pairs(name)
      const shared = [...own].filter(pair => wanted.has(pair)).length
      return { name, score: 2 * shared / (own.size + wanted.size || 1) }
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, 3)
    .map(({ name }) => name)
}

/** How a list of names reads in a sentence: the first few, then how many more. */
function spoken (names) {
  const shown = names.slice(0, 3).join(' or ')
  return names.length > 3 ? `${shown} (or ${names.length - 3} others)` : shown
}

module.exports = { itemNames, blockNames, entityNames, spoken }
