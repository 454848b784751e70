'use strict'
/** What grows, falls, flows and pops off when blocks change. */

const test = require('node:test')
const assert = require('node:assert/strict')
const { boneMeal } = require('../world/growth')
const { flatWorld, addPlayer, run, put, all, FLOOR } = require('./flat_world')

const G = FLOOR - 1 // the grass layer
const dropped = (world) => all(world, 'item').map(({ item }) => item.name).sort()
const propsAt = (world, x, y, z) => world.data.propsOf(world.chunks.get(x, y, z))

test('wheat on wet farmland ripens, and stays ripe', () => {
  const world = flatWorld()
  addPlayer(world, 20)
  put(world, 0, G, 0, 'water')
  put(world, 1, G, 0, 'farmland')
  put(world, 1, FLOOR, 0, 'wheat')
  run(world, 300000, () => propsAt(world, 1, FLOOR, 0).age === 7)
  assert.equal(propsAt(world, 1, FLOOR, 0).age, 7)
  assert.equal(propsAt(world, 1, G, 0).moisture, 7)
  assert.equal(world.blockName(1, FLOOR, 0), 'wheat')
})

test('farmland without water and crop turns to dirt', () => {
  const world = flatWorld()
  addPlayer(world, 20)
  put(world, 0, G, 0, 'farmland')
  run(world, 30000, () => world.blockName(0, G, 0) !== 'farmland')
  assert.equal(world.blockName(0, G, 0), 'dirt')
})

test('a sapling grows into a tree of its kind; under a roof it waits', () => {
  const world = flatWorld()
  addPlayer(world, 20)
  put(world, 0, FLOOR, 0, 'oak_sapling')
  put(world, 10, FLOOR, 0, 'birch_sapling')
  put(world, 10, FLOOR + 2, 0, 'stone')
  run(world, 200000, () => world.blockName(0, FLOOR, 0) === 'oak_log')
  assert.equal(world.blockName(0, FLOOR, 0), 'oak_log')
  assert.equal(world.blockName(0, FLOOR + 3, 0), 'oak_log')
  assert.equal(world.blockName(10, FLOOR, 0), 'birch_sapling')
})

test('bone meal ripens crops in a few goes and is not used on ripe ones', () => {
  const world = flatWorld()
  put(world, 0, G, 0, 'farmland')
  put(world, 0, FLOOR, 0, 'carrots')
  let goes = 0
  while (boneMeal(world, 0, FLOOR, 0)) goes++
  assert.equal(propsAt(world, 0, FLOOR, 0).age, 7)
  assert.ok(goes >= 2 && goes <= 4)
  assert.equal(boneMeal(world, 0, FLOOR - 10, 0), false)
})

test('leaves decay when their log is gone, others stay', () => {
  const world = flatWorld()
  addPlayer(world, 20)
  put(world, 0, FLOOR, 0, 'oak_log')
  put(world, 20, FLOOR, 20, 'oak_log')
  for (let i = 1; i <= 5; i++) {
    put(world, i, FLOOR, 0, 'oak_leaves', { persistent: false })
    put(world, 20 + i, FLOOR, 20, 'oak_leaves', { persistent: false })
  }
  put(world, 0, FLOOR, 3, 'oak_leaves', { persistent: true })
  run(world, 10)
  put(world, 0, FLOOR, 0, 'air')
  run(world, 40000, () => [1, 2, 3, 4, 5].every((i) => world.blockName(i, FLOOR, 0) === 'air'))
  for (let i = 1; i <= 5; i++) {
    assert.equal(world.blockName(i, FLOOR, 0), 'air')
    assert.equal(world.blockName(20 + i, FLOOR, 20), 'oak_leaves')
  }
  assert.equal(world.blockName(0, FLOOR, 3), 'oak_leaves')
})

