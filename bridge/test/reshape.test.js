'use strict'
/** Sources compared and rewritten by their syntax trees. */

const test = require('node:test')
const assert = require('node:assert/strict')
const { shape, generalise, rename } = require('../reshape')

const MINE = "async function mineOak(bot, { count = 1 } = {}) {\n  await mineBlock(bot, 'oak_log', count)\n  return 'oak_log'\n}"

test('names of its own, layout and comments are not part of what a source is', () => {
  const other = "/** Gets oak. */ async function chop(bot, {count=1}={}) { await mineBlock(bot, 'oak_log', count); return 'oak_log' }"
  assert.equal(shape({ source: MINE }).same, shape({ source: other }).same)
})

test('another callee is another source, another constant is alike', () => {
  assert.notEqual(shape({ source: MINE }).like, shape({ source: MINE.replace('mineBlock', 'killMob') }).like)
  const birch = shape({ source: MINE.replaceAll('oak_log', 'birch_log') })
  assert.notEqual(shape({ source: MINE }).same, birch.same)
  assert.equal(shape({ source: MINE }).like, birch.like)
  assert.deepEqual(birch.constants, [1, 'birch_log', 'birch_log'])
})

test('a constant becomes a parameter with itself as default', () => {
  const { source } = generalise({ source: MINE, name: 'mineItem', groups: [{ at: [1, 2], parameter: 'item' }] })
  assert.equal(source, "async function mineItem(bot, { count = 1, item = 'oak_log' } = {}) {\n" +
    '  await mineBlock(bot, item, count)\n  return item\n}')
})

test('calls are renamed, labels and other meanings are not', () => {
  const source = 'async function a(bot) { await b(bot, { b: 1 }); return bot.b }'
  assert.equal(rename({ source, from: 'b', to: 'c' }).source, 'async function a(bot) { await c(bot, { b: 1 }); return bot.b }')
  assert.throws(() => rename({ source: 'async function a(bot) { const c = 1; await b(bot, c) }', from: 'b', to: 'c' }), /meaning/)
})

test('a wrapper is a function that only hands its parameters on', () => {
  const passing = 'async function a(bot, { count = 1 } = {}) { return await b(bot, { count }) }'
  assert.equal(shape({ source: passing }).passes_on, 'b')
  assert.equal(shape({ source: passing.replace('{ count })', "{ count, item: 'x' })") }).passes_on, null)
})
