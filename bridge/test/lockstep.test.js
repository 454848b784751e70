'use strict'
/** Lock-step: the world moves only when asked, waits for everyone who is in step, and repeats exactly. */

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { EventEmitter, once } = require('node:events')
const net = require('node:net')
const mineflayer = require('mineflayer')
const { Lockstep } = require('../body/lockstep')
const { WorldUnderTest, clock } = require('./harness')

test('the world stands still between ticks, and each tick is acknowledged with its number', async () => {
  const world = await WorldUnderTest.start()
  try {
    const player = await world.join()
    const numbers = []
    player.bot._client.on('custom_payload', ({ channel, data }) => {
      if (channel === 'journeyman:tick') numbers.push(data.readUInt32BE(0))
    })
    const { tick } = await world.ask('hello')
    for (let i = 0; i < 50; i++) await clock.real.hop()
    assert.equal((await world.ask('hello')).tick, tick)
    await player.tickTimes(3)
    assert.deepEqual(numbers, [tick + 1, tick + 2, tick + 3])
  } finally {
    await world.stop()
  }
})

test('a tick waits for every player in step, and not for one who leaves', async () => {
  const world = await WorldUnderTest.start()
  try {
    const first = await world.join('First')
    const second = await world.join('Second')
    const { tick } = await world.ask('hello')
    assert.ok(first.bot.players.Second.entity, 'players see each other')
    let answered = false
    const answer = first.ask().then(() => { answered = true })
    await world.ask('hello')
    assert.equal((await world.ask('hello')).tick, tick)
    assert.equal(answered, false)
    await second.leave()
    await answer
    assert.equal((await world.ask('hello')).tick, tick + 1)
    await first.tickTimes(2)
    assert.equal(first.bot.players.Second, undefined)
  } finally {
    await world.stop()
  }
})

/** An hour of small deeds with everything that has chance in it; gives the world's record of it. */
async function session(seed) {
  const world = await WorldUnderTest.start({ seed, rules: { mob_spawning: true } })
  try {
    const player = await world.join()
    const feet = await player.platform()
    await player.give('iron_axe')
    await player.give('gravel', 8)
    await player.hold('iron_axe')
    for (let i = 0; i < 6; i++) {
      const block = await player.setBlock(feet.offset(1, 0, 0), ['oak_leaves', 'gravel', 'coal_ore'][i % 3])
      await player.during(player.bot.dig(block, true))
      await player.tickTimes(15)
    }
    await world.command('tp Tester ~ ~12 ~')
    await player.tickTimes(100)
    player.bot.setControlState('forward', true)
    await player.tickTimes(100)
    await world.command('time set midnight')
    await player.tickTimes(200)
    return { events: await world.events(), seen: await player.observe() }
  } finally {
    await world.stop()
  }
}

test('the same seed and the same deeds give the same record', async () => {
  const [one, again] = [await session(3), await session(3)]
  assert.deepEqual(again, one)
  assert.ok(new Set(one.events.map(event => event.kind)).size > 1, 'something happened')
})

test('an ordinary client on the real clock is told the time without asking', async () => {
  const world = await WorldUnderTest.start({ args: ['--clock', 'real'] })
  try {
    const stream = net.connect(world.socket)
    const bot = mineflayer.createBot({ username: 'Human', auth: 'offline', version: '1.20.1', stream })
    await clock.advance(1)
    await once(bot, 'spawn')
    await once(bot, 'time')
    const told = bot.time.age
    await once(bot, 'time')
    // A client that is slow to look may be told several times at once.
    assert.ok(bot.time.age >= told + 20)
    assert.equal((bot.time.age - told) % 20, 0)
    const gone = once(bot, 'end')
    bot.quit()
    await gone
  } finally {
    await world.stop()
  }
})

test('a connection that ends while the body does its part of a tick is lost at once, not after the patience', async () => {
  const client = new EventEmitter()
  client.deserializer = { pause () {}, resume () {} }
  client.write = () => assert.fail('nobody is left to write to')
  const real = { now: () => performance.now(), setTimeout, clearTimeout, hop: async () => {} }
  const clock = { real, advance: async () => { client.emit('end', 'killed') } }
  await assert.rejects(new Lockstep(clock, client).tick(), { code: 'lost' })
})
