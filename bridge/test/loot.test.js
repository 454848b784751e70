'use strict'
/** What broken blocks give: the tool gate, ranges, chances and conditions of the game. */

const test = require('node:test')
const assert = require('node:assert/strict')
const { blockDrops, naturalDrops } = require('../world/loot')
const { Random } = require('../world/random')
const data = require('../world/gamedata')

const world = { data }
const drops = (name, held, properties, random = new Random(1), touch) =>
  blockDrops(world, data.stateOf(name, properties), held, random, touch)
const names = (stacks) => stacks.map((stack) => stack.name)

/** How many of each item `rolls` breaks give, and the smallest and largest count of one break. */
function sample(name, held, properties, rolls = 4000) {
  const random = new Random(7)
  const seen = {}
  for (let i = 0; i < rolls; i++) {
    for (const { name: item, count } of drops(name, held, properties, random)) {
      seen[item] ??= { breaks: 0, least: Infinity, most: 0 }
      seen[item].breaks++
      seen[item].least = Math.min(seen[item].least, count)
      seen[item].most = Math.max(seen[item].most, count)
    }
  }
  return seen
}

test('the wrong tool gets nothing, the right one what the ore holds', () => {
  assert.deepEqual(drops('stone', null), [])
  assert.deepEqual(drops('stone', 'wooden_pickaxe'), [{ name: 'cobblestone', count: 1 }])
  assert.deepEqual(drops('iron_ore', 'wooden_pickaxe'), [])
  assert.deepEqual(drops('iron_ore', 'stone_pickaxe'), [{ name: 'raw_iron', count: 1 }])
  assert.deepEqual(drops('diamond_ore', 'stone_pickaxe'), [])
  assert.deepEqual(drops('deepslate_diamond_ore', 'iron_pickaxe'), [{ name: 'diamond', count: 1 }])
  assert.deepEqual(drops('oak_log', null), [{ name: 'oak_log', count: 1 }])
  assert.deepEqual(drops('bedrock', 'netherite_pickaxe'), [])
})

test('counts keep to the ranges of the game', () => {
  const ranges = {
    lapis_ore: ['lapis_lazuli', 4, 9], redstone_ore: ['redstone', 4, 5], copper_ore: ['raw_copper', 2, 5],
    glowstone: ['glowstone_dust', 2, 4], melon: ['melon_slice', 3, 7], clay: ['clay_ball', 4, 4]
  }
  for (const [block, [item, least, most]] of Object.entries(ranges)) {
    const seen = sample(block, 'iron_pickaxe')[item]
    assert.deepEqual([seen.least, seen.most], [least, most], block)
  }
})

test('full grown carrots and potatoes give two, and up to three more by chance', () => {
  for (const [block, item] of [['carrots', 'carrot'], ['potatoes', 'potato']]) {
    const random = new Random(3)
    const counts = Array.from({ length: 4000 }, () => drops(block, null, { age: 7 }, random)
      .filter(({ name }) => name === item).reduce((sum, { count }) => sum + count, 0))
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length
    assert.deepEqual([Math.min(...counts), Math.max(...counts)], [2, 5], block)
    assert.ok(Math.abs(mean - 26 / 7) < 0.06, `${block}: ${mean}`)
    assert.deepEqual(drops(block, null, { age: 6 }), [{ name: item, count: 1 }])
  }
})

test('gravel gives flint in one of ten breaks, else itself', () => {
  const seen = sample('gravel', null)
  assert.ok(Math.abs(seen.flint.breaks / 4000 - 0.1) < 0.02)
  assert.equal(seen.flint.breaks + seen.gravel.breaks, 4000)
})

test('oak leaves give saplings, sticks and apples by their chances; shears take the leaves', () => {
  const seen = sample('oak_leaves', null, undefined, 20000)
  assert.ok(Math.abs(seen.oak_sapling.breaks / 20000 - 0.05) < 0.006)
  assert.ok(Math.abs(seen.stick.breaks / 20000 - 0.02) < 0.004)
  assert.ok(Math.abs(seen.apple.breaks / 20000 - 0.005) < 0.002)
  assert.equal(seen.oak_leaves, undefined)
  assert.deepEqual(drops('oak_leaves', 'shears'), [{ name: 'oak_leaves', count: 1 }])
})

test('crops give by their age', () => {
  assert.deepEqual(drops('wheat', null, { age: 3 }), [{ name: 'wheat_seeds', count: 1 }])
  const ripe = sample('wheat', null, { age: 7 })
  assert.equal(ripe.wheat.breaks, 4000)
  assert.deepEqual([ripe.wheat_seeds.least, ripe.wheat_seeds.most], [1, 4])
})

test('things of two blocks or two layers drop once for what they are', () => {
  assert.deepEqual(drops('oak_door', null, { half: 'lower' }), [{ name: 'oak_door', count: 1 }])
  assert.deepEqual(drops('oak_door', null, { half: 'upper' }), [])
  assert.deepEqual(drops('red_bed', null, { part: 'foot' }), [])
  assert.deepEqual(drops('oak_slab', null, { type: 'double' }), [{ name: 'oak_slab', count: 2 }])
  assert.deepEqual(drops('wall_torch', null), [{ name: 'torch', count: 1 }])
  assert.deepEqual(drops('oak_wall_sign', null), [{ name: 'oak_sign', count: 1 }])
})

test('silk touch takes the block itself; glass breaks without it', () => {
  assert.deepEqual(drops('glass', null), [])
  for (const name of ['glass', 'stone']) {
    const taken = drops(name, 'iron_pickaxe', undefined, new Random(1), { silkTouch: true })
    assert.deepEqual(taken, [{ name, count: 1 }])
  }
})

test('every state of every block drops only real items, at least one of each', () => {
  const random = new Random(3)
  for (let state = 0; state < data.STATE_COUNT; state++) {
    for (const { name, count } of naturalDrops(world, state, 'diamond_pickaxe', random)) {
      assert.ok(data.item(name), `${data.blockName(state)} drops ${name}`)
      assert.ok(Number.isInteger(count) && count > 0, `${data.blockName(state)} drops ${count} ${name}`)
    }
  }
})

test('blocks that a builder places come back as themselves', () => {
  for (const name of [
    'crafting_table', 'furnace', 'chest', 'torch', 'oak_planks', 'ladder', 'oak_fence', 'cobblestone', 'dirt',
    'white_wool', 'oak_stairs', 'obsidian', 'sand', 'sugar_cane', 'cactus', 'oak_sapling', 'pumpkin', 'dandelion', 'hay_block'
  ]) {
    assert.deepEqual(names(drops(name, 'diamond_pickaxe')), [name])
  }
})
