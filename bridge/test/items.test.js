'use strict'
/** Dropped items: falling, merging, being picked up, vanishing. */

const test = require('node:test')
const assert = require('node:assert/strict')
const { Vec3 } = require('vec3')
const { flatWorld, addPlayer, run, put, eventsOf, all, FLOOR } = require('./flat_world')

const STILL = new Vec3(0, 0, 0)
const held = (player, name) => player.slots.reduce((sum, stack) => sum + (stack?.name === name ? stack.count : 0), 0)

test('a dropped item falls to the ground and comes to rest there', () => {
  const world = flatWorld()
  addPlayer(world, 20)
  const item = world.dropItem(new Vec3(0.5, FLOOR + 5, 0.5), { name: 'dirt', count: 1 }, STILL)
  run(world, 60)
  assert.ok(Math.abs(item.pos.y - FLOOR) < 1e-6)
  assert.ok(item.resting)
})

test('an item can be picked up after ten ticks, a tossed one after forty, and the event tells the count', () => {
  for (const [delay, least] of [[undefined, 10], [40, 40]]) {
    const world = flatWorld()
    const player = addPlayer(world)
    world.dropItem(player.pos, { name: 'oak_log', count: 3 }, STILL, delay)
    const ticks = run(world, 100, () => held(player, 'oak_log') > 0)
    assert.ok(ticks > least && ticks <= least + 2, `taken after ${ticks} ticks`)
    assert.deepEqual(eventsOf(world, 'picked_up').map(({ item, count }) => [item, count]), [['oak_log', 3]])
    const expected = ['collect', 'entity_destroy']
    const packets = player.session.sent.map(([name]) => name)
    assert.deepEqual(packets.filter((name) => expected.includes(name)), expected)
  }
})

test('a full inventory takes what fits and leaves the rest on the ground', () => {
  const world = flatWorld()
  const player = addPlayer(world)
  for (let slot = 9; slot < 45; slot++) player.slots[slot] = { name: 'dirt', count: 64 }
  player.slots[9] = { name: 'dirt', count: 60 }
  const item = world.dropItem(player.pos, { name: 'dirt', count: 10 }, STILL)
  run(world, 15)
  assert.equal(item.item.count, 6)
  assert.equal(player.session.sent.find(([name]) => name === 'collect')[1].pickupItemCount, 4)
})

test('equal stacks that lie together become one', () => {
  const world = flatWorld()
  addPlayer(world, 20)
  for (let i = 0; i < 5; i++) world.dropItem(new Vec3(0.5, FLOOR, 0.5), { name: 'cobblestone', count: 2 }, STILL)
  world.dropItem(new Vec3(0.5, FLOOR, 0.5), { name: 'dirt', count: 1 }, STILL)
  run(world, 41)
  assert.deepEqual(all(world, 'item').map(({ item }) => [item.name, item.count]), [['cobblestone', 10], ['dirt', 1]])
})

test('items vanish after five minutes and burn in lava, and float on water', () => {
  const world = flatWorld()
  addPlayer(world, 20)
  put(world, 0, FLOOR - 1, 5, 'lava')
  put(world, 5, FLOOR - 1, 5, 'water')
  put(world, 5, FLOOR - 2, 5, 'water')
  world.dropItem(new Vec3(0.5, FLOOR, 5.5), { name: 'diamond', count: 1 }, STILL)
  const floating = world.dropItem(new Vec3(5.5, FLOOR - 2, 5.5), { name: 'stick', count: 1 }, STILL)
  run(world, 100)
  assert.deepEqual(all(world, 'item').map(({ item }) => item.name), ['stick'])
  assert.ok(floating.pos.y > FLOOR - 1.2)
  run(world, 5899)
  assert.equal(all(world, 'item').length, 1)
  run(world, 2)
  assert.equal(all(world, 'item').length, 0)
})

test('items far from every player stay where they are and do not age', () => {
  const world = flatWorld()
  addPlayer(world, 300)
  const item = world.dropItem(new Vec3(0.5, FLOOR + 5, 0.5), { name: 'dirt', count: 1 }, STILL)
  run(world, 20)
  const { age } = item
  run(world, 200)
  assert.equal(item.age, age)
})
