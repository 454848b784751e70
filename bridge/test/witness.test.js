'use strict'
/** What the bot reports of itself on a foreign server is what the server knows: compared with our own world's truth. */

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { join } = require('./body_harness')
const { EventEmitter } = require('node:events')
const { Vec3 } = require('vec3')
const { plainWords } = require('../body/server_words')
const { Witness } = require('../body/witness')

/** Ticks after which everything that the server had to say is there. */
const SETTLE_TICKS = 15
/** What a bot cannot know as exactly as the world does, or counts from another moment. */
const APART = ['tick', 'game_seconds', 'time_of_day', 'day', 'saturation', 'air', 'light']

const plain = ({ seq, tick, source, ...event }) => event

async function together ({ operations, ask }) {
  await operations.tick({ count: SETTLE_TICKS })
  const { observation } = await operations.report({})
  return [observation, await ask('observe', { player: 'Tester' })].map(one =>
    Object.fromEntries(Object.entries(one).filter(([key]) => !APART.includes(key))))
}

test('events and observation agree with the world: digging, crafting, smelting, storing, killing, dying', async () => {
  const played = await join({ clock: 'real', rules: { natural_regeneration: false } })
  const { ask, run, operations } = played
  const command = text => ask('command', { text })
  try {
    const [x, y, z] = Object.values(played.joined.position).map(Math.floor)
    for (let dx = -4; dx <= 4; dx++) {
      for (let dz = -4; dz <= 4; dz++) {
        await command(`setblock ${x + dx} ${y - 1} ${z + dz} stone`)
        for (let dy = 0; dy < 4; dy++) await command(`setblock ${x + dx} ${y + dy} ${z + dz} air`)
      }
    }
    await command(`tp Tester ${x}.5 ${y} ${z}.5`)
    for (const [item, count] of [['oak_log', 9], ['cobblestone', 8], ['raw_iron', 1], ['iron_sword', 1], ['bread', 1]]) {
      await command(`give Tester ${item} ${count}`)
    }
    await command(`setblock ${x + 2} ${y} ${z} oak_log`)
    await command(`setblock ${x - 2} ${y} ${z} chest`)
    await operations.tick({ count: SETTLE_TICKS })
    const from = (await operations.report({})).seq
    const fromWorld = (await ask('events', { since: 0 })).seq
    const done = await run(`
      const at = (dx, dz = 0) => new Vec3(${x} + dx, ${y}, ${z} + dz)
      await bot.dig(bot.blockAt(at(2)))
      await pickUp(bot)
      await craftItem(bot, 'oak_planks', 8)
      await craftItem(bot, 'crafting_table')
      await placeItem(bot, 'crafting_table', at(0, 2))
      await craftItem(bot, 'furnace')
      await placeItem(bot, 'furnace', at(0, -2))
      await smeltItem(bot, 'raw_iron', 'oak_planks')
      await depositItemIntoChest(bot, at(-2), { oak_log: 2 })
    `)
    assert.equal(done.outcome, 'returned', JSON.stringify(done.error))
    await command(`summon chicken ${x + 2} ${y} ${z + 2}`)
    const hunt = await run(`await bot.waitForTicks(5); await killMob(bot, 'chicken')`)
    assert.equal(hunt.outcome, 'returned', JSON.stringify(hunt.error))
    const [own, truth] = await together(played)
    assert.deepEqual(own, truth)
    await command('kill Tester')
    await operations.tick({ count: 40 })
    const ownEvents = (await operations.report({ since: from })).events
    assert.ok(ownEvents.every(({ source, tick }) => source === 'body' && Number.isInteger(tick)))
    const kinds = ['dug', 'placed', 'crafted', 'smelted', 'stored', 'opened', 'picked_up', 'killed', 'died', 'respawned']
    const of = (events, kind) => events.filter(event => event.kind === kind).map(plain)
      .map(({ dropped, ...event }) => event)
    const events = (await ask('events', { since: fromWorld })).events
    for (const kind of kinds) {
      assert.ok(of(events, kind).length > 0, `the test makes ${kind} happen`)
      assert.deepEqual(of(ownEvents, kind), of(events, kind))
    }
  } finally {
    await played.close()
  }
})

