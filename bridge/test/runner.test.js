'use strict'
/** Programs in a joined body: outcomes, pinned callees, errors that name the writer's line, and repeatability. */

const test = require('node:test')
const assert = require('node:assert/strict')
const { join } = require('./body_harness')

const modules = (...list) => list.map(([id, name, source, uses = {}]) => ({ id, name, source, uses }))

test('a joined body', async t => {
  const body = await join()
  t.after(() => body.close())
  const { run } = body

  await t.test('joins in lock-step: body and world count the same ticks', async () => {
    const before = body.joined
    const { tick, world_tick: worldTick } = await body.operations.tick({ count: 20 })
    assert.equal(tick - before.tick, 20)
    assert.equal(worldTick - before.world_tick, 20)
  })

  await t.test('returns plain JSON and passes arguments', async () => {
    const program = 'return { twice: args.count * 2, nothing: undefined }'
    const { outcome, value, ticks } = await run(program, { args: { count: 4 } })
    assert.deepEqual([outcome, value, ticks], ['returned', { twice: 8 }, 0])
  })

  await t.test('time passes only during an action, and each is written down with its line', async () => {
    const program = 'const t = Date.now()\nawait bot.waitForTicks(7)\nreturn Date.now() - t'
    const { value, ticks, calls } = await run(program)
    assert.deepEqual([value, ticks], [350, 7])
    assert.deepEqual(calls, [
      { name: 'waitForTicks', args: ['7'], ok: true, ticks: 7, module: 'main', line: 3, column: 11 }
    ])
  })

  await t.test('a module calls the version it was pinned to, whatever else has the same name', async () => {
    const { value } = await run(modules(
      ['old', 'helper', 'async function helper(bot) { return 1 }'],
      ['new', 'helper', 'async function helper(bot) { return 2 }'],
      ['middle', 'middle', 'async function middle(bot) { return await helper(bot) }', { helper: 'old' }],
      ['main', 'main', 'async function main(bot) { return [await middle(bot), await helper(bot)] }',
        { middle: 'middle', helper: 'new' }]
    ))
    assert.deepEqual(value, [1, 2])
  })

  await t.test('an error names module, line and text of the place that threw', async () => {
    const { outcome, error } = await run(modules(
      ['inner', 'inner', 'async function inner(bot) {\n  const nothing = null\n  return nothing.name\n}'],
      ['main', 'main', 'async function main(bot) {\n  return await inner(bot)\n}', { inner: 'inner' }]
    ))
    assert.equal(outcome, 'threw')
    assert.equal(error.code, 'thrown')
    assert.deepEqual([error.where.module, error.where.line, error.where.text], ['inner', 3, 'return nothing.name'])
  })

  await t.test('a syntax error is a bad program with its line', async () => {
    const { outcome, error } = await run('let a\nlet b = = 1')
    assert.equal(outcome, 'threw')
    assert.deepEqual([error.code, error.where.line], ['bad_program', 3])
  })

  await t.test('a failure of the game has code, value and remedy, and can be caught', async () => {
    const { outcome, value } = await run(`
      try { await bot.equip('diamond_pickaxe') } catch (error) { return [error.code, error.value, error.remedy] }`)
    assert.equal(outcome, 'returned')
    assert.deepEqual(value, ['missing_items', { diamond_pickaxe: 1 }, 'get diamond_pickaxe first'])
  })

  await t.test('a forgotten await does not hide a failure', async () => {
    const { outcome, error } = await run("bot.equip('diamond_pickaxe')\nreturn 'fine'")
    assert.deepEqual([outcome, error.code], ['threw', 'missing_items'])
  })

  await t.test('game time runs out as timeout, even for a program that catches everything', async () => {
    const { outcome, ticks, error } = await run('for (;;) { try { await bot.waitForTicks(5) } catch {} }',
      { limits: { ticks: 50 } })
    assert.deepEqual([outcome, ticks, error.code], ['timeout', 50, 'timeout'])
  })

  await t.test('an action that is cut short leaves the bot at rest', async () => {
    await run("bot.setControlState('forward', true); await bot.waitForTicks(1000)", { limits: { ticks: 10 } })
    await run('await bot.waitForTicks(20)')
    const { value } = await run(`const before = bot.entity.position
      await bot.waitForTicks(5)
      return bot.entity.position.distanceTo(before)`)
    assert.ok(value < 0.01, `moved ${value}`)
  })

  await t.test('what a craft that was cut short left in the grid is in the pockets again', async () => {
    await body.ask('command', { text: '/give Tester oak_log 8' })
    await body.operations.tick({ count: 2 })
    const { outcome } = await run("await craftItem(bot, 'oak_planks', 12)", { limits: { ticks: 1 } })
    assert.equal(outcome, 'timeout')
    const { inventory } = await body.ask('observe', { player: 'Tester' })
    assert.ok(inventory.oak_planks > 0)
    await body.operations.tick({ count: 40 })
    assert.deepEqual((await body.ask('observe', { player: 'Tester' })).inventory, inventory, 'nothing goes on after the run')
    const { value } = await run("return ['oak_log', 'oak_planks'].map(name => bot.inventory.count(name))")
    assert.deepEqual(value, [inventory.oak_log, inventory.oak_planks])
    await body.ask('command', { text: '/clear Tester' })
  })

  await t.test('while a window is open, pockets are what they are now, for programs and for the trace', async () => {
    const { x, y, z } = body.joined.position
    await body.ask('command', { text: `/setblock ${Math.floor(x) + 1} ${Math.floor(y)} ${Math.floor(z)} chest` })
    await body.ask('command', { text: '/give Tester diamond 5' })
    await body.operations.tick({ count: 2 })
    const { value, spans } = await run(modules(
      ['move', 'move', `async function move(bot, { count }) {
        const chest = await bot.openChest(bot.findBlock({ matching: 'chest' }))
        await chest.deposit('diamond', null, count)
        return bot.inventory.items().map(({ name, count, slot }) => [name, count, slot])
      }`],
      ['main', 'main', 'async function main(bot) { return await move(bot, { count: 3 }) }', { move: 'move' }]
    ))
    const later = await run('return bot.inventory.items().map(({ name, count, slot }) => [name, count, slot])')
    assert.deepEqual([value, value[0].slice(0, 2)], [later.value, ['diamond', 2]], 'as they are once it is closed')
    const told = spans.find(({ module }) => module === 'move')
    assert.deepEqual([told.before, told.after], [{ diamond: 5 }, { diamond: 2 }])
    await body.ask('command', { text: '/clear Tester' })
  })

  await t.test('death ends the run; the next run finds the bot alive', async () => {
    const dying = run('await bot.waitForTicks(400)')
    await body.ask('command', { text: '/kill Tester' })
    const { outcome, error } = await dying
    assert.deepEqual([outcome, error.code], ['died', 'died'])
    const { value } = await run('return bot.health')
    assert.equal(value, 20)
  })
})

