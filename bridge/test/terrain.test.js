'use strict'
/** What the terrain promises: the same world for the same seed, the game's ore figures, nothing cut at borders. */

const { test } = require('node:test')
const assert = require('node:assert')
const crypto = require('node:crypto')
const { Terrain } = require('../world/terrain')
const { Random, hash } = require('../world/random')
const { veinSpheres } = require('../world/ores')
const { treeShape, KINDS } = require('../world/trees')
const gamedata = require('../world/gamedata')

const digest = (column) => crypto.createHash('sha256')
  .update(column.states).update(column.biomes).update(JSON.stringify(column.animals)).digest('hex')

const yOf = (index) => (index >> 8) - 64

/** Columns spread over a wide area, so that many biomes take part. */
function * spread(count, step) {
  const side = Math.ceil(Math.sqrt(count))
  for (let i = 0; i < count; i++) {
    yield [Math.floor(((i % side) - side / 2) * step), Math.floor((Math.floor(i / side) - side / 2) * step)]
  }
}

/** How often each block occurs, and at which heights, over some columns. */
function survey(seed, count, step) {
  const terrain = new Terrain(seed)
  const blocks = new Map()
  for (const [cx, cz] of spread(count, step)) {
    const { states } = terrain.generate(cx, cz)
    for (let i = 0; i < states.length; i++) {
      if (states[i] === 0) continue
      const name = gamedata.blockName(states[i]).replace('deepslate_', '')
      let entry = blocks.get(name)
      if (!entry) blocks.set(name, entry = { count: 0, lowest: 320, highest: -64, heights: new Uint32Array(384) })
      entry.count++
      entry.heights[i >> 8]++
      entry.lowest = Math.min(entry.lowest, yOf(i))
      entry.highest = Math.max(entry.highest, yOf(i))
    }
  }
  return blocks
}

test('a column is the same whatever was made before it, and another seed gives another world', () => {
  const places = [[0, 0], [3, -2], [-7, 11], [20, 20], [1, 0], [0, 1]]
  const first = new Terrain(5)
  const forwards = places.map(([cx, cz]) => digest(first.generate(cx, cz)))
  const second = new Terrain(5)
  for (let i = 0; i < 30; i++) second.generate(50 + i, -50)
  const backwards = [...places].reverse().map(([cx, cz]) => digest(second.generate(cx, cz))).reverse()
  assert.deepStrictEqual(forwards, backwards)
  assert.notStrictEqual(digest(new Terrain(6).generate(0, 0)), forwards[0])
})

test('a column is the same when its plans had to be made again in the middle', () => {
  const terrain = new Terrain(5)
  const expected = digest(terrain.generate(2, 2))
  const plan = terrain.plan.bind(terrain)
  terrain.plan = (cx, cz) => {
    terrain.plans.known.clear()
    return plan(cx, cz)
  }
  assert.strictEqual(digest(terrain.generate(2, 2)), expected)
})

/**
 * The shape of veins. The game's wiki lists the most blocks that a vein of each size can have (Ore (feature), "Max
 * number of blocks"); small sizes come within one of it in a few thousand veins.
 */
test('veins have the sizes that are published for the game', () => {
  const published = { 3: 4, 4: 5, 7: 10, 8: 10, 9: 13, 10: 16, 12: 23, 17: 37, 33: 160, 64: 864 }
  const random = new Random(1)
  for (const [size, most] of Object.entries(published)) {
    let largest = 0
    for (let i = 0; i < (size > 20 ? 60 : 6000); i++) {
      largest = Math.max(largest, volume(veinSpheres(0, 0, 0, Number(size), random)))
    }
    assert.ok(largest <= most, `size ${size}: ${largest} blocks, published ${most}`)
    if (Number(size) <= 10) assert.ok(largest >= most - 1, `size ${size}: ${largest} blocks, published ${most}`)
  }
})

function volume(spheres) {
  const blocks = new Set()
  for (const [sx, sy, sz, radius] of spheres) {
    for (let x = Math.floor(sx - radius); x <= sx + radius; x++) {
      for (let y = Math.floor(sy - radius); y <= sy + radius; y++) {
        for (let z = Math.floor(sz - radius); z <= sz + radius; z++) {
          const inside = (x + 0.5 - sx) ** 2 + (y + 0.5 - sy) ** 2 + (z + 0.5 - sz) ** 2 < radius ** 2
          if (inside) blocks.add(`${x},${y},${z}`)
        }
      }
    }
  }
  return blocks.size
}

/**
 * Ore blocks a column. Expected: veins a column that start inside the stone (the 1.20.1 placed features: count times
 * the share of the height range that lies in the ground) times the mean blocks of a vein of that size (4: 2.0, 7: 5.0,
 * 8: 5.7, 9: 6.8, 10: 8.4, 12: 11.6, 17: 22.1), before what caves and other veins take away, which is 5 to 25 %. The
 * same reckoning gives 3.4 diamonds a column for the game before 1.18 (one vein of size 8 at 0 to 15); a scan of
 * 3,705 real columns of that time found 3.3 (nerd.mmccoo.com, January 2020). Diamonds are more frequent since 1.18.
 */
