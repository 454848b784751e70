'use strict'
/** Programs that mean harm or merely do it: each ends with its typed outcome, and the next run is unharmed. */

const test = require('node:test')
const assert = require('node:assert/strict')
const { join } = require('./body_harness')
const { Run } = require('../body/runner')

const QUICK = { cpu_seconds: 0.5, seconds: 20, memory_mb: 32 }

const ENDS = [
  ['a loop without end', 'while (true) {}', 'endless_loop', 'endless_loop'],
  ['a loop without end after an await', 'await bot.waitForTicks(1); while (true) {}', 'endless_loop', 'endless_loop'],
  ['an endless chain of settled promises', 'while (true) await null', 'endless_loop', 'endless_loop'],
  ['questions without end', 'while (true) bot.blockAt(bot.entity.position)', 'endless_loop', 'endless_loop'],
  ['failing calls without end', 'for (;;) try { await bot.dig(null) } catch {}', 'endless_loop', 'endless_loop'],
  ['more in one tick than a connection bears', 'for (let i = 0; i < 20000; i++) await bot.swingArm()', 'endless_loop',
    'endless_loop'],
  ['words without end', "for (;;) await bot.chat('x\\n'.repeat(120))", 'endless_loop', 'endless_loop'],
  ['waiting for no time without end', 'for (;;) await bot.waitForTicks(0)', 'endless_loop', 'endless_loop'],
  ['a primitive that fails at once, without end', "for (;;) try { await craftItem(bot, 'nonsense') } catch {}",
    'endless_loop', 'endless_loop'],
  ['a promise that never settles', 'await new Promise(() => {})', 'threw', 'thrown'],
  ['a throw of something that is no error', 'throw { toString () { throw 1 } }', 'threw', 'thrown'],
  ['a throw of null', 'throw null', 'threw', 'thrown'],
  ['process', 'return process.pid', 'threw', 'thrown'],
  ['require', "return require('fs')", 'threw', 'thrown'],
  ['import', "return await import('fs')", 'threw', 'thrown'],
  ['eval', "return eval('1')", 'threw', 'thrown'],
  ['a heap bomb', 'const a = []; while (true) a.push(new Array(1e5).fill(a.length))', 'out_of_memory', 'out_of_memory'],
  ['a string bomb', "let s = 'x'; while (true) s += s", 'threw', 'thrown'],
  ['a buffer bomb', 'const a = []; while (true) a.push(new Uint8Array(5e7).fill(1))', 'threw', 'thrown'],
  ['recursion without end', 'const f = () => f() + 1; return f()', 'threw', 'thrown']
]

