'use strict'
/** Programs of others in our form: what changes, that the default stays what it was, and that each change is told. */

const test = require('node:test')
const assert = require('node:assert/strict')
const { adapt, functionsOf, mainOf, withoutQuantity } = require('../adapt')
const { facts } = require('../parse')

const refusals = source => facts(source, { primitives: ['mineBlock', 'craftItem'] }).refusals.map(({ code }) => code)

test('a quantity leaves the name and becomes a parameter wherever it stood', () => {
  const { source, name, changes } = adapt({ source: `async function mineFiveIronOre(bot) {
    const ores = bot.findBlocks({ matching: 1, maxDistance: 32, count: 5 })
    if (ores.length < 5) {
      bot.chat('too few')
      return;
    }
    await mineBlock(bot, 'iron_ore', 5)
    await bot.waitForTicks(5)
  }` })
  assert.equal(name, 'mineIronOre')
  assert.match(source, /async function mineIronOre\(bot, \{ count = 5 \} = \{\}\)/)
  assert.match(source, /count: count/)
  assert.match(source, /ores\.length < count/)
  assert.match(source, /mineBlock\(bot, 'iron_ore', count\)/)
  assert.match(source, /waitForTicks\(5\)/, 'a five that is something else stays')
  assert.match(source, /return \{ done: false, reason: 'too few' \};/)
  assert.match(source, /return \{ done: true \};/)
  assert.deepEqual(refusals(source), [])
  assert.equal(changes.length, 3)
})

test('without a quantity the call that the name speaks of gives the parameter', () => {
  const { source } = adapt({ source: `async function craftIronPickaxe(bot) {
    await craftItem(bot, 'stick', 1); await craftItem(bot, 'iron_pickaxe')
  }` })
  assert.match(source, /\{ count = 1 \}/)
  assert.match(source, /craftItem\(bot, 'stick', 1\); await craftItem\(bot, 'iron_pickaxe', count\)/)
})

test('one kind of wood becomes a parameter, unless the name is about it', () => {
  const any = adapt({ source: `async function mineWood(bot) {
    const before = bot.inventory.count(mcData.itemsByName.oak_log.id)
    await mineBlock(bot, 'oak_log', 2); return before }` }).source
  assert.doesNotMatch(any, /kind/, 'wood is not in oak_log: nothing says that this call is what it is about')
  const two = adapt({ source: `async function mineTwoLogs(bot) {
    const before = bot.inventory.count(mcData.itemsByName.oak_log.id)
    await mineBlock(bot, 'oak_log', 2); return before }` }).source
  assert.match(two, /\{ kind = 'oak_log', count = 2 \}/)
  assert.match(two, /itemsByName\[kind\]\.id/)
  assert.match(two, /mineBlock\(bot, kind, count\)/)
  const oak = "async function mineTwoOakLogs(bot) { await mineBlock(bot, 'oak_log', 2) }"
  assert.doesNotMatch(adapt({ source: oak }).source, /kind =/)
})

test('helpers come inside: own ones, and those that were in scope by accident, with what they need', () => {
  const { source, changes } = adapt({
    source: 'function near(bot) { return bot.entity }\nasync function go(bot) { near(bot); return findPlace(bot) }',
    helpers: { findPlace: 'function findPlace(bot) { return check(bot) }', check: 'function check(bot) { return bot }',
      unused: 'function unused() {}' }
  })
  assert.deepEqual(refusals(source), [])
  assert.deepEqual(facts(source).calls, [])
  assert.doesNotMatch(source, /unused/)
  assert.equal(changes.length, 3)
})

test('callers keep meaning what they called: by its new name, and with parameters by name', () => {
  const { source } = adapt({
    source: 'async function build(bot) { await mineFiveLogs(bot); return dig(bot, 3, "sand") }',
    renamed: { mineFiveLogs: 'mineLogs' }, positional: { dig: ['depth', 'what'] }
  })
  assert.match(source, /await mineLogs\(bot\); return dig\(bot, \{ depth: 3, what: "sand" \}\)/)
  assert.match(adapt({ source: 'async function dig(bot, depth, what = "sand") { return depth + what }' }).source,
    /async function dig\(bot, \{ depth, what = "sand" \} = \{\}\)/)
})