test('ores are as frequent as in the game', () => {
  const columns = 196
  const blocks = survey(11, columns, 9)
  const most = {
    coal_ore: 4.7 * 22.1, // 20 veins, triangle 0..192: 23.6 % below a ground of 66
    copper_ore: 16 * 8.4 * 0.74, // triangle -16..112
    iron_ore: 10 * 6.8 + 9.6 * 2, // middle, small
    gold_ore: 4.5 * 6.8,
    redstone_ore: (4 + 4) * 5.7, // of the deep batch half starts below the world
    lapis_ore: 6 * 5,
    diamond_ore: 3.5 * 2 + 0.056 * 11.6 + 2 * 5.7, // half of each batch starts below the world
  }
  for (const [ore, expected] of Object.entries(most)) {
    const found = blocks.get(ore).count / columns
    const figures = `${ore}: ${found.toFixed(1)} a column, reckoned ${expected.toFixed(1)}`
    assert.ok(found > expected * 0.7 && found < expected * 1.05, figures)
  }
})

test('ores lie at the heights of the game', () => {
  const blocks = survey(12, 100, 11)
  const share = (ore, low, high) => {
    const { heights, count } = blocks.get(ore)
    let inside = 0
    for (let y = low; y <= high; y++) inside += heights[y + 64]
    return inside / count
  }
  assert.ok(blocks.get('diamond_ore').highest <= 18)
  assert.ok(share('diamond_ore', -64, -24) > 0.65, 'diamonds grow more frequent downwards')
  assert.ok(share('diamond_ore', -63, -44) > 1.5 * share('diamond_ore', -23, -4))
  assert.ok(blocks.get('redstone_ore').highest <= 18)
  assert.ok(blocks.get('coal_ore').lowest >= -4)
  assert.ok(blocks.get('gold_ore').highest <= 36)
  assert.ok(share('iron_ore', 0, 32) > share('iron_ore', -64, -32), 'iron peaks at 16')
  assert.ok(share('copper_ore', 16, 64) > 0.6, 'copper peaks at 48')
})

test('the floor is bedrock, deep stone is deepslate with deepslate ores, and deep caves hold lava', () => {
  const terrain = new Terrain(3)
  for (const [cx, cz] of spread(25, 13)) {
    const { states } = terrain.generate(cx, cz)
    for (let i = 0; i < states.length; i++) {
      const name = gamedata.blockName(states[i])
      const y = yOf(i)
      if (y === -64) assert.strictEqual(name, 'bedrock')
      if (y >= -59) assert.notStrictEqual(name, 'bedrock')
      if (y < 0) assert.notStrictEqual(name, 'stone')
      // Granite and its like may hang a few blocks below zero, and hold plain ores there, as in the game.
      if (y < -10 && name.endsWith('_ore')) assert.ok(name.startsWith('deepslate'), `${name} at ${y}`)
      if (y >= 8) assert.ok(!name.startsWith('deepslate'), `${name} at ${y}`)
      if (name === 'lava') assert.ok(y < -54)
      if (name === 'water') assert.ok(y < 63)
    }
  }
})

test('nothing is cut at the borders of columns: trees reach over them and veins go on behind them', () => {
  const terrain = new Terrain(21)
  const states = new Map()
  const get = (x, y, z) => {
    const key = `${x >> 4},${z >> 4}`
    if (!states.has(key)) states.set(key, terrain.generate(x >> 4, z >> 4).states)
    return states.get(key)[((y + 64) << 8) | ((z & 15) << 4) | (x & 15)]
  }
  const { x: left, z: front } = terrain.spawnPoint()
  let trees = 0
  for (let cx = -3; cx <= 3; cx++) {
    for (let cz = -3; cz <= 3; cz++) {
      for (const tree of terrain.plan((left >> 4) + cx, (front >> 4) + cz).trees) {
        trees++
        for (const { x, y, z } of tree.blocks) {
          assert.notStrictEqual(get(tree.x + x, tree.y + y, tree.z + z), 0, 'each block of a tree is there')
        }
      }
    }
  }
  assert.ok(trees > 20)
  // The chance that an ore block has an ore block of its kind on its east side is the same inside and across borders.
  const pairs = { inside: [0, 0], across: [0, 0] }
  for (let x = 0; x < 126; x++) {
    for (let z = 0; z < 128; z++) {
      for (let y = -60; y < 50; y++) {
        const state = get(x, y, z)
        if (!gamedata.blockName(state).endsWith('_ore')) continue
        const where = (x & 15) === 15 ? pairs.across : pairs.inside
        where[0]++
        if (get(x + 1, y, z) === state) where[1]++
      }
    }
  }
  const [inside, across] = [pairs.inside, pairs.across].map(([all, linked]) => linked / all)
  assert.ok(Math.abs(inside - across) < 0.06, `${inside.toFixed(3)} inside, ${across.toFixed(3)} across`)
})