test('the same seed and the same programs give the same world', async () => {
  const play = async () => {
    const body = await join({ seed: 11, rules: { mob_spawning: true } })
    const runs = []
    for (const program of [
      `const { x, z } = bot.entity.position
        await goTo(bot, { x: x + 12, z: z + 5 }, 2).catch(() => {})
        return bot.entity.position`,
      'console.log(Math.random(), Date.now()); await bot.waitForTicks(60); return Object.values(bot.entities).length',
      "return await mineBlock(bot, ['dirt', 'grass_block', 'sand'], 1).catch(error => error.code)"
    ]) runs.push(await body.run(program))
    const { events } = await body.ask('events', { since: 0 })
    const seen = await body.ask('observe', { player: 'Tester' })
    await body.close()
    return { runs, events, seen }
  }
  assert.deepEqual(await play(), await play())
})

test('by the real clock the same programs run on a server that knows nothing of lock-step', async t => {
  const body = await join({ clock: 'real' })
  t.after(() => body.close())
  const begun = process.hrtime.bigint()
  const { outcome, ticks, value } = await body.run('await bot.waitForTicks(20); return bot.health')
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9
  assert.deepEqual([outcome, value], ['returned', 20])
  assert.ok(ticks >= 20, `${ticks} ticks`) // a busy machine lets more go by
  assert.ok(seconds > 0.8, `20 ticks took ${seconds} s`)
})
