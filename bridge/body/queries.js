/**
 * Host calls that answer at once and let no time pass: what skill code sees of the bot and of the world. Each takes
 * the body and plain JSON arguments, and gives plain JSON. None of them changes anything.
 */
'use strict'

const args = require('./arguments')
const observe = require('./observation')

const MOST_POSITIONS = 512
/** The tables of minecraft-data that skill code may look up, one entry at a time. */
const TABLES = ['items', 'itemsByName', 'blocks', 'blocksByName', 'entitiesByName', 'foods', 'foodsByName',
  'biomes', 'biomesByName', 'recipes']

const queries = {
  self: body => observe.self(body.bot),

  entities: body => body.sight.entities().map(observe.entity),

  players: body => Object.values(body.bot.players).map(player => ({
    username: player.username, gamemode: player.gamemode, ping: player.ping, entityId: player.entity?.id ?? null
  })),

  blockAt (body, at) {
    const found = body.sight.blockAt(args.position(at))
    return found && observe.block(found)
  },

  states: body => body.sight.states(),

  stateInfo: (body, ids) => ids.map(id => {
    args.number(id, 'the state', { min: 0, max: 1e6 })
    return observe.stateInfo(body.sight.Block.fromStateId(id, 0))
  }),

  /** matching: {names: [...]} | {types: [block ids]} | {states: [state ids]} */
  find (body, { names, types, states }, { maxDistance, count, point }) {
    let matching = states && new Set(states)
    if (names) matching = body.names(names)
    if (types) matching = block => types.includes(block.type)
    return body.sight.find({
      matching,
      maxDistance: args.number(maxDistance, 'maxDistance', { min: 0, fallback: 16 }),
      count: Math.min(args.number(count, 'count', { min: 0, fallback: 1 }), MOST_POSITIONS),
      point: point ? args.position(point, 'point') : body.bot.entity.position
    }).map(observe.position)
  },

  canSeeBlock: (body, block) => Boolean(body.bot.canSeeBlock(args.block(body, block))),
  canDigBlock: (body, block) => Boolean(body.bot.canDigBlock(args.block(body, block))),
  digTime: (body, block) => body.bot.digTime(args.block(body, block)),

  blockAtCursor (body, maxDistance) {
    const found = body.bot.blockAtCursor(args.number(maxDistance, 'maxDistance', { min: 0, max: 32, fallback: 32 }))
    return found && observe.block(found)
  },

  recipesFor: (body, item, metadata, minimum, table) => {
    const type = args.itemType(body, item)
    return numbered(body.bot.recipesFor(type, null, minimum ?? 1, Boolean(table)), body, type)
  },

  recipesAll: (body, item, metadata, table) => {
    const type = args.itemType(body, item)
    return numbered(body.bot.recipesAll(type, null, Boolean(table)), body, type)
  },

  /** One entry of a table of minecraft-data, or null. */
  data (body, table, key) {
    args.word(table, TABLES, 'the table')
    const entries = body.data[table]
    return Object.hasOwn(entries, key) ? observe.plain(entries[key]) : null
  },

  /** The keys of such a table. */
  keys: (body, table) => Object.keys(body.data[args.word(table, TABLES, 'the table')]),

  names: (body, name) => body.names(name)
}

/** Recipes as plain data; `which` finds the same recipe again when it comes back as an argument. */
function numbered (recipes, body, type) {
  const all = body.bot.recipesAll(type, null, true)
  const same = recipe => all.findIndex(other => JSON.stringify(other) === JSON.stringify(recipe))
  const named = ({ id, count }) => ({ id, name: body.data.items[id]?.name ?? null, count })
  return recipes.map(recipe => ({
    which: { type, index: same(recipe) },
    result: named(recipe.result),
    delta: recipe.delta.map(named),
    requiresTable: recipe.requiresTable
  }))
}

module.exports = { queries }