test('many biomes, each with its ground, and animals on grass', () => {
  const terrain = new Terrain(8)
  const seen = new Map()
  let herds = 0
  for (const [cx, cz] of spread(400, 13)) {
    const { biomeNames, animals, states } = terrain.generate(cx, cz)
    seen.set(biomeNames[5], (seen.get(biomeNames[5]) ?? 0) + 1)
    if (animals.length > 0) herds++
    for (const { x, y, z } of animals) {
      const feet = ((y + 64) << 8) | ((Math.floor(z) & 15) << 4) | (Math.floor(x) & 15)
      assert.ok(!gamedata.isSolid(states[feet]) && gamedata.isSolid(states[feet - 256]))
    }
  }
  for (const biome of ['plains', 'forest', 'birch_forest', 'taiga', 'savanna', 'desert', 'snowy_plains', 'beach',
    'river', 'ocean']) assert.ok(seen.get(biome) > 0, `no ${biome} among ${[...seen.keys()]}`)
  assert.ok(herds > 8 && herds < 60, `${herds} herds in 400 columns`)
})

test('the sea holds no air: a cave never opens into water', () => {
  const terrain = new Terrain(2)
  let water = 0
  for (const [cx, cz] of spread(64, 7)) {
    const { states } = terrain.generate(cx, cz)
    for (let i = 256; i < states.length; i++) {
      if (gamedata.blockName(states[i]) !== 'water') continue
      water++
      assert.notStrictEqual(states[i - 256], 0)
    }
  }
  assert.ok(water > 1000)
})

test('players appear on dry grass with trees near and the sky above', () => {
  for (const seed of [1, 2, 3, 42, 777, 12345, -9, 2 ** 40 + 3]) {
    const terrain = new Terrain(seed)
    const { x, y, z } = terrain.spawnPoint()
    const { states } = terrain.generate(x >> 4, z >> 4)
    const at = (height) => states[((height + 64) << 8) | ((z & 15) << 4) | (x & 15)]
    assert.strictEqual(gamedata.blockName(at(y - 1)), 'grass_block', `seed ${seed}`)
    for (let up = y; up < 320; up++) assert.ok(!gamedata.isSolid(at(up)))
    let near = 0
    for (let dx = -3; dx <= 3; dx++) {
      for (let dz = -3; dz <= 3; dz++) {
        near += terrain.plan((x >> 4) + dx, (z >> 4) + dz).trees
          .filter((tree) => Math.hypot(tree.x - x, tree.z - z) < 60).length
      }
    }
    assert.ok(near >= 6, `seed ${seed}: ${near} trees`)
  }
})

test('trees stand on one trunk and every leaf is held by a log', () => {
  const random = new Random(4)
  for (const kind of KINDS) {
    for (let i = 0; i < 40; i++) {
      const blocks = treeShape(kind, random)
      const logs = blocks.filter((block) => block.log)
      assert.ok(logs.some(({ x, y, z }) => x === 0 && y === 0 && z === 0), kind)
      assert.ok(blocks.length > logs.length, kind)
      const places = new Set(blocks.map(({ x, y, z }) => `${x},${y},${z}`))
      assert.strictEqual(places.size, blocks.length, 'no place twice')
      for (const block of blocks) {
        if (block.log) continue
        const { distance, persistent } = gamedata.propsOf(block.state)
        const steps = Math.min(...logs.map(({ x, y, z }) => {
          return Math.abs(x - block.x) + Math.abs(y - block.y) + Math.abs(z - block.z)
        }))
        assert.ok(distance >= steps && distance < 7 && !persistent)
      }
    }
  }
})

test('a generator goes on from its saved state, forks by name and stays in range', () => {
  const random = new Random(99)
  random.next()
  const state = JSON.parse(JSON.stringify(random.state()))
  const ahead = [random.next(), random.int(10), random.range(-3, 3)]
  const restored = new Random(0).restore(state)
  assert.deepStrictEqual([restored.next(), restored.int(10), restored.range(-3, 3)], ahead)
  assert.throws(() => new Random(0).restore([1, 2]), TypeError)
  assert.notStrictEqual(new Random(1).fork('mobs').next(), new Random(1).fork('loot').next())
  assert.strictEqual(new Random(1).fork('mobs').next(), new Random(1).fork('mobs').next())
  const counts = new Array(6).fill(0)
  for (let i = 0; i < 6000; i++) counts[random.int(6)]++
  for (const count of counts) assert.ok(count > 850 && count < 1150, `${counts}`)
  assert.strictEqual(hash(1, 2, 3, 4), hash(1, 2, 3, 4))
  assert.notStrictEqual(hash(1, 2, 3, 4), hash(1, 3, 2, 4))
})