test('sugar cane grows to three, no higher', () => {
  const world = flatWorld()
  addPlayer(world, 20)
  put(world, 0, G, 0, 'water')
  put(world, 1, FLOOR, 0, 'sugar_cane')
  run(world, 120000, () => world.blockName(1, FLOOR + 2, 0) === 'sugar_cane')
  assert.equal(world.blockName(1, FLOOR + 2, 0), 'sugar_cane')
  run(world, 60000)
  assert.equal(world.blockName(1, FLOOR + 3, 0), 'air')
})

test('grass comes back to dirt beside it and dies under a stone', () => {
  const world = flatWorld()
  addPlayer(world, 20)
  put(world, 0, G, 0, 'dirt')
  put(world, 5, FLOOR, 0, 'stone')
  run(world, 60000, () => world.blockName(0, G, 0) === 'grass_block' && world.blockName(5, G, 0) === 'dirt')
  assert.equal(world.blockName(0, G, 0), 'grass_block')
  assert.equal(world.blockName(5, G, 0), 'dirt')
})

test('what falls onto a torch or half a block breaks to an item; over a torch or on a fence it stays a block', () => {
  for (const [under, left] of [['torch', null], ['stone_slab', null], ['farmland', null], ['soul_sand', null],
    ['oak_fence', 'sand'], ['stone', 'sand'], ['grass', 'sand']]) {
    const world = flatWorld()
    if (under === 'grass') put(world, 0, FLOOR - 1, 0, 'dirt')
    put(world, 0, FLOOR, 0, under)
    put(world, 0, FLOOR + 3, 0, 'stone')
    put(world, 0, FLOOR + 4, 0, 'sand')
    put(world, 0, FLOOR + 3, 0, 'air')
    run(world, 5)
    const column = [0, 1, 2, 3, 4].map((dy) => world.blockName(0, FLOOR + dy, 0))
    assert.equal(column.find((name) => name === 'sand') ?? null, left, under)
    const lying = dropped(world).filter((name) => name === 'sand')
    assert.equal(lying.length, left ? 0 : 1, under)
    if (!left) assert.equal(column[0], under, `${under} is as it was`)
  }
  const world = flatWorld()
  put(world, 0, FLOOR, 0, 'torch')
  put(world, 0, FLOOR + 1, 0, 'sand')
  run(world, 5)
  assert.equal(world.blockName(0, FLOOR + 1, 0), 'sand')
})

test('sand falls to the ground when its support goes', () => {
  const world = flatWorld()
  put(world, 0, FLOOR + 3, 0, 'stone')
  put(world, 0, FLOOR + 4, 0, 'sand')
  put(world, 0, FLOOR + 5, 0, 'gravel')
  run(world, 2)
  assert.equal(world.blockName(0, FLOOR + 4, 0), 'sand')
  put(world, 0, FLOOR + 3, 0, 'air')
  run(world, 5)
  assert.deepEqual([0, 1, 2].map((dy) => world.blockName(0, FLOOR + dy, 0)), ['sand', 'gravel', 'air'])
})

test('what loses its hold pops off and drops itself', () => {
  const world = flatWorld()
  put(world, 0, FLOOR, 0, 'stone')
  put(world, 0, FLOOR + 1, 0, 'torch')
  put(world, 1, FLOOR, 0, 'wall_torch', { facing: 'east' })
  put(world, 5, FLOOR, 0, 'dandelion')
  put(world, 8, FLOOR, 0, 'oak_door', { half: 'lower' })
  put(world, 8, FLOOR + 1, 0, 'oak_door', { half: 'upper' })
  put(world, 12, FLOOR, 0, 'red_bed', { part: 'foot', facing: 'east' })
  put(world, 13, FLOOR, 0, 'red_bed', { part: 'head', facing: 'east' })
  run(world, 2)
  assert.deepEqual(dropped(world), [])
  for (const [x, y] of [[0, FLOOR], [5, G], [8, FLOOR + 1], [12, FLOOR]]) put(world, x, y, 0, 'air')
  run(world, 3)
  assert.deepEqual(dropped(world), ['dandelion', 'oak_door', 'red_bed', 'torch', 'torch'])
  assert.equal(world.blockName(8, FLOOR, 0), 'air')
})

