'use strict'
/** What the body does about the night before a program begins. */

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { join } = require('./body_harness')
const { throughout } = require('./throughout')

let body

throughout(async () => { body = await join({ seed: 7, rules: { mob_spawning: true } }) }, () => body.close())

const timeOfDay = async () => (await body.ask('observe', { player: 'Tester' })).time_of_day
const at = async time => {
  await body.ask('command', { text: `time set ${time}` })
  await body.operations.tick({ count: 25 }) // the world tells the time once a second
}

test('by day a program begins at once', async () => {
  await at(1000)
  await body.run('return 1')
  assert.ok(await timeOfDay() < 1100)
})

test('an unarmed bot spends the night in the ground and begins in the morning, alive', async () => {
  await body.ask('command', { text: 'give Tester dirt 4' })
  await at(20_000) // late, so that there is little to wait for
  const run = await body.run('return bot.time.timeOfDay')
  assert.equal(run.outcome, 'returned')
  assert.ok(run.value >= 23_000 || run.value < 2_000, `it began at ${run.value}`)
  const { alive } = await body.ask('observe', { player: 'Tester' })
  assert.ok(alive)
})

test('an armed bot in good health goes on in the dark', async () => {
  await body.ask('command', { text: 'give Tester iron_sword 1' })
  await at(13_000)
  await body.run('return 1')
  assert.ok(await timeOfDay() < 13_200)
})
