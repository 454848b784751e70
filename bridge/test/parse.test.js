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
  generator: 'async function * doIt(bot) { return 1 }',
  unnamed_parameters: 'async function doIt(bot, count = 1) { return count }',
  shadows_primitive: 'async function mineBlock(bot) { return 1 }',
  shadows_global: 'async function Math(bot) { return 1 }',
  forbidden_name: inside('setTimeout(() => {}, 1)')
})) {
  test(`refused as ${code}, with a line and a sentence`, () => {
    const { refusals } = facts(source, { primitives: ['mineBlock'] })
    assert.deepEqual(refusals.map(refusal => refusal.code), [code])
    assert.ok(refusals[0].line >= 1)
    assert.ok(refusals[0].message.length > 15)
  })
}

/** Every way in which a program can give a name a meaning of its own. */
const BINDINGS = {
  const: name => `const ${name} = 1`,
  var: name => `if (1) { var ${name} = 1 }`,
  function: name => `function ${name} () {}`,
  'function expression': name => `[function ${name} () {}]`,
  class: name => `class ${name} {}`,
  'class expression': name => `[class ${name} {}]`,
  'parameter of a callback': name => `[1].map(${name} => 1)`,
  'parameter of a method': name => `[{ method (own, ${name} = 1) {} }]`,
  'rest parameter': name => `[(...${name}) => 1]`,
  'object pattern': name => `const { deep: [{ ...${name} }] } = {}`,
  'pattern with a default': name => `[({ ${name} = 1 }) => 1]`,
  catch: name => `try { } catch (${name}) { }`,
  'pattern of catch': name => `try { } catch ({ ${name} }) { }`,
  'for of': name => `for (const ${name} of []) { }`,
  'for in': name => `for (let ${name} in {}) { }`,
  for: name => `for (let i = 0, ${name} = 1; i < 1; i++) { }`,
  switch: name => `switch (1) { case 1: let ${name} }`,
  'inside of a class': name => `class Own { static { let ${name} } }`
}
for (const [way, bind] of Object.entries(BINDINGS)) {
  test(`no name that a program is given may be hidden: ${way}`, () => {
    for (const [name, code] of [['mineBlock', 'shadows_primitive'], ['Math', 'shadows_global'], ['GoalNear', 'shadows_global']]) {
      const { refusals } = facts(inside(`\n${bind(name)}`), { primitives: ['mineBlock'] })
      assert.deepEqual(refusals.map(({ code, line }) => [code, line]), [[code, 3]], name)
      assert.match(refusals[0].message, new RegExp(`^${name} is`))
    }
    const { refusals, bound } = facts(inside(bind('mineLogs')), { primitives: ['mineBlock'] })
    assert.deepEqual(refusals, [])
    assert.ok(bound.some(({ name, line }) => name === 'mineLogs' && line === 2), 'a library can tell whether it is a skill')
  })
}

test('the bot may be handed to a function inside, and nothing else may be called bot', () => {
  assert.deepEqual(codes(inside('const near = async (bot, x) => x\nfunction far (bot) {}')), [])
  for (const body of ['{ const bot = 1 }', '[(x, bot) => 1]', '[({ bot }) => 1]', 'for (const bot of []) { }']) {
    assert.deepEqual(codes(inside(body)), ['shadows_global'], body)
  }
})

test('what is not declared cannot be assigned', () => {
  for (const body of ['craftItem = 1', 'Math = {}', '[mineLogs] = [1]', '({ a: mineLogs = 2 } = {})', 'mineLogs++',
    'for (mineLogs of []) { }', 'mineLogs ??= 1']) {
    assert.deepEqual(codes(inside(body)), ['assigns_constant'], body)
  }
  assert.deepEqual(codes(inside('let own = 1; own += 1; own.own = 2; [own] = [1]')), [])
})