test('a cut cactus or cane falls apart to its top', () => {
  const world = flatWorld()
  put(world, 0, G, 0, 'sand')
  for (let dy = 0; dy < 3; dy++) put(world, 0, FLOOR + dy, 0, 'cactus')
  run(world, 2)
  put(world, 0, FLOOR, 0, 'air')
  run(world, 5)
  assert.deepEqual(dropped(world), ['cactus', 'cactus'])
})

test('water spreads seven blocks on flat ground and dries up without its source', () => {
  const world = flatWorld()
  put(world, 0, FLOOR, 0, 'water')
  run(world, 100)
  assert.equal(propsAt(world, 7, FLOOR, 0).level, 7)
  assert.equal(world.blockName(8, FLOOR, 0), 'air')
  put(world, 0, FLOOR, 0, 'air')
  run(world, 300)
  assert.equal(world.blockName(1, FLOOR, 0), 'air')
  assert.equal(world.blockName(4, FLOOR, 3), 'air')
})

test('water falls into a hole rather than spread past it', () => {
  const world = flatWorld()
  for (const y of [G, G - 1, G - 2]) put(world, 2, y, 0, 'air')
  put(world, 0, FLOOR, 0, 'water')
  run(world, 60)
  assert.equal(world.blockName(2, G - 2, 0), 'water')
  assert.equal(world.blockName(-1, FLOOR, 0), 'air')
})

test('two sources make a third between them', () => {
  const world = flatWorld()
  for (const x of [0, 1, 2]) put(world, x, G, 0, 'air')
  put(world, 0, G, 0, 'water')
  put(world, 2, G, 0, 'water')
  run(world, 30)
  assert.equal(propsAt(world, 1, G, 0).level, 0)
})

test('lava creeps three blocks, slowly', () => {
  const world = flatWorld()
  put(world, 0, FLOOR, 0, 'lava')
  run(world, 29)
  assert.equal(world.blockName(1, FLOOR, 0), 'air')
  run(world, 120)
  assert.equal(world.blockName(3, FLOOR, 0), 'lava')
  assert.equal(world.blockName(4, FLOOR, 0), 'air')
})

test('water makes obsidian of a lava source, cobblestone of a flow, and lava above water stone', () => {
  const world = flatWorld()
  put(world, 0, G, 0, 'lava')
  put(world, 2, FLOOR, 0, 'water')
  run(world, 40)
  assert.equal(world.blockName(0, G, 0), 'obsidian')

  put(world, 40, FLOOR, 0, 'lava')
  run(world, 70)
  put(world, 43, FLOOR, 0, 'water')
  run(world, 70)
  assert.equal(world.blockName(42, FLOOR, 0), 'cobblestone')

  put(world, 80, G, 0, 'water')
  put(world, 80, FLOOR + 3, 0, 'lava')
  run(world, 200)
  assert.equal(world.blockName(80, G, 0), 'stone')
})

test('waiting flows, updates and growing places survive a save', () => {
  const build = () => {
    const world = flatWorld({ seed: 4 })
    addPlayer(world, 20)
    put(world, 0, FLOOR, 0, 'water')
    put(world, 5, FLOOR, 5, 'oak_sapling')
    run(world, 12)
    return world
  }
  const stopped = build()
  const saved = JSON.parse(JSON.stringify(stopped.entitySystem.serialise()))
  stopped.entitySystem.restore(saved)
  run(stopped, 2000)
  const straight = build()
  run(straight, 2000)
  assert.deepEqual(stopped.entitySystem.serialise(), straight.entitySystem.serialise())
  assert.equal(propsAt(stopped, 7, FLOOR, 0).level, 7)
})
