'use strict'
/** Virtual time: order, exactness, and the effort budget that replaces a time budget. */

const test = require('node:test')
const assert = require('node:assert/strict')
const { Clock, COST_OF_A_LOOK, seedRandom } = require('../body/clock')

const clock = new Clock().install()

test('timers fire in order of their due time, then of creation, each at its exact time', async () => {
  const fired = []
  const note = name => () => fired.push([name, clock.now()])
  const start = clock.now()
  setTimeout(note('late'), 30)
  setTimeout(note('first'), 10)
  setTimeout(note('second'), 10)
  await clock.advance(30)
  assert.deepEqual(fired.map(([name, at]) => [name, at - start]), [['first', 10], ['second', 10], ['late', 30]])
})

test('a promise that a timer settles is handled before the next timer fires', async () => {
  const order = []
  new Promise(resolve => setTimeout(resolve, 5)).then(() => order.push('after the first'))
  setTimeout(() => order.push('second'), 5)
  await clock.advance(5)
  assert.deepEqual(order, ['after the first', 'second'])
})

test('an interval keeps its rhythm and ends when cleared, by handle or from inside', async () => {
  let beats = 0
  const handle = setInterval(() => { if (++beats === 3) clearInterval(handle) }, 50)
  await clock.advance(500)
  assert.equal(beats, 3)
})

test('time stands still while nobody advances it', async () => {
  let fired = false
  setTimeout(() => { fired = true }, 1)
  const before = Date.now()
  await clock.real.hop()
  assert.equal(fired, false)
  assert.equal(Date.now(), before)
  await clock.advance(1)
  assert.equal(fired, true)
  assert.equal(Date.now() - before, 1)
})

test('performance.now is exact at the start of a callback and then counts effort', async () => {
  const seen = []
  const start = clock.now()
  setTimeout(() => { seen.push(performance.now(), performance.now(), performance.now()) }, 50)
  await clock.advance(50)
  assert.equal(seen[0], start + 50)
  assert.ok(Math.abs(seen[2] - seen[1] - COST_OF_A_LOOK) < 1e-9)
})

test('a search that stops when 40 ms are used up makes 2,000 to 4,000 steps in a tick', async () => {
  let steps = 0
  setTimeout(() => {
    const begun = performance.now()
    const whole = performance.now()
    while (performance.now() - begun <= 40 && performance.now() - whole <= 5000) steps++
  }, 50)
  await clock.advance(50)
  assert.ok(steps > 2000 && steps < 4000, `${steps} steps`)
})

test('timers/promises and dates without arguments follow the clock too', async () => {
  const { setTimeout: sleep } = require('node:timers/promises')
  let woken = null
  sleep(20, 'value').then(value => { woken = value })
  const before = new Date()
  await clock.advance(20)
  assert.equal(woken, 'value')
  // biome-ignore lint/complexity/useDateNow: the object is what is tested
  assert.equal(new Date() - before, 20)
  assert.equal(new Date(5).getTime(), 5)
})

test('the same seed gives the same chance', () => {
  seedRandom(42)
  const first = [Math.random(), Math.random()]
  seedRandom(42)
  assert.deepEqual([Math.random(), Math.random()], first)
  seedRandom(43)
  assert.notEqual(Math.random(), first[0])
})
