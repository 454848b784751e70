'use strict'
/** Facts about sources, and that each refusal comes for its reason and not otherwise. */

const test = require('node:test')
const assert = require('node:assert/strict')
const { facts } = require('../parse')

const GOOD = `/**
 * Mines logs near the bot.
 * @param {number} count how many more
 * @param {string} kind
 */
async function mineLogs(bot, { count = 1, kind = 'oak_log' } = {}) {
  const names = [kind].map(name => name.trim())
  for (const name of names) await mineBlock(bot, name, count)
  return { gained: count }
}`

const codes = (source, known) => facts(source, known).refusals.map(({ code }) => code)
const inside = body => `async function doIt(bot) {\n${body}\nreturn 1\n}`

test('a good skill has a signature, a purpose, its callees, and nothing against it', () => {
  const told = facts(GOOD, { primitives: ['mineBlock'] })
  assert.deepEqual(told.refusals, [])
  assert.equal(told.main, 'mineLogs')
  assert.equal(told.purpose, 'Mines logs near the bot.')
  assert.deepEqual(told.calls, ['mineBlock'])
  assert.deepEqual(told.functions[0].params, [
    { name: 'count', default: '1', type: 'number' }, { name: 'kind', default: "'oak_log'", type: 'string' }
  ])
})

test('free names follow scope: declared, hoisted, parameters, patterns, catch and labels are not free', () => {
  const told = facts(inside(`
    later(); function later () { return inner }
    var inner = 1; const { a: [b], ...rest } = bot; let f = function g (x = b) { return g(x) }
    outer: for (const k of [b, rest, f]) { if (k) break outer }
    try { missing.call(bot.present) } catch ({ message }) { console.log(message, { message, other: 1 }) }
    class Own { field = 1; method () { return new Own() } }
    return Own`))
  assert.deepEqual(told.calls, ['missing'])
})

test('a function that is only passed on counts as used', () => {
  assert.deepEqual(facts(inside('await Promise.all([1].map(mineLogs))')).calls, ['mineLogs'])
})

for (const [code, source] of Object.entries({
  syntax: 'async function doIt(bot) { return = 1 }',
  no_function: '// nothing yet',
  outside_code: 'const found = 1\n' + inside(''),
  several_functions: 'async function helper(bot) { return 1 }\n' + inside(''),
  not_async: 'function doIt(bot) { return 1 }',
  no_bot: 'async function doIt(agent) { return agent }',
  assigns_constant: inside('const a = 1; a += 1'),
  unused_parameter: 'async function doIt(bot, { count = 1 } = {}) { return 1 }',
  no_parameter: "async function doIt(bot) { return await mineBlock(bot, 'dirt', 3) }",
  no_return: 'async function doIt(bot) { const f = () => { return 1 }; f() }',
  quantity_in_name: 'async function mineFiveLogs(bot) { return 1 }',
  shadows_primitive: 'async function mineBlock(bot) { return 1 }',
  forbidden_name: inside('setTimeout(() => {}, 1)')
})) {
  test(`refused as ${code}, with a line and a sentence`, () => {
    const { refusals } = facts(source, { primitives: ['mineBlock'] })
    assert.deepEqual(refusals.map(refusal => refusal.code), [code])
    assert.ok(refusals[0].line >= 1)
    assert.ok(refusals[0].message.length > 15)
  })
}

test('every way to reach out is refused by name', () => {
  for (const body of ['process.exit()', "require('fs')", "import('fs')", "eval('1')", "new Function('1')()",
    'globalThis.x = 1']) {
    assert.ok(codes(inside(body)).includes('forbidden_name'), body)
  }
})

test('names that only look like quantities pass', () => {
  for (const name of ['mineStone', 'oftenUsed', 'attendCow', 'craftWoodenPickaxe']) {
    assert.deepEqual(codes(`async function ${name}(bot) { return 1 }`), [], name)
  }
})

test('an amount that is one, or follows from a parameter, or is none, is not fixed', () => {
  for (const source of ["async function doIt(bot) { return await mineBlock(bot, 'dirt', 1) }",
    "async function doIt(bot, { level = 3 } = {}) { await descendTo(bot, level); return await mineBlock(bot, 'dirt', 3) }",
    'async function doIt(bot) { await bot.waitForTicks(200); return 1 }']) assert.deepEqual(codes(source), [], source)
  assert.deepEqual(codes('async function doIt(bot) { return await mineLogs(bot, { count: 8 }) }'), ['no_parameter'])
})

test('a callback may ignore what it is given; a syntax error names its line', () => {
  assert.deepEqual(codes(inside('bot.findBlock({ matching: block => true })')), [])
  assert.equal(facts('async function doIt(bot) {\n\n  let = = 1\n}').refusals[0].line, 3)
})