test('what the bot, and what it has and gives, does not have is told with what there is', () => {
  const told = body => facts(inside(body)).unknown_members.map(({ of, name, line }) => `${line} ${of} ${name}`)
  for (const [body, wanted] of Object.entries({
    'bot.inventory.countUsedSlots()': '2 bot.inventory countUsedSlots',
    "bot?.inventory?.['used']": '2 bot?.inventory used',
    '\nawait bot.collectBlock.collect(1)': '3 bot collectBlock',
    'const { x } = bot.entity.pos': '2 bot.entity pos',
    'const { inventory: own } = bot; own.total()': '2 own total',
    'const { used } = bot.inventory': '2 bot.inventory used',
    'const furnace = await bot.openFurnace(1); await furnace.smelt(1)': '2 furnace smelt',
    'const at = bot.findBlock({}).position.offset(0, 1, 0); at.top()': '2 at top',
    'bot.findBlock({ matching: block => block.isLog })': '2 block isLog',
    "bot.nearestEntity(function (one) { return one.mobType === 'Cow' })": '2 one mobType',
    'mcData.itemsArray.map(Number)': '2 mcData itemsArray',
    'new goals.GoalNowhere(1)': '2 goals GoalNowhere',
    'bot.own = 1': '2 bot own'
  })) assert.deepEqual(told(body), [wanted], body)
  const [{ known }] = facts(inside('bot.time.hour')).unknown_members
  assert.deepEqual(known, ['timeOfDay', 'day', 'isDay', 'age', 'moonPhase'])
})

test('where the syntax does not show what a thing is, nothing is said of it', () => {
  const { refusals, unknown_members: unknown } = facts(inside(`
    let found = bot.findBlock({ position: at => at.y > 1, matching: block => block.position.y > 1 }); found.own
    const key = 'own'; bot[key]; bot.entities[1].own; bot.inventory.items().own; bot.chat('a').then(1)
    const own = { bot: 1 }; own.bot.own; const loop = loop.own; bot.hasOwnProperty('x'); bot.openChest(1).catch(1)
    for (const block of []) { block.own } { const mcData = {}; }`))
  assert.deepEqual(unknown, [])
  assert.deepEqual(refusals.map(({ code }) => code), ['shadows_global'])
})

test('nothing of the bot is assigned or listened to', () => {
  assert.deepEqual(codes(inside('bot.chat = 1')), ['assigns_constant'])
  assert.deepEqual(codes(inside('bot.health++')), ['assigns_constant'])
  const { refusals } = facts(inside("bot.once('spawn', () => {})"))
  assert.deepEqual(refusals.map(({ code }) => code), ['forbidden_name'])
  assert.match(refusals[0].message, /read the bot afterwards/)
})

test('every way to reach out is refused by name', () => {
  for (const body of ['process.exit()', "require('fs')", "import('fs')", "eval('1')", "new Function('1')()",
    'globalThis.x = 1']) {
    assert.ok(codes(inside(body)).includes('forbidden_name'), body)
  }
})

test('an amount that is one, or follows from a parameter, or is none, is not fixed', () => {
  for (const source of ["async function doIt(bot) { return await mineBlock(bot, 'dirt', 1) }",
    "async function doIt(bot, { level = 3 } = {}) { await descendTo(bot, level); return await mineBlock(bot, 'dirt', 3) }",
    'async function doIt(bot) { await bot.waitForTicks(200); return 1 }']) assert.deepEqual(codes(source), [], source)
  assert.deepEqual(codes('async function doIt(bot) { return await mineLogs(bot, { count: 8 }) }'), ['no_parameter'])
})

test('what is nested too deeply to be looked at is refused', () => {
  const { refusals, calls, bound } = facts(inside('bot.entity.position' + '.offset(1)'.repeat(9000)))
  assert.deepEqual(refusals, [{ code: 'syntax', message: 'syntax error: it is nested too deeply', line: 1 }])
  assert.deepEqual([calls, bound], [[], []])
  assert.deepEqual(codes(inside('['.repeat(40_000))), ['syntax'])
})

test('a callback may ignore what it is given; a syntax error names its line', () => {
  assert.deepEqual(codes(inside('bot.findBlock({ matching: block => true })')), [])
  assert.equal(facts('async function doIt(bot) {\n\n  let = = 1\n}').refusals[0].line, 3)
})