test('a step from the bot, which may be taken, is no place to insist on', () => {
  const { source, changes } = adapt({ source: `async function craftBucket(bot) {
    let place = bot.entity.position.offset(1, 0, 0)
    if (bot.blockAt(place).name !== 'air') place = bot.entity.position.offset(-1, 0, 0)
    await placeItem(bot, 'crafting_table', place)
    await craftItem(bot, 'bucket', 1, place)
    await placeItem(bot, 'furnace', bot.entity.position.offset(0, 0, 1))
  }` })
  assert.match(source, /placeItem\(bot, 'crafting_table'\)/)
  assert.match(source, /placeItem\(bot, 'furnace'\)/)
  assert.equal(changes.filter(change => change.startsWith('placeItem')).length, 2)
  const meant = `async function build(bot, { place }) {
    const here = bot.entity.position.offset(1, 0, 0), below = bot.entity.position.offset(0, -1, 0)
    await placeItem(bot, 'chest', here)
    await placeItem(bot, 'dirt', below)
    await placeItem(bot, 'dirt', place)
    return bot.blockAt(here)
  }`
  assert.equal(adapt({ source: meant }).source.match(/placeItem\(bot, '\w+', \w+\)/g).length, 3,
    'where it is looked at later, where it is no step, and where another says')
})

test('of two calls with the quantity of the name it is the one that the name speaks of', () => {
  const { source } = adapt({ source: `async function mineThreeIronOres(bot) {
    await mineBlock(bot, 'stone', 3)
    await mineBlock(bot, 'iron_ore', 3)
  }` })
  assert.match(source, /mineBlock\(bot, 'stone', 3\)/)
  assert.match(source, /mineBlock\(bot, 'iron_ore', count\)/)
})

test('a count of runs of a recipe becomes a parameter that counts items', () => {
  const adapted = (name, call) => adapt({ source: `async function ${name}(bot) { await ${call} }`, yields: { torch: 4 } })
  const eight = adapted('craftEightTorches', "craftItem(bot, 'torch', 2)")
  assert.match(eight.source, /\{ count = 8 \}/)
  assert.match(eight.source, /craftItem\(bot, 'torch', count\)/)
  assert.ok(!eight.changes.some(said => said.includes('each run')), 'the parameter says it')
  assert.match(adapted('craftTorch', "craftItem(bot, 'torch')").source,
    /\{ count = 4 \}[\s\S]*craftItem\(bot, 'torch', count\)/)
})

test('counts of recipes become counts of items', () => {
  const { source, changes } = adapt({
    source: "async function f(bot) { await craftItem(bot, 'stick', n(bot)); await craftItem(bot, x, 2) }",
    yields: { stick: 4 }
  })
  assert.match(source, /craftItem\(bot, 'stick', 4 \* \(n\(bot\)\)\)/)
  assert.ok(changes.some(said => said.includes('look at its count')))
})

test('constants that are assigned become variables, and code outside of functions is left out', () => {
  const { source, changes } = adapt({ source: 'const x = 1\nasync function f(bot) { const n = 1; n += 1; return n }' })
  assert.match(source, /let n = 1; n \+= 1/)
  assert.deepEqual(refusals(source), [])
  assert.equal(changes.length, 2)
})

test('what is assigned without having been declared becomes a variable, unless it stood outside of the function', () => {
  const { source, changes } = adapt({ source: `async function f(bot) {
    if (bot.food < 9) left = 1
    for (at of [1, 2]) await bot.waitForTicks(at)
  }` })
  assert.deepEqual(refusals(source), [])
  assert.ok(changes.includes('declared left, at, which it only assigned'))
  const outside = adapt({ source: 'let met = 0\nasync function f(bot) { met += 1; return met }' })
  assert.ok(refusals(outside.source).length > 0, 'what it was before is lost')
})

test('a purpose cannot end the comment that it stands in', () => {
  const { source } = adapt({ source: 'async function f(bot) { return 1 }', purpose: 'Nice */ process.exit() /* try' })
  assert.deepEqual(refusals(source), [])
  assert.equal(facts(source).purpose, 'Nice * / process.exit() /* try')
})

test('what is in our form stays as it is', () => {
  const code = 'async function digSand(bot, { count = 1 } = {}) { return await mineBlock(bot, "sand", count) }'
  const { source, changes } = adapt({ source: code, purpose: 'Digs sand.' })
  assert.deepEqual(changes, [])
  assert.ok(source.includes(code))
})

test('names and functions are told; a source without an async function has no main', () => {
  assert.deepEqual(withoutQuantity('craftOneShield'), { name: 'craftShield', quantity: 1 })
  assert.deepEqual(withoutQuantity('smeltRawIronV2'), { name: 'smeltRawIron', quantity: null })
  assert.deepEqual(withoutQuantity('collect10Bamboo'), { name: 'collectBamboo', quantity: 10 })
  assert.deepEqual(withoutQuantity('attendCow'), { name: 'attendCow', quantity: null })
  assert.equal(mainOf('async function a() {}\nasync function b() {}\nfunction c() {}'), 'b')
  assert.equal(mainOf('function c() {}'), null)
  assert.deepEqual(Object.keys(functionsOf('function a() { function b() {} }')).sort(), ['a', 'b'])
})