test('a body under attack', async t => {
  const body = await join()
  t.after(() => body.close())
  const { run } = body

  for (const [what, program, outcome, code] of ENDS) {
    await t.test(`${what}: ${outcome}`, async () => {
      const result = await run(program, { limits: QUICK })
      assert.deepEqual([result.outcome, result.error.code], [outcome, code])
      const next = await run('await bot.waitForTicks(1); return 1')
      assert.deepEqual([next.outcome, next.value, next.ticks], ['returned', 1, 1])
    })
  }

  await t.test('constructors lead nowhere', async () => {
    const { value } = await run(`
      const reach = 'return typeof process + typeof require'
      const tries = [() => bot.dig.constructor(reach)(), () => (async () => {}).constructor(reach)(),
        () => bot.entity.constructor.constructor(reach)(), () => Vec3.constructor(reach)(),
        () => console.log.constructor(reach)()]
      const told = []
      for (const attempt of tries) try { told.push(await attempt()) } catch (error) { told.push('threw') }
      return told`)
    for (const told of value) assert.match(String(told), /^(undefinedundefined|threw)$/)
  })

  await t.test('nothing that shares memory or measures real time is there', async () => {
    const { value } = await run(`
      const names = ['SharedArrayBuffer', 'Atomics', 'WebAssembly', 'setTimeout', 'performance', 'Intl']
      return names.filter(name => name in globalThis)`)
    assert.deepEqual(value, [])
  })

  await t.test('every way to the date leads to the time of the game', async () => {
    const { value } = await run(`
      const now = Date.now()
      const ways = [new Date().getTime(), Date.parse(Date()), new Date().constructor.now(), Date.prototype.constructor.now(),
        Object.getPrototypeOf(Date).now?.() ?? now, Object.getPrototypeOf(Date.prototype).constructor.now?.() ?? now]
      return [ways.map(way => Math.trunc((way - now) / 1000)), new Date(2020, 1, 2, 3).getHours(), new Date(7) instanceof Date,
        Date.UTC(1970, 0, 1, 0, 0, 1), new (class Mine extends Date {})(9).getTime()]`)
    assert.deepEqual(value, [[0, 0, 0, 0, 0, 0], 3, true, 1000, 9])
  })

  await t.test('polluted prototypes stay in their run', async () => {
    await run(`Object.prototype.toJSON = () => 'x'; Array.prototype.map = null
      JSON.stringify = null; Function.prototype.call = null`)
    assert.equal({}.toJSON, undefined)
    const { outcome, value } = await run('return [({}).toJSON === undefined, [1].map(x => x)]')
    assert.deepEqual([outcome, value], ['returned', [true, [1]]])
  })

  await t.test('bad arguments are refused with a sentence, never passed on', async () => {
    const { value } = await run(`
      const round = {}; round.self = round
      const tries = [() => bot.dig({ x: 'a', y: 1, z: 1e309 }), () => bot.attack({ id: '__proto__' }),
        () => bot.craft({ which: { type: '__proto__', index: 0 } }), () => bot.equip({ slot: -1, type: 'constructor' }),
        () => bot.toss('x'.repeat(1e6)), () => bot.lookAt(round), () => bot.setControlState('fly', true),
        () => bot.chat('/op Tester'), () => bot.chat('hello\\n/op Tester'), () => bot.waitForTicks(1e12),
        () => bot.pathfinder.goto({ goal: 'constructor' }),
        () => bot.equip({ get type () { throw new Error('from a getter') } }), () => bot.chat(7),
        () => mcData.__proto__.x]
      const told = []
      for (const attempt of tries) {
        try { told.push(['passed', await attempt()]) } catch (error) { told.push(error.message.slice(0, 60)) }
      }
      return told`)
    assert.equal(value.length, 14)
    assert.ok(value.every(told => typeof told === 'string' && told.length > 5), JSON.stringify(value))
  })

  await t.test('a flood of output and a huge value are cut', async () => {
    const { outcome, log, value } = await run(`for (let i = 0; i < 1e4; i++) console.log('x'.repeat(99))
      return 'y'.repeat(1e6)`)
    assert.equal(outcome, 'returned')
    assert.equal(value, null)
    assert.ok(log.length <= 201)
    assert.match(log.at(-1), /too large: 10000\d\d/)
  })

  await t.test('what cannot be told of a failure is left out, and it stays a failure', async () => {
    const ends = [
      ["throw new GameError({ code: 'x', message: 'm', value: [1n] })", ['x', 'm']],
      ["const e = new GameError({ code: 'x', message: 'm' }); e.value = e; throw e", ['x', 'm']],
      ["throw new GameError({ code: 'x', message: 'm', value: 'z'.repeat(1e6) })", ['x', 'm']],
      ["let a = []; for (let i = 0; i < 5000; i++) a = [a]; throw new GameError({ code: 'x', message: 'm', value: a })",
        ['x', 'm']],
      ["throw new GameError({ code: 'x'.repeat(3e5), message: 'm' })", ['x'.repeat(4000), 'm']],
      ["const e = new GameError({ code: 'x', message: 'm' }); e.message = 5; throw e", ['x', '5']],
      ['Object.prototype.toJSON = () => ({ ok: true, value: 1 }); throw new Error("m")', ['thrown', 'Error: m']],
      ['Array.prototype.toJSON = () => [1, null]; throw new Error("m")', ['thrown', 'Error: m']]
    ]
    for (const [program, told] of ends) {
      const { outcome, error, spans } = await run(program)
      assert.deepEqual([outcome, error?.code, error?.message], ['threw', ...told], program)
      assert.equal(spans[0].ok, false)
      assert.ok(JSON.stringify(error).length < 10_000, program)
    }
  })

  await t.test('what the host keeps of a run has bounds of its own, whatever the isolate says', async () => {
    const flood = `Array.prototype.map = () => ({ join: () => ({ slice: () => ({ length: 0, toJSON: () => 'x'.repeat(1e5) }) }) })
      for (let i = 0; i < 200; i++) console.log(i)`
    const long = `for (let i = 0; i < 200; i++) await bot.dig(null, ...new Array(5e4).fill(1)).catch(() => {})`
    const deep = `Error.prepareStackTrace = () => 'x'.repeat(2e7); await bot.waitForTicks(1)`
    for (const program of [flood, long, deep]) {
      const told = await run(program)
      assert.equal(told.outcome, 'returned')
      assert.ok(JSON.stringify(told).length < 200_000, program)
    }
  })

  await t.test('the bot and the primitives are what they are for all modules of a run', async () => {
    const { value } = await run(`
      const everything = (() => {}).constructor('return this')()
      const tries = [() => { bot.dig = 1 }, () => { bot.pathfinder.goto = 1 }, () => { everything.mineBlock = 1 },
        () => { everything.bot = 1 }, () => Object.defineProperty(everything, 'craftItem', { value: 1 })]
      return tries.map(attempt => { try { attempt(); return 'changed' } catch (error) { return error.name } })`)
    assert.deepEqual(value, Array(5).fill('TypeError'))
  })

  await t.test('a value that is no plain JSON becomes null, with a note', async () => {
    const { outcome, value, log } = await run('const a = {}; a.a = a; return a')
    assert.deepEqual([outcome, value], ['returned', null])
    assert.match(log.at(-1), /not plain JSON/)
  })

  await t.test('a value that looks like an object of the game is a value like any other', async () => {
    const looks = [{ stateId: 1, position: 5 }, { id: 1, position: 1, velocity: 1 }, { stackSize: 1, slot: 1 }]
    const { outcome, value } = await run(`return ${JSON.stringify(looks)}`)
    assert.deepEqual([outcome, value], ['returned', looks])
  })
})

test('an isolate that goes while its last call is answered takes nothing with it', async t => {
  // Its thread wakes up some microseconds after the end and frees what waited: the answer comes at each moment of that.
  const { refuse } = Run.prototype
  let delay = 0n // nanoseconds
  Run.prototype.refuse = async function () {
    const told = await refuse.call(this)
    const until = process.hrtime.bigint() + delay
    while (process.hrtime.bigint() < until);
    return told
  }
  t.after(() => { Run.prototype.refuse = refuse })
  const body = await join()
  t.after(() => body.close())
  for (; delay < 150_000n; delay += 300n) {
    const { outcome } = await body.run('for (;;) { try { await bot.waitForTicks(1) } catch {} }', { limits: { ticks: 2 } })
    assert.equal(outcome, 'timeout')
  }
})
