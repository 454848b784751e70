'use strict'
/** Sources compared and rewritten by their syntax trees. */

const test = require('node:test')
const assert = require('node:assert/strict')
const { shape, generalise, rename, extract, wrapper } = require('../reshape')

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

test('the words of a step are what it is about, not how it can fail', () => {
  const source = `async function a(bot) {
    try { await mineBlock(bot, 'stick') } catch (error) { if (!['not_found'].includes(error.code)) throw error }
    return 'done'
  }`
  assert.deepEqual(shape({ source }).words, [['stick'], ['done']])
})

test('a constant becomes a parameter with itself as default', () => {
  const { source } = generalise({ source: MINE, name: 'mineItem', groups: [{ at: [1, 2], parameter: 'item' }] })
  assert.equal(source, "async function mineItem(bot, { item = 'oak_log', count = 1 } = {}) {\n" +
    '  await mineBlock(bot, item, count)\n  return item\n}')
})

test('what takes no bot is not rewritten, whatever stands in its place', () => {
  for (const params of ['', "items = ['a']", '...items']) {
    const source = `async function list(${params}) { await say('a'); await say('b'); return 'c' }`
    assert.throws(() => generalise({ source, name: 'general', groups: [{ at: [0], parameter: 'item' }] }), /takes no bot/)
    assert.throws(() => wrapper({ source, name: 'general', values: {} }), /takes no bot/)
    assert.throws(() => extract({ sources: [source, source], starts: [0, 0], length: 2, name: 'c', purpose: '' }), /takes no bot/)
  }
})

test('large integers are told apart', () => {
  const [one, other] = ['5n', '6n'].map(value => shape({ source: MINE.replace('return', `await wait(${value}); return`) }))
  assert.notEqual(one.same, other.same)
})

test('a default becomes a parameter that stands before whatever it is the default of', () => {
  const source = "async function mine(bot, { kind = 'oak_log' } = {}) { return await mineBlock(bot, kind) }"
  const general = generalise({ source, name: 'mineItem', groups: [{ at: [0], parameter: 'item' }] })
  assert.match(general.source, /\{ item = 'oak_log', kind = item \} = \{\}/)
})

test('a parameter takes no name that means something else in the source', () => {
  for (const source of [
    "async function mine(bot) { for (const item of ['a']) await mineBlock(bot, 'oak_log', item) }",
    "async function mine(bot) { await item(bot); await mineBlock(bot, 'oak_log', 'a') }"
  ]) {
    const { constants } = shape({ source })
    const groups = [{ at: [constants.indexOf('oak_log')], parameter: 'item' }]
    assert.throws(() => generalise({ source, name: 'mineItem', groups }), /item has another meaning/)
  }
})

test('calls are renamed, labels and other meanings are not', () => {
  const source = 'async function a(bot) { await b(bot, { b: 1 }); return bot.b }'
  assert.equal(rename({ source, from: 'b', to: 'c' }).source, 'async function a(bot) { await c(bot, { b: 1 }); return bot.b }')
  assert.throws(() => rename({ source: 'async function a(bot) { const c = 1; await b(bot, c) }', from: 'b', to: 'c' }), /meaning/)
})

test('a name handed on in short keeps its label', () => {
  const source = 'async function a(bot) { return use({ b }) }'
  assert.equal(rename({ source, from: 'b', to: 'later' }).source, 'async function a(bot) { return use({ b: later }) }')
})

const AXE = `async function axe(bot, { count = 1 } = {}) {
  const begun = await countItems(bot, 'axe')
  const missing = 3 * count - await countItems(bot, 'iron')
  if (missing > 0) await smelt(bot, { count: missing })
  const left = await countItems(bot, 'iron')
  await craftItem(bot, 'axe', left)
  return { gained: left - begun }
}`
const BUCKET = AXE.replaceAll('axe', 'bucket').replaceAll('bot', 'me').replaceAll('count ', 'many ').replace('count - ', 'many - ')
  .replaceAll('left', 'there')

test('steps in common become a function with what they take and give', () => {
  const found = extract({ sources: [AXE, BUCKET], starts: [1, 1], length: 3, name: 'prepareIron', purpose: 'Have iron.' })
  assert.equal(found.source, `/**
 * Have iron.
 */
async function prepareIron(bot, { count = 1 } = {}) {
  const missing = 3 * count - await countItems(bot, 'iron')
  if (missing > 0) await smelt(bot, { count: missing })
  const left = await countItems(bot, 'iron')
  return { left }
}
`)
  assert.match(found.callers[0], /'axe'\)\n {2}const { left } = await prepareIron\(bot, { count }\)\n {2}await craftItem/)
  assert.match(found.callers[1], /const { left: there } = await prepareIron\(me, { count: many }\)/)
})

test('steps that hang on more than values stay where they are', () => {
  const from = (source, starts = [0], length = 2) => () =>
    extract({ sources: [source], starts, length, name: 'x', purpose: '' })
  assert.throws(from('async function a(bot) { await b(bot); return 1 }'), /leaves/)
  assert.throws(from('async function a(bot) { let n = 0; n += 1; n += 1; return n }', [1]), /change/)
  assert.throws(from('async function a(bot) { let n = 0; await b(bot); n += 1; return n }'), /changes later/)
  assert.throws(from('async function a(bot) { const f = () => 1; await b(bot); return f() }'), /share a function/)
  assert.throws(from('async function a(bot) { await f(bot); await b(bot); function f () {} return 1 }'), /after them/)
  const other = AXE.replace('count: missing', 'count: begun')
  assert.throws(() => extract({ sources: [AXE, other], starts: [1, 1], length: 3, name: 'x', purpose: '' }), /hang together/)
})

test('a wrapper is a function that only hands its parameters on', () => {
  const passing = 'async function a(bot, { count = 1 } = {}) { return await b(bot, { count }) }'
  assert.equal(shape({ source: passing }).passes_on, 'b')
  assert.equal(shape({ source: passing.replace('{ count })', "{ count, item: 'x' })") }).passes_on, null)
})

test('a call stands in the place of a body, with its own parameters and some values', () => {
  const source = '/** Mines. */\nasync function mineOak(bot, { count = 1, near: place } = {}) {\n  return count\n}'
  const called = wrapper({ source, name: 'mineItem', values: { item: "it's", level: 2 } }).source
  assert.equal(called, '/** Mines. */\nasync function mineOak(bot, { count = 1, near: place } = {}) {\n' +
    '  return await mineItem(bot, { count, near: place, item: "it\'s", level: 2 })\n}')
  assert.match(wrapper({ source: 'async function a(bot) { return 1 }', name: 'b', values: {} }).source, /await b\(bot\)/)
})