/** A witness over a bot of which only the ears are there: for what our own world never sends. */
function listening () {
  const bot = Object.assign(new EventEmitter(), { username: 'Tester', _client: new EventEmitter() })
  bot.inventory = Object.assign(new EventEmitter(), { slots: [] })
  bot.entity = { id: 1, position: new Vec3(0, 64, 0) }
  bot.health = 20
  const clock = { time: 0, now: () => clock.time }
  return { bot, clock, witness: new Witness({ bot, clock, joinedAt: 0 }, {}) }
}

const blockAt = (name, x) => ({ name, position: new Vec3(x, 64, 0) })

function dig (bot, name, x) {
  bot.emit('blockUpdate', blockAt(name, x), blockAt('air', x))
  bot.emit('diggingCompleted', blockAt('air', x))
}

test('a dig that the server refuses was none, one that it grants stays', () => {
  const { bot, clock, witness } = listening()
  dig(bot, 'stone', 1)
  dig(bot, 'dirt', 2)
  clock.time += 150
  bot.emit('blockUpdate', blockAt('air', 1), blockAt('stone', 1))
  clock.time += 60_000
  bot.emit('blockUpdate', blockAt('air', 2), blockAt('dirt', 2)) // somebody filled the hole
  assert.deepEqual(witness.since().events.map(({ kind, block }) => [kind, block]), [['dug', 'dirt']])
})

test('digs are still seen after a death, each once', () => {
  const { bot, witness } = listening()
  bot.prependListener('death', () => bot.removeAllListeners('diggingCompleted')) // as mineflayer does, which came first
  bot.emit('death')
  dig(bot, 'stone', 1)
  assert.equal(witness.since().events.filter(({ kind }) => kind === 'dug').length, 1)
})

test('a death is credited to the bot only after a blow of its own, and not for ever', () => {
  const { bot, clock, witness } = listening()
  const mobs = [2, 3, 4].map(id => ({ id, name: 'cow', position: new Vec3(0, 64, id) }))
  bot.emit('entityHurt', mobs[0], bot.entity)
  bot.emit('entityHurt', mobs[1], mobs[2])
  bot.emit('entityHurt', mobs[2], bot.entity)
  bot.emit('entityDead', mobs[0])
  bot.emit('entityDead', mobs[1])
  clock.time += 10_000
  bot.emit('entityDead', mobs[2])
  assert.deepEqual(witness.since().events.map(({ kind, tick }) => [kind, tick]), [['killed', 0]])
})

test('what a strange server garbles costs an event, never the connection', t => {
  t.mock.method(console, 'warn', () => {})
  const { bot, witness } = listening()
  bot.entities = {}
  bot._client.emit('collect', { collectorEntityId: 1, collectedEntityId: 99 })
  bot._client.emit('damage_event', {})
  bot.emit('entityDead', undefined)
  bot.emit('windowOpen', {})
  assert.deepEqual(witness.since().events, [])
})

test('the words of a server are one plain line', () => {
  const language = { 'multiplayer.disconnect.kicked': 'Kicked by an operator', hello: 'Hello %s, you are %2$s' }
  const cases = [
    ['{"text":"You are not ","extra":[{"text":"whitelisted","color":"red"},"!"]}', 'You are not whitelisted!'],
    ['{"translate":"multiplayer.disconnect.kicked"}', 'Kicked by an operator'],
    [{ translate: 'hello', with: ['Bo', { text: 'late' }] }, 'Hello Bo, you are late'],
    ['{"translate":"not.known","with":["x"]}', 'not.known x'],
    ['plain §cold\nwords\u001b[2J', 'plain old words [2J'],
    ['"quoted"', 'quoted'],
    [null, '']
  ]
  for (const [reason, words] of cases) assert.equal(plainWords(reason, language), words)
  assert.ok(plainWords(JSON.stringify('x'.repeat(5000))).length <= 300)
})
