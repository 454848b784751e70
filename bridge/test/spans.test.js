'use strict'
/** Calls of skills inside a run are traced: who called whom with what, what it brought, and how it ended. */

const test = require('node:test')
const assert = require('node:assert/strict')
const { join } = require('./body_harness')

const modules = (...list) => list.map(([id, name, source, uses = {}]) => ({ id, name, source, uses }))

test('spans', async t => {
  const body = await join()
  t.after(() => body.close())
  const { run } = body

  await t.test('each call is told once, nested, with its arguments and the ticks of the world between', async () => {
    const { spans } = await run(modules(
      ['a', 'rest', 'async function rest(bot, { ticks = 1 } = {}) { await bot.waitForTicks(ticks) }'],
      ['b', 'both', 'async function both(bot) { await rest(bot, { ticks: 3 }); await rest(bot) }', { rest: 'a' }],
      ['main', 'main', 'async function main(bot) { await both(bot, { deep: [1], word: "x" }) }', { both: 'b' }]
    ))
    assert.deepEqual(spans.map(span => [span.module, span.caller, span.args, span.ok, span.to - span.from]), [
      ['main', null, {}, true, 4], ['b', 'main', { word: 'x' }, true, 4],
      ['a', 'b', { ticks: 3 }, true, 3], ['a', 'b', {}, true, 1]
    ])
    assert.ok(spans.every(span => span.before && span.after))
  })

  await t.test('an error that the caller catches is told of the callee alone', async () => {
    const { outcome, spans } = await run(modules(
      ['a', 'fail', 'async function fail(bot) { await mineBlock(bot, "no_such_block") }'],
      ['main', 'main', 'async function main(bot) { try { await fail(bot) } catch {} return 1 }', { fail: 'a' }]
    ))
    assert.equal(outcome, 'returned')
    assert.deepEqual(spans.map(span => [span.module, span.ok, span.error_code]),
      [['main', true, null], ['a', false, 'unknown_name']])
  })

  await t.test('calls that are under way when a run is ended have the code that ended it', async () => {
    const { outcome, spans } = await run(modules(
      ['a', 'wait', 'async function wait(bot) { await bot.waitForTicks(1000) }'],
      ['main', 'main', 'async function main(bot) { await wait(bot) }', { wait: 'a' }]
    ), { limits: { ticks: 20 } })
    assert.equal(outcome, 'timeout')
    assert.deepEqual(spans.map(span => span.error_code), ['timeout', 'timeout'])
  })

  await t.test('calling skills without end and without acting is an endless loop', async () => {
    const { outcome } = await run(modules(
      ['a', 'nothing', 'async function nothing(bot) { return 0 }'],
      ['main', 'main', 'async function main(bot) { for (;;) await nothing(bot) }', { nothing: 'a' }]
    ), { limits: { cpu_seconds: 1 } })
    assert.equal(outcome, 'endless_loop')
  })
})
